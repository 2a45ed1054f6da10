"""Tables with the 95 % interval of each number in place of the spread over seeds."""

from dataclasses import replace

from benchmark.reports.notes import SPREAD
from benchmark.reports.table import Entry, Table


def with_intervals(table: Table) -> Table:
    """The same table, each number with half the width of its interval, as far as it has one.

    The note on the spread over seeds gives way to one on the intervals.
    """
    groups = {
        title: [replace(row, entries=tuple(map(_with_interval, row.entries))) for row in rows]
        for title, rows in table.groups.items()
    }
    notes = tuple(note for note in table.notes if note != SPREAD)
    shown = any(
        entry.score and entry.score.interval.known
        for rows in groups.values() for row in rows for entry in row.entries
    )  # fmt: skip
    if shown:
        notes = (*notes, "±: half the width of the 95 % interval.")
    return replace(table, groups=groups, notes=notes)


def _with_interval(entry: Entry) -> Entry:
    score = entry.score
    if score is None:
        return entry
    text = score.metric.show(score.value)
    if score.interval.known:
        half = (score.interval.high - score.interval.low) / 2
        text += f" ± {score.metric.show(half)}"
    return replace(entry, text=text)
