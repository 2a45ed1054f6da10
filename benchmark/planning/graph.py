"""The graph of a run: its cells, and the steps that lead to them."""

import json
from dataclasses import dataclass
from typing import Any

from benchmark.cameras import Direction
from benchmark.store.step import StepSpec

NONE = "none"  # the mapper of floor and ceiling, the ISP of raw-to-raw


@dataclass(frozen=True)
class Cell:
    """The unit that gets a score.

    Attributes:
        protocol, mapper, isp, direction, seed: its place in the grid; `mapper` and `isp` are
            "none" where the protocol has none.
        setting: the mapper's swept config values, as (key, value).
        score: key of its last step.
        configuration: hash of all that decides the rendered pictures, whatever is measured on
            them; a record of the same cell with another one is another configuration.
    """

    protocol: str
    mapper: str
    isp: str
    direction: Direction
    seed: int
    score: str
    configuration: str
    setting: tuple[tuple[str, Any], ...] = ()

    @property
    def place(self) -> tuple[str, str, str, str, int, str]:
        """What distinguishes it from the other cells of a run."""
        setting = json.dumps(sorted(self.setting))
        return (self.protocol, self.mapper, self.isp, self.direction, self.seed, setting)

    @property
    def title(self) -> str:
        """Its place in the grid, in words."""
        names = [n for n in (self.protocol, self.mapper, self.isp) if n != NONE]
        names += [f"{key}={value}" for key, value in self.setting]
        return f"{' '.join(names)} {self.direction} seed {self.seed}"


@dataclass(frozen=True)
class Plan:
    """The graph of a run: steps in an order in which inputs come first, and its cells."""

    steps: dict[str, StepSpec]
    cells: tuple[Cell, ...]
    skipped: tuple[str, ...] = ()  # sentences on what was left out and why

    def only(self, cells: tuple[Cell, ...]) -> "Plan":
        """The part of the graph that leads to some of the cells."""
        needed = {cell.score for cell in cells}
        for key, spec in reversed(self.steps.items()):  # inputs come before what needs them
            if key in needed:
                needed.update(spec.inputs.values())
        steps = {key: spec for key, spec in self.steps.items() if key in needed}
        return Plan(steps, cells, self.skipped)
