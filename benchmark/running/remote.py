"""What a cluster runs on one of its machines: one step, in a process apart from the cluster's."""

import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from benchmark.errors import BenchError
from benchmark.progress import Progress
from benchmark.running.executor import StepCommand
from benchmark.running.pool import PoolExecutor
from benchmark.store.store import Store

_Needs: TypeAlias = tuple[StepCommand, tuple[tuple[str, str], ...], float | None]
_WAITING: dict[_Needs, PoolExecutor] = {}  # between two steps, in a process of the cluster


@dataclass
class RemoteStep:
    """A step to be run elsewhere. All that travels is the command line.

    Attributes:
        command: the options of the steps; the store is on a file system that all machines share.
        key: the step.
        environment: what its process gets besides the machine's own environment, e.g. threads.
        time_limit: seconds it may take from its start; None for any.
        reuse: whether the step's process waits for the next step that the same process of the
            cluster is given.
    """

    command: StepCommand
    key: str
    environment: Mapping[str, str] = field(default_factory=dict)
    time_limit: float | None = None
    reuse: bool = False
    _executor: PoolExecutor | None = field(default=None, init=False, repr=False)

    def run(self) -> str | None:
        """Runs the step to its end and returns why it failed; None if it is done.

        If this process dies, the step's own process saves its training and exits, given time.

        Raises:
            BenchError: this machine does not find the store.
        """
        if not self.command.store.is_dir():
            raise BenchError(
                f"{platform.node()} does not find the store {self.command.store}. With --store, "
                "choose a folder on a file system that all machines of the cluster share."
            )
        store = Store(self.command.store)
        with store.lock(store.step_folder(self.key), wait=True):
            pass  # an earlier try, cut off from the cluster, may still be saving its training
        self._executor = executor = self._take_executor(store)
        try:
            executor.start(store.spec(self.key), Progress(quiet=True))
            while not (ended := executor.finished()):
                pass
        except BaseException:  # also when the cluster takes the machine away
            self.stop()
            raise
        if self.reuse:
            _WAITING[self._needs] = executor
        else:
            self.stop()
        return ended[0].failure

    def _take_executor(self, store: Store) -> PoolExecutor:
        return _WAITING.pop(self._needs, None) or PoolExecutor(
            self.command, [self.environment], store, self.time_limit
        )

    @property
    def _needs(self) -> "_Needs":
        """What its process depends on, besides the key."""
        return self.command, tuple(sorted(self.environment.items())), self.time_limit

    def stop(self) -> None:
        """Lets the step save its training and ends its process; callable from a signal handler."""
        if self._executor is not None:
            self._executor.close()
