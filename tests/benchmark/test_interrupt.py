"""The first request to stop is noted, the second one is obeyed at once."""

import os
import signal

import pytest

from benchmark.interrupt import clean_stops, leave_if_requested, stop_requested


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_is_a_request(number):
    before = signal.getsignal(number)
    with clean_stops():
        leave_if_requested()
        os.kill(os.getpid(), number)
        assert stop_requested()
        with pytest.raises(KeyboardInterrupt):
            leave_if_requested()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), number)
            signal.pause()
    assert not stop_requested()
    assert signal.getsignal(number) is before
