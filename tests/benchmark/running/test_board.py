"""The board: counts, time left from costs and from what was seen, and how it looks."""

import contextlib
import io
import os
import pty
import re
import sys

import pytest
from rich.console import Console

from benchmark.progress import Progress
from benchmark.running.board import Board
from tests.benchmark.specs import fit, mapped, score, train


class Clock:
    """Stands still until it is told."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


class Said(Progress):
    """Keeps what is said, as where there is no terminal."""

    def __init__(self):
        super().__init__(quiet=True)
        self.lines = []

    def say(self, text):
        self.lines.append(text)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def said():
    return Said()


def made(steps, costs, said, clock):
    """A board of steps with their costs, in the same order; None where a cost is not known."""
    known = {s.key: c for s, c in zip(steps, costs, strict=True) if c is not None}
    return Board({s.key: s for s in steps}, known, said, clock)


def read_to_its_end(terminal):
    """What was written to a terminal whose other end is closed."""
    parts = []
    with contextlib.suppress(OSError):  # the end
        while part := os.read(terminal, 100_000):
            parts.append(part)
    os.close(terminal)
    return b"".join(parts).decode()


def trainings(count, **changes):
    return [train(f"train {i}", method=f"n{i}", **changes) for i in range(count)]


def test_time_left_is_the_sum_of_costs_not_the_share_of_steps(said, clock):
    long, *short = trainings(3)
    board = made([long, *short], [600.0, 10.0, 10.0], said, clock)
    assert board.summary() == "0 of 3 steps done, about 10 min left"
    board.begin(short[0].key)
    clock.now += 10
    board.end(short[0].key, None)
    assert board.summary() == "1 of 3 steps done, about 10 min left"


def test_the_longest_chain_bounds_it_whatever_the_workers(said, clock):
    fits = [fit(f"fit {n}", method=n) for n in "mnop"]
    chained = mapped("map", mapper=fits[0].key)
    board = made([*fits, chained], [600.0] * 4 + [1200.0], said, clock)
    assert "about 60 min left" in board.summary(), "one after the other, as far as is known"
    for step in fits:
        board.begin(step.key)
    assert "about 30 min left" in board.summary(), "four at a time: the chain"


def test_a_wrong_estimate_is_corrected_by_what_steps_really_took(said, clock):
    steps = trainings(3)
    board = made(steps, [100.0] * 3, said, clock)
    board.begin(steps[0].key)
    clock.now += 300
    board.end(steps[0].key, None)
    assert "about 10 min left" in board.summary()


def test_a_wrong_estimate_of_one_kind_leaves_the_others(said, clock):
    steps, rest = trainings(1), score()
    board = made([*steps, rest], [100.0, 300.0], said, clock)
    board.begin(steps[0].key)
    clock.now += 500
    board.end(steps[0].key, None)
    assert "about 5 min left" in board.summary()


def test_unknown_costs_are_counted_until_a_like_step_has_ended(said, clock):
    known, *unknown = trainings(3)
    board = made([known, *unknown], [60.0, None, None], said, clock)
    assert board.summary().endswith("about 60 s left, without 2 steps of unknown cost")
    board.begin(known.key)
    clock.now += 240
    board.end(known.key, None)
    assert board.summary() == "1 of 3 steps done, about 8 min left"


def test_without_any_cost_nothing_is_promised(said, clock):
    board = made(trainings(2), [None, None], said, clock)
    assert board.summary() == "0 of 2 steps done, time left not known yet"


def test_a_running_step_has_less_left_as_time_passes(said, clock):
    (step,) = trainings(1)
    board = made([step], [600.0], said, clock)
    board.begin(step.key)
    clock.now += 360
    assert board.summary() == "0 of 1 steps done, 1 running, about 4 min left"


@pytest.mark.parametrize(("last", "left"), [(True, "20 s"), (False, "10 min")])
def test_in_the_last_part_of_a_step_its_pace_counts_and_before_also_the_estimate(
    said, clock, monkeypatch, last, left
):
    (step,) = trainings(1)
    board = made([step], [610.0], said, clock)
    monkeypatch.setattr("benchmark.progress.time.monotonic", clock)
    board.begin(step.key)
    with board.within(step.key).task("train", 30, last=last) as task:
        clock.now += 10
        task.advance(10)
        assert board.summary() == f"0 of 1 steps done, 1 running, about {left} left"


def test_failures_and_what_they_hold_up_are_counted_and_said(said, clock):
    steps = trainings(2)
    board = made(steps, [60.0] * 2, said, clock)
    board.begin(steps[0].key)
    board.end(steps[0].key, "the loss is nan")
    board.hold_up(steps[1].key)
    assert "FAILED: train 0: the loss is nan" in said.lines
    assert board.summary() == "0 of 2 steps done, 1 failed, 1 held up"


def test_where_there_is_no_terminal_a_line_is_written_every_half_minute(said, clock):
    (step,) = trainings(1)
    board = made([step], [600.0], said, clock)
    board.begin(step.key)
    board.placed(step.key, "worker 2")
    with board.within(step.key).task("train 0: main", 100) as task:
        for _ in range(130):
            clock.now += 1
            task.advance(0, note="loss 0.25")
    counts = [line for line in said.lines if "steps done" in line]
    assert len(counts) == 4
    assert said.lines[0] == "[1/1] train 0"
    (first, *_) = [line for line in said.lines if line.startswith("  ")]
    assert first.startswith("  train 0: main, 0/100, loss 0.25, worker 2, about ")


def test_the_table_shows_what_runs_and_fits_the_terminal(said, clock):
    steps = trainings(50)
    board = made(steps, [60.0] * 50, said, clock)
    for step in steps[:40]:
        board.begin(step.key)
        clock.now += 1
        board.end(step.key, None)
    board.begin(steps[45].key)
    board.placed(steps[45].key, "worker 1, GPU 0")
    with board.within(steps[45].key).task("train 45: main", 10) as task:
        task.advance(5, note="loss 0.5")
        console = Console(file=io.StringIO(), width=100, height=24, record=True)
        console.print(board)
        shown = console.export_text()
    assert len(shown.splitlines()) < 24
    (line,) = [line for line in shown.splitlines() if "train 45" in line]
    assert re.search(r"running +train 45: main .*loss 0.5 .*worker 1, GPU 0", line)
    assert "train 39 " in shown and "train 10 " not in shown, "what ended last"
    assert "train 40 " in shown, "what comes next"
    assert "40 of 50 steps done, 1 running" in shown


def test_on_a_terminal_the_table_is_redrawn_in_place(monkeypatch):
    ours, theirs = pty.openpty()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    with os.fdopen(theirs, "w") as stream:
        monkeypatch.setattr(sys, "stderr", stream)
        (step,) = trainings(1)
        with Progress() as progress:
            board = Board({step.key: step}, {step.key: 60.0}, progress)
            with board.shown():
                board.begin(step.key)
                with board.within(step.key).task("train 0: main", 4) as task:
                    task.advance(2, note="loss 0.5")
                    board.placed(step.key, "worker 1")
                    progress.say("a sentence")
                board.end(step.key, None)
            progress.say("the end")
    seen = read_to_its_end(ours)
    assert "train 0: main" in seen and "loss 0.5" in seen
    assert "a sentence" in seen and "the end" in seen
    assert "\x1b[" in seen and "\x1b[2K" in seen, "lines are taken away again"
    assert "[1/1]" not in seen
