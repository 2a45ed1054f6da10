"""A command of the user's own that is run when a run has ended, e.g. to send a message."""

import os
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from benchmark.progress import Progress

Result = Literal["done", "failed", "stopped", "error"]


@dataclass
class Ending:
    """How a run ended.

    Attributes:
        result: "failed" if a step failed; "stopped" by the user; "error" if it could not go on.
        summary: a sentence.
        folders: of the results.
    """

    result: Result = "done"
    summary: str = ""
    folders: Iterable[Path] = field(default_factory=tuple)


@contextmanager
def on_finish(command: str | None, progress: Progress) -> Iterator[Ending]:
    """Runs a shell command after the block, however the block ends.

    The command finds what happened in its environment: ISP_BENCH_RESULT, ISP_BENCH_SUMMARY and
    ISP_BENCH_FOLDERS, the last separated as in PATH. If it fails, that is said, and no more.

    Args:
        command: for the shell; None for none.
        progress: where its failure is said.
    """
    ending = Ending()
    try:
        yield ending
    except KeyboardInterrupt:
        ending.result, ending.summary = "stopped", "The run was stopped."
        raise
    except BaseException as error:
        ending.result, ending.summary = "error", f"The run ended with an error: {error}"
        raise
    finally:
        if command is not None:
            _call(command, ending, progress)


def _call(command: str, ending: Ending, progress: Progress) -> None:
    environment = {
        **os.environ,
        "ISP_BENCH_RESULT": ending.result,
        "ISP_BENCH_SUMMARY": ending.summary,
        "ISP_BENCH_FOLDERS": os.pathsep.join(str(folder.absolute()) for folder in ending.folders),
    }
    code = subprocess.run(command, shell=True, env=environment, check=False).returncode
    if code != 0:
        progress.say(f"--on-finish: the command ended with exit code {code}.")
