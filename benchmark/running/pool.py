"""A pool of worker processes on this machine, each the command `isp-bench step -`.

A worker is started once and takes one key after the other, because loading torch takes longer
than many a step. It ends when its standard input does, so none outlives the run.
"""

import contextlib
import json
import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from benchmark.interrupt import CONTINUE
from benchmark.progress import Progress
from benchmark.running.events import EventReceiver
from benchmark.running.executor import STEP_LOG, Finished, StepCommand, printed_by
from benchmark.store.step import StepSpec
from benchmark.store.store import Store

WAIT = 0.5  # seconds that `finished` waits for news
GRACE = 60.0  # seconds a worker has to save its state
TAIL = 10_000  # bytes of a dead process's output that are kept as its traceback

Event: TypeAlias = dict[str, Any]
News: TypeAlias = "tuple[Worker, Event | None]"


class Worker:
    """One process; started when it is first needed, and again after it died.

    Args:
        command: what the process runs.
        environment: what it gets besides ours.
        name: shown to people.
        news: takes itself with each of its events, and with None when its process has ended.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        name: str,
        news: "queue.SimpleQueue[News]",
    ) -> None:
        self._command = list(command)
        self._environment = {**os.environ, **environment}
        self.name = name
        self._receiver = EventReceiver(Progress(quiet=True))
        self._news = news
        self._process: subprocess.Popen[str] | None = None
        self.key: str | None = None
        self.since: float | None = None  # when the present step began
        self.asked_to_stop = False

    def start(self, key: str, log: Path, progress: Progress) -> None:
        """Begins a step.

        Args:
            key: of the step.
            log: takes what the process prints before it begins, e.g. why it dies.
            progress: shows what it does.
        """
        self._receiver = EventReceiver(progress)
        if self._process is None:
            with log.open("a", encoding="utf-8") as errors:
                self._process = subprocess.Popen(
                    self._command, env=self._environment, text=True, encoding="utf-8",
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
                    start_new_session=True,  # Ctrl-C reaches the run, which stops its workers
                )  # fmt: skip
            threading.Thread(target=self._read, args=(self._process,), daemon=True).start()
        assert self._process.stdin is not None
        self.key, self.since, self.asked_to_stop = key, None, False
        try:
            self._process.stdin.write(f"{key}\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # it died, of which the news is on its way

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            with contextlib.suppress(ValueError):  # the last one of a killed process is cut off
                self._news.put((self, json.loads(line)))
        self._news.put((self, None))

    def take(self, event: Event | None) -> tuple[str, int | None] | None:
        """Shows an event; returns the step that ended, and the exit code if the process did."""
        if event is None:
            assert self._process is not None
            key, self.key = self.key, None
            code, self._process = self._process.wait(), None
            self._receiver.close()
            return None if key is None else (key, code)
        self._receiver.show(event)
        if "started" in event:
            self.since = time.monotonic()
        if "finished" in event:
            self.key = None
            return event["finished"], None
        return None

    def stop(self, number: int = signal.SIGTERM) -> None:
        """Sends a signal; SIGTERM lets the step save its state."""
        self.asked_to_stop = True
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)

    @property
    def alive(self) -> bool:
        """Whether there is a process whose end has not been taken note of."""
        return self._process is not None


class PoolExecutor:
    """See :class:`benchmark.running.executor.Executor`.

    Args:
        command: the options of the steps.
        environments: what each worker gets in its environment besides ours: threads, a GPU.
        store: where failures are recorded.
        time_limit: seconds a step may take; None for any.
    """

    def __init__(
        self,
        command: StepCommand,
        environments: Sequence[Mapping[str, str]],
        store: Store,
        time_limit: float | None = None,
    ) -> None:
        self._news: queue.SimpleQueue[News] = queue.SimpleQueue()
        line = command.line("-")
        self._workers = [
            Worker(line, environment, _name(number, environment), self._news)
            for number, environment in enumerate(environments, 1)
        ]
        self._shown: dict[str, Progress] = {}  # of the steps that run
        self._store = store
        self._time_limit = time_limit

    def has_room(self) -> bool:
        """Whether a worker is free."""
        return any(worker.key is None for worker in self._workers)

    def start(self, spec: StepSpec, progress: Progress) -> str:
        """Gives the step to a free worker."""
        worker = next(worker for worker in self._workers if worker.key is None)
        self._shown[spec.key] = progress
        self._begin(worker, spec.key)
        return worker.name

    def _begin(self, worker: Worker, key: str) -> None:
        worker.start(key, self._store.step_folder(key) / STEP_LOG, self._shown[key])

    def finished(self) -> Sequence[Finished]:
        """See the contract."""
        until = time.monotonic() + WAIT
        ended: list[Finished] = []
        while (left := until - time.monotonic()) > 0:
            try:
                worker, event = self._news.get(timeout=0 if ended else left)
            except queue.Empty:
                break
            end = self._end(worker, event)
            if end is not None:
                ended.append(end)
        self._enforce_limit()
        return ended

    def _end(self, worker: Worker, event: Event | None) -> Finished | None:
        taken = worker.take(event)
        if taken is None:
            return None
        key, code = taken
        if code == CONTINUE and not worker.asked_to_stop:
            self._begin(worker, key)  # someone else stopped it
            return None
        return self._ended(key, code)

    def _ended(self, key: str, code: int | None) -> Finished:
        del self._shown[key]
        if self._store.is_done(key):
            return Finished(key, None)
        if code is not None:
            printed = printed_by(self._store, key)
            self._store.fail(key, _death(code, self._time_limit, printed), _tail(printed))
        return Finished(key, self._store.failure(key) or "It ended without a result.")

    def _enforce_limit(self) -> None:
        if self._time_limit is None:
            return
        for worker in self._workers:
            if worker.key is None or worker.since is None:
                continue
            over = time.monotonic() - worker.since - self._time_limit
            if over > GRACE:
                worker.stop(signal.SIGKILL)
            elif over > 0 and not worker.asked_to_stop:
                worker.stop()

    def close(self) -> None:
        """Lets every worker save its state; kills those that do not end."""
        for worker in self._workers:
            worker.stop()
        until = time.monotonic() + GRACE
        try:
            while any(w.alive for w in self._workers) and (left := until - time.monotonic()) > 0:
                with contextlib.suppress(queue.Empty):
                    worker, event = self._news.get(timeout=left)
                    worker.take(event)
        finally:
            for worker in self._workers:
                worker.stop(signal.SIGKILL)


def _name(number: int, environment: Mapping[str, str]) -> str:
    """A worker as people know it: by its GPU, if it has one of its own."""
    gpu = environment.get("CUDA_VISIBLE_DEVICES")
    return f"worker {number}" if gpu is None else f"worker {number}, GPU {gpu}"


def _death(code: int, time_limit: float | None, printed: Path | None) -> str:
    """What an exit code of a worker in the middle of a step means."""
    if code == CONTINUE:
        limit = (
            "" if time_limit is None else f" because it took longer than {time_limit / 60:g} min"
        )
        return f"It was stopped{limit}. Its training is saved; the same run continues from there."
    if code == -signal.SIGKILL:
        return "Its process was killed (SIGKILL): out of memory, or over the time limit."
    name = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
    return f"Its process died ({name})." + (f" What it printed: {printed}" if printed else "")


def _tail(file: Path | None) -> str:
    """The last of what a process printed: where it died, if it said so."""
    if file is None:
        return ""
    with file.open("rb") as stream:
        stream.seek(max(0, file.stat().st_size - TAIL))
        return stream.read().decode(errors="replace")
