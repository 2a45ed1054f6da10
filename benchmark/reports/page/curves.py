"""Training curves: each kind of loss over the steps, both directions and all seeds in one chart."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmark.reports.page.charts import Chart, Line, polyline, spanning

LOG = "log.jsonl"  # in the folder of a training's step
SIDE = re.compile(r"_(a2b|b2a|ab|ba|a|b)$")  # of a loss's name: the direction or the camera
SEED = re.compile(r" seed (\d+)")
POINTS = 100  # of a line, at most; a longer one shows means
STEEP = 30.0  # from this ratio of the largest to the smallest loss on, the axis is logarithmic

Losses = dict[tuple[str, str], dict[int, float]]  # (stage, loss) to step to value


@dataclass(frozen=True)
class Training:
    """The curves of one method's trainings that differ in the seed only.

    Attributes:
        title: the training without its seed.
        charts: one per kind of loss.
    """

    title: str
    charts: list[Chart]


def trainings(trained: Mapping[str, dict[str, Any]], steps: Path) -> list[Training]:
    """Curves of all trainings that left a log.

    Args:
        trained: key of a training to what its record says of it.
        steps: folder of the store's steps.
    """
    logs: dict[str, dict[str, Losses]] = {}
    for key, step in trained.items():
        losses = read_log(steps / key / LOG)
        if losses:
            seed = SEED.search(step["title"])
            title = SEED.sub("", step["title"])
            logs.setdefault(title, {})[seed[1] if seed else ""] = losses
    return [Training(title, list(_charts(by_seed))) for title, by_seed in logs.items()]


def read_log(file: Path) -> Losses:
    """Losses from a training's log; a step that was run again after a stop counts once."""
    losses: Losses = {}
    if not file.is_file():
        return losses
    for text in file.read_text(encoding="utf-8").splitlines():
        try:
            line = json.loads(text)
        except json.JSONDecodeError:  # cut off by a kill
            continue
        stage, step = line.pop("stage"), line.pop("step")
        for loss, value in line.items():
            if math.isfinite(value):
                losses.setdefault((stage, loss), {})[step] = value
    return losses


def _charts(by_seed: Mapping[str, Losses]) -> Iterator[Chart]:
    """A chart per kind of loss."""
    kinds = dict.fromkeys(SIDE.sub("", loss) for log in by_seed.values() for _, loss in log)
    for kind in kinds:
        curves = [
            (_side(loss), points)
            for log in by_seed.values()
            for (stage, loss), values in log.items()
            if SIDE.sub("", loss) == kind
            for points in [thinned(values, begin_of(log, stage))]
        ]
        yield _chart(kind, curves)


def _side(loss: str) -> str:
    found = SIDE.search(loss)
    return found[1].replace("2", " → ") if found else ""


def begin_of(log: Losses, stage: str) -> int:
    """Steps of the stages before one."""
    lengths: dict[str, int] = {}
    for (name, _), values in log.items():
        lengths[name] = max(lengths.get(name, 0), *values)
    earlier = list(lengths)[: list(lengths).index(stage)]
    return sum(lengths[name] for name in earlier)


def thinned(values: Mapping[int, float], begin: int) -> list[tuple[float, float]]:
    """Steps of the whole training and losses: means of neighbours where there are many."""
    points = sorted(values.items())
    cuts = [round(i * len(points) / POINTS) for i in range(POINTS + 1)]
    groups = [points[a:b] for a, b in pairwise(dict.fromkeys(cuts))]
    return [
        (begin + sum(step for step, _ in group) / len(group), sum(v for _, v in group) / len(group))
        for group in groups
    ]


def _chart(kind: str, curves: list[tuple[str, list[tuple[float, float]]]]) -> Chart:
    values = [value for _, points in curves for _, value in points]
    low, high = min(values), max(values)
    x = spanning("step", (step for _, points in curves for step, _ in points))
    y = spanning(kind.replace("_", " "), values, log=low > 0 and high > STEEP * low)
    sides = list(dict.fromkeys(side for side, _ in curves))
    lines = [Line(side, polyline(x, y, points), sides.index(side)) for side, points in curves]
    last = ", ".join(f"{side} {points[-1][1]:.3g}".strip() for side, points in curves)
    about = f"{kind}: {low:.3g} to {high:.3g} over {x.high:.0f} steps; at the end {last}"
    return Chart(kind.replace("_", " "), about, x, y, lines)
