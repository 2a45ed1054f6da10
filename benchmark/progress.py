"""Progress of long work: bars with time left on a terminal, plain lines elsewhere."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bars

WORTH_A_LINE = 2.0  # seconds; shorter work leaves no line behind
PLAIN_INTERVAL = 30.0  # seconds between two plain lines of one task


class _Display(Console):
    """The error stream: shows text as it is, and drops it once nobody reads.

    File names hold brackets and colons, which rich would take for styles and emoji; and hours of
    work must not end because the reader of their progress has gone.
    """

    def __init__(self, quiet: bool) -> None:
        super().__init__(
            stderr=True,
            quiet=quiet,
            markup=False,
            emoji=False,
            highlight=False,
            force_jupyter=False,  # a notebook would keep every line as a result of its cell
        )

    def on_broken_pipe(self) -> None:
        """Rich would end the program."""
        self.quiet = True


class Task:
    """One piece of work, counted in units."""

    def __init__(self, description: str, total: int, bars: "Bars | None", console: Console) -> None:
        self.description = description
        self.total = total
        self.done = 0
        self._bars = bars
        self._console = console
        self._start = self._last = time.monotonic()
        self._offset = 0
        self._id = bars.add_task(description, total=total, note="") if bars else None

    def begin_at(self, done: int) -> None:
        """Takes `done` units as finished by an earlier run."""
        self.done = self._offset = done
        if self._bars is not None and self._id is not None:
            self._bars.update(self._id, completed=done)

    def advance(self, count: int = 1, note: str = "") -> None:
        """Counts finished units; `note` is shown next to the bar, e.g. a loss."""
        self.done += count
        if self._bars is not None and self._id is not None:
            self._bars.update(self._id, completed=self.done, note=note)
        elif time.monotonic() - self._last >= PLAIN_INTERVAL:
            self._last = time.monotonic()
            self._line(note)

    @property
    def pace(self) -> float | None:
        """Seconds per unit; None before there is one."""
        new = self.done - self._offset
        return (time.monotonic() - self._start) / new if new else None

    def _line(self, note: str) -> None:
        pace = self.pace
        left = "just begun" if pace is None else f"{pace * (self.total - self.done):.0f} s left"
        self._console.print(
            f"{self.description}: {self.done}/{self.total}, {left} {note}".rstrip(), soft_wrap=True
        )

    def finish(self) -> None:
        """Takes the bar away and leaves one line."""
        if self._bars is not None and self._id is not None:
            self._bars.remove_task(self._id)
        elapsed = time.monotonic() - self._start
        if self.done >= self.total and elapsed > WORTH_A_LINE:
            self._console.print(f"{self.description}: done in {elapsed:.0f} s", soft_wrap=True)


class Progress:
    """Shows the tasks that run now. Use it as a context manager around the whole run.

    Args:
        quiet: shows nothing (tests, `--json`).

    Attributes:
        live: whether a terminal shows it, so that lines can change.
    """

    def __init__(self, quiet: bool = False) -> None:
        self.console = _Display(quiet)
        self.live = self.console.is_terminal and not quiet
        self._shown: list[RenderableType] = []
        self._bars = (
            Bars(
                TextColumn("{task.description}", markup=False),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                TextColumn("left"),
                TimeRemainingColumn(),
                TextColumn("{task.fields[note]}", markup=False),
                console=self.console,
            )
            if self.live
            else None
        )
        self._display = Live(console=self.console, transient=True, get_renderable=self._everything)

    def __enter__(self) -> "Progress":
        if self.live:
            self._display.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.live:
            self._display.stop()
        with suppress(OSError):
            sys.stderr.flush()

    def _everything(self) -> RenderableType:
        return Group(*filter(None, (self._bars,)), *self._shown)

    @contextmanager
    def show(self, part: RenderableType) -> Iterator[None]:
        """Shows something below the bars for the time of the block; only on a terminal."""
        self._shown.append(part)
        try:
            yield
        finally:
            self._shown.remove(part)

    def refresh(self) -> None:
        """Shows what is new at once, not within a quarter of a second."""
        if self.live:
            self._display.refresh()

    def say(self, text: str) -> None:
        """One line above the bars."""
        self.console.print(text, soft_wrap=True)

    @contextmanager
    def task(self, description: str, total: int, *, last: bool = True) -> Iterator[Task]:
        """A bar for the time of the block.

        Args:
            description: what is done.
            total: units of it.
            last: no other task of the same work follows, so that its time left is that of the work.
        """
        task = Task(description, total, self._bars, self.console)
        try:
            yield task
        finally:
            task.finish()
