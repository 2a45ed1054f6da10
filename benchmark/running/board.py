"""The steps of a run while it runs: a table on a terminal, a line now and then elsewhere."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from rich.console import Console, ConsoleOptions, RenderResult
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from benchmark.progress import PLAIN_INTERVAL, Progress, Task
from benchmark.store.step import StepSpec
from benchmark.units import readable_time

BAR = 20  # characters
SPARE = 8  # lines of the terminal left to other output
FEWEST = 6  # steps shown on the lowest terminal
MOST_WRONG = 10.0  # how far, as a factor, estimates may be corrected
STYLES = {"done": "green", "failed": "red", "running": "cyan"}

State = Literal["waiting", "running", "done", "failed", "held up"]
Clock = Callable[[], float]


@dataclass
class Row:
    """One step.

    Attributes:
        spec: the step.
        estimate: seconds that it should take; None where nothing is known.
        state: "held up" needs a step that failed.
        worker: who runs it.
        began: when it began, on the board's clock.
        seconds: how long it took, once it has ended.
        part: what it does now, e.g. a stage of its training.
        done, total: units of that part, and how many there are.
        note: about the last unit, e.g. a loss.
        last: no other part follows.
        pace: seconds per unit of the part; None before there is one.
    """

    spec: StepSpec
    estimate: float | None
    state: State = "waiting"
    worker: str = ""
    began: float = 0.0
    seconds: float = 0.0
    part: str = ""
    done: int = 0
    total: int = 0
    note: str = ""
    last: bool = False
    pace: float | None = None


class Board:
    """What is known of the missing steps of a run.

    Time left is estimated from the costs of the steps, corrected by how long those that have ended
    really took, and from the pace of what runs; steps that run at the same time share it.

    Args:
        steps: the missing steps by key, inputs first.
        costs: seconds that each should take; steps of unknown cost are left out.
        progress: where it is shown.
        clock: seconds from any beginning.
    """

    def __init__(
        self,
        steps: Mapping[str, StepSpec],
        costs: Mapping[str, float],
        progress: Progress,
        clock: Clock = time.monotonic,
    ) -> None:
        self.progress = progress
        self._rows = {key: Row(spec, costs.get(key)) for key, spec in steps.items()}
        self._clock = clock
        self._last_line = clock()
        self._busiest = 1  # steps at the same time, at most so far

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Shows it for the time of the block."""
        with self.progress.show(self):
            yield

    def begin(self, key: str) -> None:
        """A step is about to run."""
        row = self._rows[key]
        row.state, row.began = "running", self._clock()
        running = [other for other in self._rows.values() if other.state == "running"]
        self._busiest = max(self._busiest, len(running))
        if not self.progress.live:
            begun = sum(other.state not in ("waiting", "held up") for other in self._rows.values())
            self.progress.say(f"[{begun}/{len(self._rows)}] {row.spec.title}")
        self.progress.refresh()

    def placed(self, key: str, worker: str) -> None:
        """A worker has taken a step."""
        self._rows[key].worker = worker
        self.progress.refresh()

    def end(self, key: str, failure: str | None) -> None:
        """A step has ended."""
        row = self._rows[key]
        row.state = "done" if failure is None else "failed"
        row.seconds = self._clock() - row.began
        if failure is not None:
            self.progress.say(f"FAILED: {row.spec.title}: {failure}")

    def hold_up(self, key: str) -> None:
        """A step will not run, as it needs one that failed."""
        self._rows[key].state = "held up"

    def within(self, key: str) -> "StepProgress":
        """Where a step reports what it does."""
        return StepProgress(self, self._rows[key])

    def tick(self) -> None:
        """Called often: writes a line where there is no table and the last one was long ago."""
        now = self._clock()
        if not self.progress.live and now - self._last_line >= PLAIN_INTERVAL:
            self._last_line = now
            self.progress.say(self.summary())
            for row in self._rows.values():
                if row.state == "running":
                    self.progress.say(f"  {_in_words(row, self._left(row))}")

    def summary(self) -> str:
        """Counts and time left, in a line."""
        counts = {state: self._count(state) for state in ("running", "failed", "held up")}
        parts = [f"{self._count('done')} of {len(self._rows)} steps done"]
        parts += [f"{count} {state}" for state, count in counts.items() if count]
        left, unknown = self._time_left()
        if left:
            parts.append(f"about {readable_time(left)} left")
            parts += [f"without {unknown} steps of unknown cost"] if unknown else []
        elif unknown:
            parts.append("time left not known yet")
        return ", ".join(parts)

    def _count(self, state: State) -> int:
        return sum(row.state == state for row in self._rows.values())

    def _time_left(self) -> tuple[float, int]:
        """Seconds until all has run, and how many steps could not be counted."""
        open_ones = {k: r for k, r in self._rows.items() if r.state in ("waiting", "running")}
        left = {key: self._left(row) for key, row in open_ones.items()}
        chain: dict[str, float] = {}  # to the end of a step, through the slowest of its inputs
        for key, row in open_ones.items():
            before = max((chain.get(k, 0.0) for k in row.spec.inputs.values()), default=0.0)
            chain[key] = before + (left[key] or 0.0)
        together = sum(seconds for seconds in left.values() if seconds is not None)
        unknown = sum(seconds is None for seconds in left.values())
        return max(together / self._busiest, *chain.values(), 0.0), unknown

    def _left(self, row: Row) -> float | None:
        """Seconds that a step still takes; None where nothing is known."""
        estimate = self._estimate(row)
        if row.state != "running":
            return estimate
        by_pace = None if row.pace is None else row.pace * (row.total - row.done)
        if estimate is None or (row.last and by_pace is not None):
            return by_pace
        # The pace knows nothing of the stages to come, the estimate nothing of this machine's load.
        return max(estimate - (self._clock() - row.began), by_pace or 0.0, 0.0)

    def _estimate(self, row: Row) -> float | None:
        """Its cost, corrected by that of the steps of its kind that have ended."""
        alike = (r for r in self._rows.values() if r.spec.kind == row.spec.kind)
        ended = [r for r in alike if r.state == "done"]
        if row.estimate is None:
            return sum(r.seconds for r in ended) / len(ended) if ended else None
        expected = sum(r.estimate for r in ended if r.estimate)
        took = sum(r.seconds for r in ended if r.estimate)
        correction = took / expected if expected else 1.0
        return row.estimate * min(MOST_WRONG, max(1 / MOST_WRONG, correction))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The table: what runs, then what ended last, and what comes next."""
        table = Table.grid(padding=(0, 2), expand=True)
        for ratio in (None, 1, None, None, None, None):  # the titles take what the others leave
            table.add_column(no_wrap=True, overflow="ellipsis", ratio=ratio)
        for row in self._chosen(max(FEWEST, options.size.height - SPARE)):
            running = row.state == "running"
            table.add_row(
                Text(row.state, STYLES.get(row.state, "dim")),
                Text(f"{row.spec.title}{row.part if running else ''}"),
                ProgressBar(row.total, row.done, BAR) if running and row.total else "",
                Text(row.note if running else ""),
                Text(_time(row, self._left(row))),
                Text(row.worker),
            )
        yield table
        yield Text(self.summary(), "bold")

    def _chosen(self, most: int) -> list[Row]:
        """The rows that fit, in the order of the plan."""
        rows = list(self._rows.values())
        running = [row for row in rows if row.state == "running"]
        failed = [row for row in rows if row.state == "failed"]
        done = sorted((r for r in rows if r.state == "done"), key=lambda r: r.began + r.seconds)
        waiting = [row for row in rows if row.state == "waiting"]
        best = [*running, *failed[-3:], *done[-3:], *waiting][:most]
        return [row for row in rows if row in best]


class StepTask(Task):
    """A task whose progress is shown in the row of its step."""

    def __init__(self, description: str, total: int, board: Board, row: Row, last: bool) -> None:
        super().__init__(description, total, None, board.progress.console)
        self._board, self._row = board, row
        row.part = description.removeprefix(row.spec.title)
        row.done, row.total, row.note, row.pace, row.last = 0, total, "", None, last

    def begin_at(self, done: int) -> None:
        """See :class:`Task`."""
        super().begin_at(done)
        self._row.done = done

    def advance(self, count: int = 1, note: str = "") -> None:
        """See :class:`Task`."""
        self.done += count
        self._row.done, self._row.note, self._row.pace = self.done, note, self.pace
        self._board.tick()

    def finish(self) -> None:
        """See :class:`Task`."""
        if not self._board.progress.live:
            super().finish()


class StepProgress(Progress):
    """A :class:`Progress` that shows the tasks of a step in its row."""

    def __init__(self, board: Board, row: Row) -> None:
        super().__init__(quiet=True)
        self._board, self._row = board, row

    def say(self, text: str) -> None:
        """See :class:`Progress`."""
        self._board.progress.say(text)

    @contextmanager
    def task(self, description: str, total: int, *, last: bool = True) -> Iterator[Task]:
        """See :class:`Progress`."""
        task = StepTask(description, total, self._board, self._row, last)
        try:
            yield task
        finally:
            task.finish()


def _in_words(row: Row, left: float | None) -> str:
    """A running step, in a line."""
    parts = [f"{row.spec.title}{row.part}"]
    if row.total:
        parts.append(f"{row.done}/{row.total}")
    parts += filter(None, (row.note, row.worker))
    if left:
        parts.append(f"about {readable_time(left)} left")
    return ", ".join(parts)


def _time(row: Row, left: float | None) -> str:
    """Time left of a step that runs, time taken of one that has ended."""
    if row.state == "running":
        return "" if left is None else f"{readable_time(left)} left"
    return readable_time(row.seconds) if row.seconds else ""
