"""The contract of an executor, and the command that every one of them runs."""

import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from benchmark.progress import Progress
from benchmark.store.step import StepSpec
from benchmark.store.store import Store

STEP_LOG = "step.log"  # in a step's folder: what its process printed
# Without -P, Python would take modules from the current folder: a user's own `benchmark.py`,
# `mappers/` or `random.py` would be run in place of ours.
PYTHON = (sys.executable, "-P")


def printed_by(store: Store, key: str) -> Path | None:
    """The file with what a step's process printed; None if it printed nothing."""
    file = store.step_folder(key) / STEP_LOG
    return file if file.is_file() and file.stat().st_size else None


@dataclass(frozen=True)
class Finished:
    """A step that has ended.

    Attributes:
        key: the step.
        failure: why it failed; None if it is done.
    """

    key: str
    failure: str | None


class Executor(Protocol):
    """Runs steps whose inputs are done."""

    def has_room(self) -> bool:
        """Whether another step may be started now."""

    def start(self, spec: StepSpec, progress: Progress) -> str:
        """Starts a step that the store knows, and returns who runs it; "" where that is clear.

        Args:
            spec: the step.
            progress: takes what can be seen of it from here.
        """

    def finished(self) -> Sequence[Finished]:
        """Steps that ended since the last call; waits a moment if there are none."""

    def close(self) -> None:
        """Stops what still runs, after it has saved its state, and frees all resources."""


@dataclass(frozen=True)
class StepCommand:
    """The options that all steps of a run share.

    Attributes:
        store: the run's store, absolute.
        device: as on the command line.
        fid_weights: the Inception weights, if there are any.
        lpips_weights: AlexNet's weights, if there are any.
        plugins: files with the user's methods, absolute.
    """

    store: Path
    device: str = "auto"
    fid_weights: Path | None = None
    plugins: tuple[str, ...] = ()
    lpips_weights: Path | None = None

    def line(self, *keys: str) -> list[str]:
        """The command that runs steps; "-" for a worker that reads keys."""
        return [*PYTHON, "-m", "benchmark.cli.main", *self.words(*keys)]

    def script_line(self, *keys: str) -> str:
        """The same for a shell script: it works in any folder and needs no particular PATH."""
        program = Path(sys.executable).with_name("isp-bench")
        start = [str(program), *self.words(*keys)] if program.is_file() else self.line(*keys)
        return shlex.join(start)

    def words(self, *keys: str) -> list[str]:
        """What comes after `isp-bench` in that command."""
        words = ["step", *keys]
        words += ["--store", str(self.store), "--device", self.device]
        if self.fid_weights is not None:
            words += ["--fid-weights", str(self.fid_weights)]
        if self.lpips_weights is not None:
            words += ["--lpips-weights", str(self.lpips_weights)]
        if self.plugins:
            words += ["--plugin", *self.plugins]
        return words
