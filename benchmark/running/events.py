"""What a worker reports to the process that started it: one JSON object per line on stdout."""

import itertools
import json
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, TextIO

from benchmark.progress import Progress, Task

INTERVAL = 0.2  # seconds between two lines about one task


class EventTask(Task):
    """A task whose progress is sent."""

    def __init__(
        self, number: int, description: str, total: int, sender: "EventSender", last: bool
    ) -> None:
        super().__init__(description, total, None, sender.console)
        self._number = number
        self._sender = sender
        self._sent = 0.0
        sender.send(task=number, title=description, total=total, last=last)

    def begin_at(self, done: int) -> None:
        """See :class:`Task`."""
        super().begin_at(done)
        self._sender.send(task=self._number, begin=done)

    def advance(self, count: int = 1, note: str = "") -> None:
        """See :class:`Task`; at most one line per `INTERVAL`."""
        self.done += count
        if self.done >= self.total or time.monotonic() - self._sent > INTERVAL:
            self._sent = time.monotonic()
            self._sender.send(task=self._number, done=self.done, note=note)

    def finish(self) -> None:
        """See :class:`Task`."""
        self._sender.send(task=self._number, end=True)


class EventSender(Progress):
    """A :class:`Progress` that shows nothing itself."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(quiet=True)
        self._stream = stream
        self._numbers = itertools.count()

    def send(self, **event: Any) -> None:
        """Writes one line."""
        self._stream.write(json.dumps(event) + "\n")
        self._stream.flush()

    def say(self, text: str) -> None:
        """See :class:`Progress`."""
        self.send(say=text)

    @contextmanager
    def task(self, description: str, total: int, *, last: bool = True) -> Iterator[Task]:
        """See :class:`Progress`."""
        task = EventTask(next(self._numbers), description, total, self, last)
        try:
            yield task
        finally:
            task.finish()


class EventReceiver:
    """Shows on a :class:`Progress` what one worker sends."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[int, tuple[AbstractContextManager[Task], Task]] = {}

    def show(self, event: dict[str, Any]) -> None:
        """Takes one event."""
        if "say" in event:
            self._progress.say(event["say"])
        if "task" not in event:
            return
        number = event["task"]
        if "title" in event:
            shown = self._progress.task(event["title"], event["total"], last=event["last"])
            self._tasks[number] = (shown, shown.__enter__())
        elif "begin" in event:
            self._tasks[number][1].begin_at(event["begin"])
        elif "done" in event:
            task = self._tasks[number][1]
            task.advance(event["done"] - task.done, event["note"])
        else:
            self._tasks.pop(number)[0].__exit__(None, None, None)

    def close(self) -> None:
        """Removes the bars of a worker that died."""
        for shown, _ in self._tasks.values():
            shown.__exit__(None, None, None)
        self._tasks.clear()
