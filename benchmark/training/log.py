"""The losses of a training: `log.jsonl` in its folder, and TensorBoard where that is installed."""

import importlib.util
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LOG = "log.jsonl"  # in a step's folder
TAIL = 10_000  # bytes, more than a line has


@dataclass(frozen=True)
class LogLine:
    """What was logged of one step: its stage, its number in the stage, and its losses."""

    stage: str
    step: int
    losses: dict[str, float]


def last_line(folder: Path) -> LogLine | None:
    """The last whole line of the log in a step's folder; None if there is none."""
    file = folder / LOG
    if not file.is_file():
        return None
    with file.open("rb") as log:
        log.seek(max(0, file.stat().st_size - TAIL))
        lines = log.read().decode("utf-8", errors="replace").splitlines()
    for text in reversed(lines):
        try:
            line = json.loads(text)
        except json.JSONDecodeError:  # being written, or cut off at its beginning
            continue
        return LogLine(line.pop("stage"), line.pop("step"), line)
    return None


class TrainingLog:
    """Writes the losses of one stage; use it as a context manager.

    Args:
        folder: the step's folder; the events of TensorBoard go to `tensorboard/` in it.
        before: steps of the stages that are over, for TensorBoard's one axis.
    """

    def __init__(self, folder: Path, before: int) -> None:
        self._before = before
        self._lines = (folder / LOG).open("a", encoding="utf-8")
        self._events: Any = None
        if importlib.util.find_spec("tensorboard") is not None:
            from torch.utils.tensorboard import SummaryWriter

            self._events = SummaryWriter(str(folder / "tensorboard"))

    def __enter__(self) -> "TrainingLog":
        return self

    def __exit__(self, *_: object) -> None:
        self._lines.close()
        if self._events is not None:
            self._events.close()

    def write(self, stage: str, step: int, losses: Mapping[str, float]) -> None:
        """Writes the losses after `step` steps of the stage."""
        self._lines.write(json.dumps({"stage": stage, "step": step, **losses}) + "\n")
        if self._events is not None:
            for name, value in losses.items():
                self._events.add_scalar(f"{stage}/{name}", value, self._before + step)
