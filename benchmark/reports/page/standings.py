"""The summary: where each mapper stands between floor and ceiling, from the main tables."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmark.reports.aggregate import Score
from benchmark.reports.page.charts import Axis, spanning
from benchmark.reports.table import REFERENCES, Column, Row, Table
from benchmark.units import percentage

MAIN = re.compile(r"table[512](-a2b|-b2a)?")  # names of tables, each of a kind of cells of its own
RAW_TO_RAW = "Raw-to-raw mapping"


@dataclass(frozen=True)
class Place:
    """One line of the bar.

    Attributes:
        name: of the mapper or reference.
        value: the number and its interval, in words.
        at: where it is, in percent from worse to better.
        low: left end of its interval, in percent; None without one.
        high: right end.
        share: how much it closes of the gap from floor to ceiling; empty for references, and where
            there is no gap.
        best: whether it is among the best, as in the tables.
        reference: whether it is a reference.
    """

    name: str
    value: str
    at: float
    low: float | None
    high: float | None
    share: str
    best: bool
    reference: bool


@dataclass(frozen=True)
class Standing:
    """The mappers of one group of a table in one direction, by one metric.

    Attributes:
        direction: the cameras, as the table names them.
        group: what they compete in.
        metric: its title with the arrow for better.
        axis: of values.
        floor, ceiling: lowest and highest reference, in percent; None without.
        places: the upper references, the mappers from the best on, and the lowest reference.
        verdict: which mapper is best, in a sentence.
    """

    direction: str
    group: str
    metric: str
    axis: Axis
    floor: float | None
    ceiling: float | None
    places: Sequence[Place]
    verdict: str


def standings(tables: Sequence[Table]) -> list[Standing]:
    """Of every main table, direction, group and metric."""
    main = (table for table in tables if MAIN.fullmatch(table.name))
    return [standing for table in main for standing in _of(table)]


def _of(table: Table) -> Iterator[Standing]:
    references = table.groups.get(REFERENCES, [])
    ranked = {title: rows for title, rows in table.groups.items() if title != REFERENCES}
    if not table.name.startswith("table5"):  # in the others, all groups are in one competition
        ranked = {RAW_TO_RAW: [row for rows in ranked.values() for row in rows]}
    for i, column in enumerate(table.columns):
        for title, rows in ranked.items():
            found = _standing(column, title, _scored(references, i), _scored(rows, i))
            if found is not None:
                yield found


@dataclass(frozen=True)
class _Scored:
    name: str
    score: Score
    bold: bool


def _scored(rows: Sequence[Row], i: int) -> list[_Scored]:
    """The rows that have a number in a column."""
    return [
        _Scored(row.labels[0], entry.score, entry.bold)
        for row in rows
        if (entry := row.entries[i]).score is not None
    ]


def _standing(
    column: Column, group: str, references: list[_Scored], mappers: list[_Scored]
) -> Standing | None:
    if not mappers:
        return None
    metric = mappers[0].score.metric
    everything = [*references, *mappers]
    values = [metric.scale * v for s in everything for v in (s.score.value, *_ends(s.score))]
    unit = f" ({metric.unit})" if metric.unit and metric.unit not in column.title else ""
    axis = spanning(f"{column.title}{unit}", values, reverse=not metric.higher_is_better)
    floor = references[0].score.value if references else None
    ceiling = references[-1].score.value if len(references) > 1 else None

    def at(value: float) -> float:
        return axis.at(metric.scale * value)

    def place(scored: _Scored, reference: bool) -> Place:
        ends = [at(end) for end in _ends(scored.score)]
        share = "" if reference else _share(scored.score.value, floor, ceiling)
        return Place(
            name=scored.name.split(" (")[0] if reference else scored.name,
            value=_in_words(scored.score),
            at=at(scored.score.value),
            low=min(ends, default=None),
            high=max(ends, default=None),
            share=share,
            best=scored.bold,
            reference=reference,
        )

    ordered = sorted(mappers, key=lambda s: s.score.value, reverse=metric.higher_is_better)
    places = [
        *(place(s, True) for s in references[:0:-1]),
        *(place(s, False) for s in ordered),
        *(place(s, True) for s in references[:1]),
    ]
    return Standing(
        direction=column.above,
        group=group,
        metric=column.title,
        axis=axis,
        floor=None if floor is None else at(floor),
        ceiling=None if ceiling is None else at(ceiling),
        places=places,
        verdict=_verdict(ordered, floor, ceiling),
    )


def _ends(score: Score) -> tuple[float, ...]:
    interval = score.interval
    return (interval.low, interval.high) if interval.known else ()


def _in_words(score: Score) -> str:
    """The number, and half the width of its interval."""
    show, interval = score.metric.show, score.interval
    if not interval.known:
        return show(score.value)
    return f"{show(score.value)} ± {show((interval.high - interval.low) / 2)}"


def _share(value: float, floor: float | None, ceiling: float | None) -> str:
    """How much of the way from floor to ceiling; less than 0 % is below the floor."""
    if floor is None or ceiling is None or floor == ceiling:
        return ""
    return percentage((value - floor) / (ceiling - floor))


def _verdict(ranked: list[_Scored], floor: float | None, ceiling: float | None) -> str:
    """Which is best, and whether that is known."""
    best = [s for s in ranked if s.bold]
    share = _share(ranked[0].score.value, floor, ceiling)
    closed = f" and closes {share} of the gap" if share else ""
    if len(best) == 1:
        return f"{best[0].name} is best{closed}."
    if best:
        names = ", ".join(s.name for s in best[:-1])
        return f"{names} and {best[-1].name} are best and cannot be told apart."
    alone = f"{ranked[0].name} has the best mean{closed}"
    return f"{alone}." if len(ranked) == 1 else f"{alone}; whether it is the best is not known."
