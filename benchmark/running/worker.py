"""The inner loop of a worker: keys come in on the standard input, events go out."""

import os
import queue
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmark.interrupt import leave_if_requested, request_stop
from benchmark.running.events import EventSender
from benchmark.running.executor import STEP_LOG
from benchmark.steps.context import Context
from benchmark.steps.run import attempt_step

POLL = 0.2  # seconds between two checks for a stop


def serve(context: Context, sender: EventSender) -> None:
    """Runs steps until the standard input ends.

    Its end means that the run is over or was killed: a training in progress is then saved and
    stopped.

    Raises:
        KeyboardInterrupt: a stop was asked for.
    """
    keys: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(keys,), daemon=True).start()
    while True:
        leave_if_requested()
        try:
            key = keys.get(timeout=POLL)
        except queue.Empty:
            continue
        sender.send(started=key)
        with _output_to(context.store.step_folder(key) / STEP_LOG):
            failure = attempt_step(key, context)
        sender.send(finished=key, failure=failure)


def _listen(keys: "queue.SimpleQueue[str]") -> None:
    for line in sys.stdin:
        keys.put(line.strip())
    request_stop()


@contextmanager
def _output_to(file: Path) -> Iterator[None]:
    """Sends all that is printed, by libraries and plug-ins too, to a file."""
    kept = {stream: os.dup(stream) for stream in (1, 2)}
    with file.open("a", encoding="utf-8") as log:
        for stream in kept:
            os.dup2(log.fileno(), stream)
        try:
            yield
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            for stream, original in kept.items():
                os.dup2(original, stream)
                os.close(original)
