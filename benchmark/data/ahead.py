"""Making pictures on all cores, a few ahead of the one that is being written."""

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def ahead(make: Callable[[T], R], items: Iterable[T]) -> Generator[tuple[T, Future[R]], None, None]:
    """Items in their order, each with the future of `make(item)`.

    Threads work, because decoders and numpy's loops leave the interpreter to others. No more
    results than cores wait, so memory stays small.

    Args:
        make: called in threads, for several items at the same time.
        items: what to make.
    """
    rest = iter(items)
    with ThreadPoolExecutor(cores()) as pool:
        waiting = deque((item, pool.submit(make, item)) for item in islice(rest, cores()))
        try:
            while waiting:
                yield waiting.popleft()
                waiting.extend((item, pool.submit(make, item)) for item in islice(rest, 1))
        finally:
            pool.shutdown(cancel_futures=True)


def cores() -> int:
    """CPU cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
