"""Losses over the steps of a training, all seeds and both directions in one panel per loss."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmark.errors import BenchError
from benchmark.records.record import Record
from benchmark.reports.figures.style import COLOURS, Width, blank
from benchmark.reports.page.curves import LOG, SIDE, STEEP, Losses, begin_of, read_log, thinned

PANELS: dict[Width, int] = {"single": 2, "double": 4}  # side by side
HEIGHT = 1.3  # inches of a panel


def curves(records: Sequence[Record], steps: Path, width: Width) -> Figure:
    """A panel per loss of each mapper.

    Args:
        records: of the mappers to show.
        steps: folder of the store's steps.
        width: of the figure.

    Raises:
        BenchError: no training left a log.
    """
    logs: dict[str, dict[str, Losses]] = {}
    for record in records:
        for key, step in record.steps.items():
            if step["kind"] == "mapper" and (losses := read_log(steps / key / LOG)):
                logs.setdefault(step["method"], {})[key] = losses
    if not logs:
        raise BenchError(
            f"There is no log of a training of these mappers in {steps}. Name the store of the run "
            "with --store; closed-form mappers have none."
        )
    panels = [(method, kind, log) for method, log in logs.items() for kind in _kinds(log)]
    across = min(PANELS[width], len(panels))
    down = -(-len(panels) // across)
    figure = blank(width, HEIGHT * down)
    grid = figure.subplots(down, across, squeeze=False).ravel()
    for axes, (method, kind, log) in zip(grid, panels, strict=False):
        axes.set_title(f"{method}: {kind.replace('_', ' ')}")
        _draw(axes, kind, log)
    for axes in grid[len(panels) :]:
        axes.remove()
    for axes in grid[max(len(panels) - across, 0) : len(panels)]:
        axes.set_xlabel("step")
    return figure


def _kinds(logs: Mapping[str, Losses]) -> list[str]:
    return list(dict.fromkeys(SIDE.sub("", loss) for log in logs.values() for _, loss in log))


def _draw(axes: Axes, kind: str, logs: Mapping[str, Losses]) -> None:
    """The lines of one kind of loss; those of one direction, or camera, have one colour."""
    sides: list[str] = []
    low, high = float("inf"), float("-inf")
    for log in logs.values():
        for (stage, loss), values in log.items():
            if SIDE.sub("", loss) != kind:
                continue
            side = loss.removeprefix(kind).strip("_").replace("2", "→")
            first = side not in sides
            sides += [side] if first else []
            points = thinned(values, begin_of(log, stage))
            axes.plot(
                *zip(*points, strict=True), color=COLOURS[sides.index(side) % len(COLOURS)],
                linewidth=0.7, label=side if first and side else None,
            )  # fmt: skip
            low = min(low, *(y for _, y in points))
            high = max(high, *(y for _, y in points))
    if low > 0 and high > STEEP * low:
        axes.set_yscale("log")
    if any(sides):
        axes.legend()
