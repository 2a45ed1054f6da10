"""Time and memory of a case: each way in a process of its own, the ways in turns.

A process does the set-up and one run to warm up, whose peak memory is taken; then it runs once for
every line that it reads and prints the seconds. In turns, both ways meet the same neighbours on
the machine.
"""

import resource
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from tests.speed.case import Case

REPOSITORY = Path(__file__).parents[2]
MOST_REPEATS = 50
GRACE = 60.0  # seconds for a process to clean up after itself
LONG = 10.0  # seconds; a run that takes longer is not repeated, and its first run counts


@dataclass(frozen=True)
class Measured:
    """One way of one case.

    Attributes:
        seconds: median of the runs.
        spread: of the runs, (75 % - 25 % quantile) / median; 0 for a single run.
        runs: how many.
        memory: bytes by which the first run raised the process's peak above the set-up's; 0 where
            the set-up needed more.
    """

    seconds: float
    spread: float
    runs: int
    memory: float


def cases_of(group: str) -> list[Case]:
    """The cases of a group, in the order of the table."""
    return list(import_module(f"tests.speed.{group}").cases())


def measure(group: str, index: int, case: Case) -> dict[str, Measured]:
    """Measures "ours" and, where there is one, "plain".

    Raises:
        RuntimeError: a way failed; its error was printed.
    """
    ways = {
        way: _Way(group, index, way) for way in ("ours", "plain") if getattr(case, way) is not None
    }
    try:
        for _ in range(MOST_REPEATS):
            waiting = [w for w in ways.values() if not w.enough(case.seconds)]
            if not waiting:
                break
            for way in waiting:
                way.run()
        return {name: way.measured() for name, way in ways.items()}
    finally:
        for way in ways.values():
            way.close()


class _Way:
    """The process that does one way."""

    def __init__(self, group: str, index: int, way: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.speed.measure", group, str(index), way],
            cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self._first, self._memory = (float(word) for word in self._answer().split())
        self._times: list[float] = [self._first] if self._first > LONG else []

    def _answer(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{' '.join(map(str, self._process.args))} failed")  # type: ignore[arg-type]
        return line

    def run(self) -> None:
        """One more run."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        self._times.append(float(self._answer()))

    def enough(self, seconds: float) -> bool:
        """Whether it was repeated for that long, three times at least."""
        if self._first > LONG:
            return True
        return len(self._times) >= 3 and sum(self._times) >= seconds

    def measured(self) -> Measured:
        """The result so far."""
        times, spread = self._times, 0.0
        if len(times) > 1:
            low, _, high = statistics.quantiles(times, n=4)
            spread = (high - low) / statistics.median(times)
        return Measured(statistics.median(times), spread, len(times), self._memory)

    def close(self) -> None:
        """Lets the process clean up, and ends it."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()


def _peak() -> float:
    """Bytes that this process held at most so far."""
    unit = 1 if sys.platform == "darwin" else 1024
    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit)


def _timed(work: object) -> float:
    assert callable(work)
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _serve(group: str, index: int, way: str) -> None:
    """What the process of one way does."""
    import torch

    case = cases_of(group)[index]
    if case.threads is not None:
        torch.set_num_threads(case.threads)
    work = getattr(case, way)()
    before = _peak()
    first = _timed(work)
    print(first, _peak() - before, flush=True)
    for _ in sys.stdin:
        print(_timed(work), flush=True)


if __name__ == "__main__":
    _serve(sys.argv[1], int(sys.argv[2]), sys.argv[3])
