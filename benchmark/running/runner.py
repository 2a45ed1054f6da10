"""Running a plan: every step as soon as its inputs are done; failures stop only what needs them."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field

from benchmark.interrupt import leave_if_requested
from benchmark.planning.graph import Cell, Plan
from benchmark.running.board import Board
from benchmark.running.executor import Executor
from benchmark.store.step import StepSpec
from benchmark.store.store import Store


@dataclass
class Outcome:
    """How a run went.

    Attributes:
        ran: keys of the steps that were run now.
        cached: keys of the steps that were done before.
        failures: key of a failed step to its reason.
        blocked: key of a step that could not run to the failed step it needs.
    """

    ran: list[str] = field(default_factory=list)
    cached: list[str] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)
    blocked: dict[str, str] = field(default_factory=dict)


class Runner:
    """Runs every missing step of a plan.

    Args:
        plan: the graph.
        store: where steps are kept.
        executor: runs them.
        board: shows how the steps stand.
        on_cell: called for each cell as soon as it is scored.
    """

    def __init__(
        self,
        plan: Plan,
        store: Store,
        executor: Executor,
        board: Board,
        on_cell: Callable[[Cell], None],
    ) -> None:
        self._store = store
        self._executor = executor
        self._board = board
        self._on_cell = on_cell
        self._steps = plan.steps
        self._cells: dict[str, list[Cell]] = {}
        for cell in plan.cells:
            self._cells.setdefault(cell.score, []).append(cell)
        self._ready: list[tuple[int, StepSpec]] = []  # a heap, in the order of the plan
        self._needed: dict[str, set[str]] = {}  # missing step to those of its inputs that are too
        self._needed_by: dict[str, list[str]] = {}
        self._place = {key: place for place, key in enumerate(self._steps)}
        self._running: set[str] = set()
        self._outcome = Outcome()

    def run(self) -> Outcome:
        """Runs to the end.

        Raises:
            KeyboardInterrupt: a stop was asked for; finished steps and checkpoints are kept.
        """
        outcome = self._outcome
        for key, spec in self._steps.items():
            self._store.add(spec)
            if self._store.is_done(key):
                outcome.cached.append(key)
                self._record(key)
            else:
                self._wait(spec)
        with self._board.shown():
            while self._ready or self._running:
                leave_if_requested()
                self._start_ready()
                for ended in self._executor.finished():
                    self._running.remove(ended.key)
                    self._board.end(ended.key, ended.failure)
                    if ended.failure is None:
                        outcome.ran.append(ended.key)
                        self._release(ended.key)
                        self._record(ended.key)
                    else:
                        outcome.failures[ended.key] = ended.failure
                        self._block(ended.key)
                self._board.tick()
        return outcome

    def _wait(self, spec: StepSpec) -> None:
        """Notes a missing step; its inputs were noted before."""
        needed = {key for key in spec.inputs.values() if key in self._needed}
        self._needed[spec.key] = needed
        for key in needed:
            self._needed_by.setdefault(key, []).append(spec.key)
        if not needed:
            self._make_ready(spec.key)

    def _make_ready(self, key: str) -> None:
        heapq.heappush(self._ready, (self._place[key], self._steps[key]))

    def _start_ready(self) -> None:
        while self._ready and self._executor.has_room():
            _, spec = heapq.heappop(self._ready)
            self._running.add(spec.key)
            self._board.begin(spec.key)
            worker = self._executor.start(spec, self._board.within(spec.key))
            self._board.placed(spec.key, worker)

    def _release(self, key: str) -> None:
        """Makes the steps ready that waited for this one only."""
        for waiting in self._needed_by.get(key, ()):
            self._needed[waiting].remove(key)
            if not self._needed[waiting]:
                self._make_ready(waiting)

    def _block(self, failed: str) -> None:
        """Notes all steps that need a failed one, directly or through others."""
        held_up = list(self._needed_by.get(failed, ()))
        while held_up:
            key = held_up.pop()
            if key not in self._outcome.blocked:
                self._outcome.blocked[key] = failed
                self._board.hold_up(key)
                held_up += self._needed_by.get(key, ())

    def _record(self, key: str) -> None:
        for cell in self._cells.get(key, []):
            self._on_cell(cell)
