"""Quality against cost: what each mapper reaches, and what it took to fit it and takes to map."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any

from benchmark.metrics.metric import METRICS, Metric
from benchmark.planning.graph import NONE
from benchmark.records.record import Record
from benchmark.reports.page.charts import Chart, Line, marks, polyline, spanning
from benchmark.units import readable_time

Cost = Callable[[Record], float | None]


@dataclass(frozen=True)
class _Point:
    name: str
    cost: float
    quality: float


def main_metric(record: Record) -> str:
    """What pictures of a cell are ranked by: the first measure of its table."""
    order = ("kl", "psnr") if record.isp != NONE else ("psnr", "chart_mae", "kl")
    return next(name for name in order if name in record.per_image)


def tradeoffs(records: Sequence[Record]) -> list[Chart]:
    """A chart for each kind of cell, direction and kind of cost; mappers of no cost have no place.

    Args:
        records: of the run.
    """
    charts = []
    ranked = [r for r in records if not r.reference and not r.setting]
    kinds = sorted({(r.isp == NONE, r.title, r.direction) for r in ranked})
    for raw, title, direction in kinds:
        own = [
            r for r in ranked if (r.isp == NONE, r.title, r.direction) == (raw, title, direction)
        ]
        for about, cost in COSTS.items():
            points = list(_points(own, cost))
            if len(points) > 1:
                cameras = dict(zip("ab", own[0].cameras, strict=True))
                arrow = f"{cameras[direction[0]]} → {cameras[direction[-1]]}"
                charts.append(_chart(f"{title.split(' (')[0]}, {arrow}", about, points, own))
    return charts


def _points(records: Sequence[Record], cost: Cost) -> Iterable[_Point]:
    """Means over ISPs and seeds, by mapper."""
    for name in dict.fromkeys(r.mapper for r in records):
        own = [r for r in records if r.mapper == name]
        costs = [c for r in own if (c := cost(r))]
        values = [mean(r.per_image[main_metric(r)]) for r in own]
        if costs and all(map(math.isfinite, values)):
            yield _Point(name, mean(costs), mean(values))


def _fitting(record: Record) -> float | None:
    """Seconds that the fits of its mapper took, all together."""
    return sum(_seconds(step) for step in _steps(record, "mapper")) or None


def _mapping(record: Record) -> float | None:
    """Seconds per mapped picture, reading and writing included."""
    maps = [step for step in _steps(record, "map") if step.get("pictures")]
    pictures = sum(step["pictures"] for step in maps)
    return sum(_seconds(step) for step in maps) / pictures if pictures else None


def _steps(record: Record, kind: str) -> list[dict[str, Any]]:
    return [step for step in record.steps.values() if step["kind"] == kind]


def _seconds(step: dict[str, Any]) -> float:
    # A training that was cut off: the loop's own seconds count all its parts.
    return float(max(step.get("seconds", 0.0), step.get("wall_seconds", 0.0)))


def _chart(title: str, about: str, points: list[_Point], records: Sequence[Record]) -> Chart:
    metric = METRICS[main_metric(records[0])]
    x = spanning(about, (p.cost for p in points), log=True)
    quality = f"{metric.title} {'↑' if metric.higher_is_better else '↓'}"
    y = spanning(
        quality, (metric.scale * p.quality for p in points), reverse=not metric.higher_is_better
    )
    what = about.split(" (")[0]
    placed = marks(
        (
            x.at(p.cost),
            100 - y.at(metric.scale * p.quality),
            p.name,
            f"{p.name}: {metric.title} {metric.show(p.quality)}, {what} {_time(p.cost)}",
        )
        for p in points
    )
    front = _front(points, metric)
    line = polyline(x, y, [(p.cost, metric.scale * p.quality) for p in front])
    names = ", ".join(p.name for p in front)
    whole = f"{title}: {metric.title} against {about}"
    sentence = f"{whole}. Nothing is better at no more cost than: {names}."
    return Chart(whole, sentence, x, y, [Line("", line, dashed=True)], placed)


def _front(points: list[_Point], metric: Metric) -> list[_Point]:
    """Points that no other one beats in quality at no more cost."""
    front: list[_Point] = []
    for point in sorted(points, key=lambda p: p.cost):
        if not front or metric.is_better(point.quality, front[-1].quality):
            front.append(point)
    return front


COSTS: dict[str, Cost] = {
    "time to fit the mapper (s)": _fitting,
    "time to map a picture (s)": _mapping,
}


def _time(seconds: float) -> str:
    return readable_time(seconds) if seconds >= 1 else f"{1000 * seconds:.2g} ms"
