"""Quality against cost: a point per mapper, means over ISPs and seeds."""

from collections.abc import Mapping, Sequence
from math import isfinite
from statistics import mean

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from benchmark.errors import BenchError
from benchmark.metrics.metric import METRICS, Metric
from benchmark.records.record import Record
from benchmark.reports.figures.style import COLOURS, Width, arrow, blank
from benchmark.reports.page.tradeoff import COSTS, main_metric

HEIGHT = 2.0  # inches
COST = "time to fit the mapper (s)"


def scatter(records: Sequence[Record], width: Width) -> Figure:
    """A panel per direction: quality over the seconds of training, on a logarithmic axis.

    Args:
        records: of mappers in one protocol.
        width: of the figure.

    Raises:
        BenchError: nothing was trained.
    """
    metric = METRICS[main_metric(records[0])]
    directions = sorted({r.direction for r in records}, reverse=True)
    points = {d: _points([r for r in records if r.direction == d], metric) for d in directions}
    if not any(points.values()):
        raise BenchError("No mapper of this run took time to fit, so there is no cost to draw.")
    figure = blank(width, HEIGHT)
    panels = figure.subplots(1, len(directions), squeeze=False, sharey=True)[0]
    cameras = dict(zip("ab", records[0].cameras, strict=True))
    for axes, direction in zip(panels, directions, strict=True):
        axes.set_title(arrow(f"{cameras[direction[0]]}→{cameras[direction[-1]]}", width))
        axes.set_xscale("log")
        axes.set_xlabel(COST)
        for number, place in enumerate(points[direction].values()):
            axes.plot(*place, "o", color=COLOURS[number % len(COLOURS)])
        axes.margins(0.15)
    unit = f" ({metric.unit})" if metric.unit and metric.unit not in metric.title else ""
    panels[0].set_ylabel(f"{metric.title}{unit} {'↑' if metric.higher_is_better else '↓'}")
    figure.draw_without_rendering()  # where points are is known from here on
    for axes, direction in zip(panels, directions, strict=True):
        _name(axes, points[direction])
    return figure


def _name(axes: Axes, points: Mapping[str, tuple[float, float]]) -> None:
    """Names beside the points, each where it hides no other name if there is such a place."""
    taken: list[Bbox] = []
    for label, place in points.items():
        for across, up in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
            text = axes.annotate(
                label, place, (3 * across, 5 * up), textcoords="offset points", fontsize=5.5,
                ha="left" if across > 0 else "right", va="center",
            )  # fmt: skip
            box = text.get_window_extent()
            if not any(box.overlaps(other) for other in taken) or (across, up) == (-1, -1):
                taken.append(box)
                break
            text.remove()


def _points(records: Sequence[Record], metric: Metric) -> dict[str, tuple[float, float]]:
    """Cost and quality by mapper; without those of no cost."""
    found = {}
    for label in dict.fromkeys(r.label for r in records):
        own = [r for r in records if r.label == label]
        costs = [cost for cost in map(COSTS[COST], own) if cost is not None]
        quality = metric.scale * mean(mean(r.per_image[metric.key]) for r in own)
        if costs and isfinite(quality):
            found[label] = (mean(costs), quality)
    return found
