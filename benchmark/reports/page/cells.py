"""A section for each cell: its scores, seed by seed and picture by picture, and its strips."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any

from benchmark.metrics.metric import METRICS, Metric
from benchmark.planning.graph import NONE
from benchmark.records.record import Record
from benchmark.reports.aggregate import Score, score
from benchmark.reports.page.charts import Axis, spanning
from benchmark.reports.page.strips import Strip, StripMaker
from benchmark.reports.page.tradeoff import main_metric
from benchmark.reports.table import NO_MAPPER

DIGITS = 5  # significant ones of a picture's score

Group = tuple[bool, str]  # whether raws are compared, direction: cells of one competition


@dataclass(frozen=True)
class Spread:
    """The scores of all pictures by one seed, on the axis of its cell.

    Attributes:
        name: the seed.
        path: a short line for each picture, as SVG takes it.
        mean: where the mean is, in percent.
    """

    name: str
    path: str
    mean: float


@dataclass(frozen=True)
class Section:
    """What the page shows of one cell; its seeds are together.

    Attributes:
        anchor: its id in the page.
        mapper: or the title of the reference.
        protocol: title of the protocol; empty for references.
        isp: name; empty where there is none.
        direction: the cameras.
        metric: what its pictures are ranked by, with the arrow for better.
        headline: its mean by that metric.
        scores: title and value by every metric.
        axis: of `spreads`, the same for all cells of a direction.
        spreads: by seed.
        strips: its worst, median and best picture by the lowest seed.
        seed: the lowest seed.
        pictures: names and scores of all pictures, as the page's script takes them.
    """

    anchor: str
    mapper: str
    protocol: str
    isp: str
    direction: str
    metric: str
    headline: str
    scores: Sequence[tuple[str, str]]
    axis: Axis
    spreads: Sequence[Spread]
    strips: Sequence[Strip]
    seed: int
    pictures: Mapping[str, Any]


def sections(records: Sequence[Record], maker: StripMaker) -> list[Section]:
    """Of all cells: those of a direction together, references first.

    Raises:
        BenchError: the seeds of a cell were measured on different pictures.
    """
    cells: dict[tuple[Any, ...], list[Record]] = {}
    for record in sorted(records, key=_order):
        cells.setdefault((*record.cell[:4], record.cell[5]), []).append(record)
    axes = {group: _axis(own) for group, own in _groups(records).items()}
    return [_section(own, axes[_group(own[0])], maker) for own in cells.values()]


def _order(record: Record) -> tuple[Any, ...]:
    lower = record.protocol in NO_MAPPER
    return (*_group(record), record.isp, not record.reference, not lower, *record.cell)


def _group(record: Record) -> Group:
    return record.isp == NONE, record.direction


def _groups(records: Sequence[Record]) -> dict[Group, list[Record]]:
    groups: dict[Group, list[Record]] = {}
    for record in records:
        groups.setdefault(_group(record), []).append(record)
    return groups


def _axis(records: Sequence[Record]) -> Axis:
    metric = METRICS[main_metric(records[0])]
    values = [metric.scale * v for r in records for v in r.per_image.get(metric.key, ())]
    unit = f" ({metric.unit})" if metric.unit else ""
    return spanning(f"{metric.title}{unit}", values, reverse=not metric.higher_is_better)


def _section(records: Sequence[Record], axis: Axis, maker: StripMaker) -> Section:
    first = records[0]
    metric = METRICS[main_metric(first)]
    cameras = dict(zip("ab", first.cameras, strict=True))
    title = first.title.split(" (")[0]
    found = {name: score(records, name) for name in (*first.per_image, *first.sets)}
    scores = [(_title(s.metric), _in_words(s)) for s in found.values() if s is not None]
    main = found[metric.key]
    return Section(
        anchor=re.sub(r"[^\w-]+", "-", "-".join(map(str, (*first.cell[:4], first.cell[5])))).strip(
            "-"
        ),
        mapper=title if first.reference else first.label,
        protocol="" if first.reference else title,
        isp="" if first.isp == NONE else first.isp,
        direction=f"{cameras[first.direction[0]]} → {cameras[first.direction[-1]]}",
        metric=_title(metric),
        headline=metric.show(main.value) if main is not None else "–",
        scores=scores,
        axis=axis,
        spreads=[_spread(r, metric, axis) for r in records],
        strips=maker.strips(first),
        seed=first.seed,
        pictures=_pictures(records),
    )


def _title(metric: Metric) -> str:
    return f"{metric.title} {'↑' if metric.higher_is_better else '↓'}"


def _in_words(score: Score) -> str:
    show = score.metric.show
    spread = f" ± {show(score.spread)}" if score.seeds > 1 and score.spread != 0 else ""
    return f"{show(score.value)}{spread}"


def _spread(record: Record, metric: Metric, axis: Axis) -> Spread:
    values = record.per_image.get(metric.key, ())
    path = "".join(f"M{axis.at(metric.scale * v):g} 0V10" for v in values)
    return Spread(f"seed {record.seed}", path, axis.at(metric.scale * mean(values)))


def _pictures(records: Sequence[Record]) -> dict[str, Any]:
    """A column for each metric and seed."""
    heads, columns = [], []
    for name in records[0].per_image:
        for record in records:
            metric = METRICS[name]
            seed = f", seed {record.seed}" if len(records) > 1 else ""
            heads.append(f"{metric.title}{seed}")
            columns.append([_rounded(metric.scale * v) for v in record.per_image[name]])
    return {"names": records[0].ids, "heads": heads, "columns": columns}


def _rounded(value: float) -> float | None:
    number = float(f"{value:.{DIGITS}g}")
    return number if abs(number) < float("inf") else None
