"""One step after the other, in this process."""

import dataclasses
from collections.abc import Sequence

from benchmark.progress import Progress
from benchmark.running.executor import Finished
from benchmark.steps.context import Context
from benchmark.steps.run import attempt_step
from benchmark.store.step import StepSpec


class InlineExecutor:
    """See :class:`benchmark.running.executor.Executor`."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._ended: list[Finished] = []

    def has_room(self) -> bool:
        """One at a time."""
        return not self._ended

    def start(self, spec: StepSpec, progress: Progress) -> str:
        """Runs the step to its end."""
        context = dataclasses.replace(self._context, progress=progress)
        self._ended.append(Finished(spec.key, attempt_step(spec.key, context)))
        return ""

    def finished(self) -> Sequence[Finished]:
        """The step that was started last."""
        ended, self._ended = self._ended, []
        return ended

    def close(self) -> None:
        """Does nothing: no step is left running."""
