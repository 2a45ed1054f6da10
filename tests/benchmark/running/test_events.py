"""What a worker sends is what the run shows."""

import io
import json

from benchmark.progress import Progress
from benchmark.running.events import EventReceiver, EventSender


class Shown(Progress):
    """Notes what is shown."""

    def __init__(self):
        super().__init__(quiet=True)
        self.said, self.tasks = [], []

    def say(self, text):
        self.said.append(text)

    def task(self, description, total, *, last=True):
        shown = super().task(description, total, last=last)
        self.tasks.append((description, total, last))
        return shown


def sent(work):
    stream = io.StringIO()
    work(EventSender(stream))
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_texts_and_tasks_arrive():
    def work(sender):
        sender.say("größer")
        with sender.task("train", 10, last=False) as task:
            task.begin_at(4)
            for _ in range(6):
                task.advance(note="loss 1")

    events = sent(work)
    assert events[-1] == {"task": 0, "end": True}
    assert {"task": 0, "done": 10, "note": "loss 1"} in events, "the end is always sent"
    shown = Shown()
    receiver = EventReceiver(shown)
    for event in events:
        receiver.show(event)
    assert shown.said == ["größer"]
    assert shown.tasks == [("train", 10, False)]


def test_many_small_steps_are_few_lines():
    def work(sender):
        with sender.task("train", 10_000) as task:
            for _ in range(10_000):
                task.advance()

    assert len(sent(work)) < 1000


def test_what_a_dead_worker_left_is_closed():
    shown = Shown()
    receiver = EventReceiver(shown)
    receiver.show({"task": 0, "title": "train", "total": 3, "last": True})
    receiver.show({"started": "0" * 20})
    receiver.close()
    receiver.close()
