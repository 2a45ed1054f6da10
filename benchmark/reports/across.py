"""One table over several data sets: a score on each, and the mean rank."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from benchmark.metrics.metric import METRICS, Metric
from benchmark.planning.graph import NONE
from benchmark.planning.run_config import FID_MODE, FidMode
from benchmark.records.record import Record
from benchmark.reports.distances import distance_notes, main_distance
from benchmark.reports.doubles import without_doubles
from benchmark.reports.notes import budget_notes
from benchmark.reports.table import (
    REFERENCES,
    Column,
    Entry,
    Groups,
    Row,
    Table,
    columns_of,
    mapper_rows,
    reference_rows,
)

RANK = Column("", "mean rank↓", "", "mean_rank")


def across_tables(
    runs: Mapping[str, Sequence[Record]], fid_mode: FidMode = FID_MODE
) -> list[Table]:
    """A table of the cells with an ISP, and one of the raw-to-raw cells, as far as there are any.

    Args:
        runs: records by the label of their data set; each was made with the same settings.
        fid_mode: which FID is shown, where there are Inception weights.
    """
    developed = {label: [r for r in own if r.isp != NONE] for label, own in runs.items()}
    raw = {label: [r for r in own if r.isp == NONE] for label, own in runs.items()}
    made = []
    if all(developed.values()):
        distance = main_distance([r for own in developed.values() for r in own], fid_mode)
        made.append(_across("across", developed, ("kl", distance)))
    if all(raw.values()):
        made.append(_across("across-raw-to-raw", raw, ("psnr", "angular")))
    return made


def _across(name: str, runs: Mapping[str, Sequence[Record]], metrics: Sequence[str]) -> Table:
    parts = []
    for label, records in runs.items():
        own = without_doubles(records)
        columns = columns_of(own, metrics)
        found: Groups = reference_rows(own, columns)
        for title in sorted({r.title for r in own if not r.reference}):
            ranked = [r for r in own if r.title == title and not r.reference]
            found |= {title: mapper_rows(ranked, columns)}
        headed = tuple(
            replace(c, above=f"{label}: {c.above}", short=f"{label}: {c.short}") for c in columns
        )
        parts.append((headed, found))
    titles = dict.fromkeys(title for _, groups in parts for title in groups)
    together = {title: _joined([(len(c), g.get(title, [])) for c, g in parts]) for title in titles}
    every = [record for own in runs.values() for record in own]
    columns = tuple(column for own, _ in parts for column in own)
    caption = (
        f"{len(runs)} data sets: {', '.join(runs)}. The mean rank is over all columns, among the "
        "mappers of a group that have a score in each; equal scores share a rank."
    )
    groups = {
        title: _unranked(rows) if title == REFERENCES else _ranked(rows, columns)
        for title, rows in together.items()
    }
    developed = any(record.isp != NONE for record in every)
    notes = (*(distance_notes(columns, every) if developed else ()), *budget_notes(every))
    return Table(name, caption, ("Mapper",), (*columns, RANK), groups, notes)


def _joined(parts: Sequence[tuple[int, Sequence[Row]]]) -> list[Row]:
    """Rows with the same labels side by side; dashes where a data set lacks one."""
    labels = dict.fromkeys(row.labels for _, rows in parts for row in rows)
    found = [{row.labels: row.entries for row in rows} for _, rows in parts]
    cells = {row.labels: row.cells for _, rows in parts for row in rows}
    return [
        Row(
            own,
            tuple(
                entry
                for (width, _), rows in zip(parts, found, strict=True)
                for entry in rows.get(own, (Entry("–"),) * width)
            ),
            cells[own],
        )
        for own in labels
    ]


def _unranked(rows: Sequence[Row]) -> list[Row]:
    return [_with(row, Entry("")) for row in rows]


def _ranked(rows: Sequence[Row], columns: Sequence[Column]) -> list[Row]:
    """The rows with their mean rank, best first."""
    scored = [p for p in range(len(columns)) if any(_has_number(row.entries[p]) for row in rows)]
    whole = [row for row in rows if all(_has_number(row.entries[p]) for p in scored)]
    ranks = [_ranks(whole, place, METRICS[columns[place].metric]) for place in scored]
    means = {
        row.labels: sum(own) / len(own)
        for row, own in zip(whole, zip(*ranks, strict=True), strict=True)
    }
    best = min(means.values(), default=0.0)
    made = []
    for row in rows:
        mean = means.get(row.labels)
        entry = Entry("–") if mean is None else Entry(f"{mean:.2f}", mean == best, number=mean)
        made.append(_with(row, entry))
    return sorted(made, key=lambda row: row.entries[-1].number or float("inf"))


def _has_number(entry: Entry) -> bool:
    return entry.score is not None and not math.isnan(entry.score.value)


def _ranks(rows: Sequence[Row], place: int, metric: Metric) -> list[float]:
    """1 for the best row in a column; the mean of their ranks for equal scores."""
    from scipy.stats import rankdata  # takes a second, and most tables need no ranks

    scores = [row.entries[place].score for row in rows]
    penalties = [metric.penalty(score.value) for score in scores if score is not None]
    return [float(rank) for rank in rankdata(penalties)]


def _with(row: Row, entry: Entry) -> Row:
    return replace(row, entries=(*row.entries, entry))
