"""Which cells and scenes of a run a figure shows."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.errors import BenchError, unknown_name
from benchmark.metrics.metric import METRICS, Metric
from benchmark.planning.graph import NONE
from benchmark.records.record import Record
from benchmark.reports.page.tradeoff import main_metric
from benchmark.reports.table import NO_MAPPER

SCENES = 2


@dataclass(frozen=True)
class Wanted:
    """What the user asked for; None for the first that the run has.

    Attributes:
        protocol: of the cells.
        isp: that develops; "none" for raw-to-raw.
        direction: a2b or b2a; the paper shows b2a first.
        seed: of the run.
        mappers: in the order of the figure; empty for all.
        scenes: names of test pictures, or how many: those next to the median; empty for two.
    """

    protocol: str | None = None
    isp: str | None = None
    direction: str | None = None
    seed: int | None = None
    mappers: tuple[str, ...] = ()
    scenes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Chosen:
    """One cell per mapper, all on the same test pictures.

    Attributes:
        ranked: the mappers' cells, in the order of the figure.
        unmapped: the cell without a mapper; None where the run has none.
        metric: that pictures are ranked by.
        scenes: numbers of the test pictures to show.
    """

    ranked: tuple[Record, ...]
    unmapped: Record | None
    metric: Metric
    scenes: tuple[int, ...]


def restricted(records: Sequence[Record], wanted: Wanted) -> list[Record]:
    """The cells that fit what was asked for, mappers in that order, with their references.

    Raises:
        BenchError: the run has no such cell.
    """
    own = [r for r in records if not r.reference]
    if not own:
        raise BenchError("The run has references only, no mapper to show.")
    beside = [r for r in records if r.reference]
    if wanted.protocol is not None:
        own = _only(own, "protocol", wanted.protocol)
    for field in ("isp", "direction", "seed"):
        value = getattr(wanted, field)
        if value is not None:
            own = _only(own, field, value)
            beside = [r for r in beside if getattr(r, field) == value]
    labels = sorted({r.label for r in own})
    for name in wanted.mappers:
        if name not in labels:
            raise unknown_name("mapper", name, labels, "this run")
    return [*beside, *(r for name in wanted.mappers or labels for r in own if r.label == name)]


def ranked(records: Sequence[Record], wanted: Wanted) -> list[Record]:
    """The cells of mappers, all in one protocol: raw-to-raw, or else the run's first.

    Raises:
        BenchError: the run has no such cell.
    """
    own = [r for r in restricted(records, wanted) if not r.reference]
    first = min(own, key=lambda r: (r.isp != NONE, r.protocol))
    return _only(own, "protocol", first.protocol)


def choose(records: Sequence[Record], wanted: Wanted) -> Chosen:
    """One cell per mapper, and the scenes.

    Raises:
        BenchError: the run has no such cell, mapper or scene.
    """
    own = ranked(records, wanted)
    first = min(own, key=lambda r: (r.isp, r.direction != "b2a", r.seed))
    for field in ("isp", "direction", "seed"):
        own = _only(own, field, getattr(first, field))
    if any(r.ids != first.ids for r in own):
        raise BenchError("These cells were measured on different test pictures.")
    metric = METRICS[main_metric(first)]
    unmapped = next((r for r in records if _is_unmapped(r, first)), None)
    return Chosen(tuple(own), unmapped, metric, _scenes(own, metric, wanted.scenes))


def _only(records: Sequence[Record], field: str, value: object) -> list[Record]:
    """Those with a value in a field."""
    found = [r for r in records if getattr(r, field) == value]
    if not found:
        there = {str(getattr(r, field)) for r in records}
        raise unknown_name(field, str(value), there, "this run")
    return found


def _is_unmapped(record: Record, first: Record) -> bool:
    place = (first.isp, first.direction, first.seed, first.ids)
    own = (record.isp, record.direction, record.seed, record.ids)
    return record.protocol in NO_MAPPER and own == place


def _scenes(records: Sequence[Record], metric: Metric, wanted: Sequence[str]) -> tuple[int, ...]:
    """Numbers of the pictures with these names, or those next to the median of all mappers."""
    ids = records[0].ids
    if wanted and not (len(wanted) == 1 and wanted[0].isdigit() and wanted[0] not in ids):
        for name in wanted:
            if name not in ids:
                raise unknown_name("scene", name, ids, "this run")
        return tuple(map(ids.index, wanted))
    count = min(int(wanted[0]) if wanted else SCENES, len(ids))
    if count < 1:
        raise BenchError("--scenes 0: at least one scene has to be shown.")
    means = np.mean([record.per_image[metric.key] for record in records], axis=0)
    order = np.argsort(means, kind="stable")
    start = (len(ids) - count) // 2
    return tuple(int(i) for i in order[start : start + count])
