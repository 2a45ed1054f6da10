"""Clean stops: after the first Ctrl-C or SIGTERM the current unit of work is finished and saved."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

CHECKPOINT = "checkpoint.pt"  # in a step's folder: a training that continues from there
CONTINUE = 75  # exit code EX_TEMPFAIL: stopped with its state saved, start it again
_requested = False


def request_stop() -> None:
    """Requests a stop, as Ctrl-C does."""
    global _requested
    _requested = True


def stop_requested() -> bool:
    """Whether a stop was requested; long loops check this and save before they leave."""
    return _requested


def _request(signum: int, frame: FrameType | None) -> None:
    if _requested:
        raise KeyboardInterrupt
    request_stop()


@contextmanager
def clean_stops() -> Iterator[None]:
    """Within the block, turns the first Ctrl-C or SIGTERM into a request; a second one interrupts.

    Loops with nothing to save call :func:`leave_if_requested` instead of checking.
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
    """Raises KeyboardInterrupt if a stop was requested."""
    if _requested:
        raise KeyboardInterrupt
