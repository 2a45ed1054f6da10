"""Running a plan: every step as soon as its inputs are done; failures stop only what needs them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from benchmark.interrupt import leave_if_requested
from benchmark.planning.graph import Cell, Plan
from benchmark.progress import Progress
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
        progress: the display.
        on_cell: called for each cell as soon as it is scored.
    """

    def __init__(
        self,
        plan: Plan,
        store: Store,
        executor: Executor,
        progress: Progress,
        on_cell: Callable[[Cell], None],
    ) -> None:
        self._store = store
        self._executor = executor
        self._progress = progress
        self._on_cell = on_cell
        self._steps = plan.steps
        self._cells: dict[str, list[Cell]] = {}
        for cell in plan.cells:
            self._cells.setdefault(cell.score, []).append(cell)
        self._waiting: list[StepSpec] = []
        self._running: set[str] = set()
        self._unfinished: set[str] = set()
        self._started = 0
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
                self._waiting.append(spec)
                self._unfinished.add(key)
        total = len(self._waiting)
        with self._progress.task("steps", total) as task:
            while self._waiting or self._running:
                leave_if_requested()
                self._start_ready(total)
                for ended in self._executor.finished() if self._running else ():
                    self._running.remove(ended.key)
                    if ended.failure is None:
                        outcome.ran.append(ended.key)
                        self._unfinished.remove(ended.key)
                        self._record(ended.key)
                    else:
                        outcome.failures[ended.key] = ended.failure
                        title = self._steps[ended.key].title
                        self._progress.say(f"FAILED: {title}: {ended.failure}")
                task.advance(len(outcome.ran) + len(outcome.failures) - task.done)
        return outcome

    def _start_ready(self, total: int) -> None:
        left = []
        for spec in self._waiting:
            broken = self._broken(spec.inputs.values())
            if broken is not None:
                self._outcome.blocked[spec.key] = broken
            elif self._executor.has_room() and self._unfinished.isdisjoint(spec.inputs.values()):
                self._started += 1
                self._progress.say(f"[{self._started}/{total}] {spec.title}")
                self._running.add(spec.key)
                self._executor.start(spec)
            else:
                left.append(spec)
        self._waiting = left

    def _broken(self, inputs: Iterable[str]) -> str | None:
        """The failed step behind an input, if there is one."""
        outcome = self._outcome
        for key in inputs:
            if key in outcome.failures or key in outcome.blocked:
                return outcome.blocked.get(key, key)
        return None

    def _record(self, key: str) -> None:
        for cell in self._cells.get(key, []):
            self._on_cell(cell)
