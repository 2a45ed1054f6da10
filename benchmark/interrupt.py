"""Clean stops: the first Ctrl-C or SIGTERM lets the present unit of work end and be saved."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

CONTINUE = 75  # exit code EX_TEMPFAIL: stopped with its state saved, start it again
_requested = False


def request_stop() -> None:
    """Asks for a stop, as Ctrl-C does."""
    global _requested
    _requested = True


def stop_requested() -> bool:
    """Whether a stop was asked for; long loops look here and save before they leave."""
    return _requested


def _request(signum: int, frame: FrameType | None) -> None:
    if _requested:
        raise KeyboardInterrupt
    request_stop()


@contextmanager
def clean_stops() -> Iterator[None]:
    """Turns Ctrl-C and SIGTERM into a request for the time of the block; a second one is at once.

    Loops that hold nothing worth saving call :func:`leave_if_requested` instead of looking.
    """
    global _requested
    _requested = False
    before = {s: signal.signal(s, _request) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        _requested = False


def leave_if_requested() -> None:
    """Raises KeyboardInterrupt when a stop was asked for."""
    if _requested:
        raise KeyboardInterrupt
