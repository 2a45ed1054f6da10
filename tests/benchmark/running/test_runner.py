"""The runner: inputs first, failures stop only what needs them, cells are recorded at once."""

import pytest

from benchmark.interrupt import clean_stops, request_stop
from benchmark.planning.graph import NONE, Cell, Plan
from benchmark.progress import Progress
from benchmark.running.board import Board
from benchmark.running.executor import Finished
from benchmark.running.runner import Runner
from benchmark.store.store import Store
from tests.benchmark.specs import fit, mapped, score


class Executor:
    """Finishes steps in the reverse of the order in which they were started."""

    def __init__(self, store, failing=(), room=2):
        self.store, self.failing, self.room = store, failing, room
        self.running, self.order = [], []

    def has_room(self):
        return len(self.running) < self.room

    def start(self, spec, progress):
        assert all(self.store.is_done(key) for key in spec.inputs.values()), "inputs come first"
        self.running.append(spec.key)
        self.order.append(spec.key)
        return "worker 1"

    def finished(self):
        key = self.running.pop()
        if key in self.failing:
            return [Finished(key, "the loss is nan")]
        self.store.finish(key, {})
        return [Finished(key, None)]


@pytest.fixture
def chains(tmp_path):
    """Two cells, each of three steps; and the store."""
    fits = [fit(f"fit {n}", method=n) for n in "mn"]
    maps = [mapped(f"map {n}", mapper=s.key) for n, s in zip("mn", fits, strict=True)]
    scores = [score(f"score {n}", raw=s.key) for n, s in zip("mn", maps, strict=True)]
    cells = tuple(
        Cell("p", n, NONE, "a2b", 0, s.key, s.configuration)
        for n, s in zip("mn", scores, strict=True)
    )
    steps = {spec.key: spec for spec in (*fits, *maps, *scores)}
    return Plan(steps, cells), Store(tmp_path / "store")


def run(plan, store, executor):
    recorded = []
    with Progress(quiet=True) as progress:
        board = Board({k: s for k, s in plan.steps.items() if not store.is_done(k)}, {}, progress)
        runner = Runner(plan, store, executor, board, lambda cell: recorded.append(cell.mapper))
        return runner.run(), recorded


def test_everything_runs_once_and_is_recorded(chains):
    plan, store = chains
    outcome, recorded = run(plan, store, Executor(store))
    assert sorted(outcome.ran) == sorted(plan.steps)
    assert sorted(recorded) == ["m", "n"]
    again = Executor(store)
    outcome, recorded = run(plan, store, again)
    assert again.order == []
    assert sorted(outcome.cached) == sorted(plan.steps)
    assert sorted(recorded) == ["m", "n"]


def test_a_failure_stops_only_what_needs_it(chains):
    plan, store = chains
    broken, mapped_key, scored = (k for k, s in plan.steps.items() if s.title.endswith(" m"))
    outcome, recorded = run(plan, store, Executor(store, failing={broken}))
    assert outcome.failures == {broken: "the loss is nan"}
    assert outcome.blocked == {mapped_key: broken, scored: broken}
    assert recorded == ["n"]


def test_a_stop_keeps_what_is_finished(chains):
    plan, store = chains

    class StopsAfterTheFirst(Executor):
        def finished(self):
            request_stop()
            return super().finished()

    executor = StopsAfterTheFirst(store, room=1)
    with clean_stops(), pytest.raises(KeyboardInterrupt):
        run(plan, store, executor)
    assert len(executor.order) == 1
    assert store.is_done(executor.order[0])
