"""Published numbers beside ours: what was measured, what was reported, and the difference."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from benchmark.planning.graph import NONE
from benchmark.records.record import Record
from benchmark.reports.notes import size_of_test
from benchmark.reports.published_numbers import Published, Reported, published
from benchmark.reports.table import Column, Entry, Groups, Row, Table

SUFFIX = "-published"  # of the name of a table that compares
DIFFERS = Column("", "differs in", "", "")
NOT_PUBLIC = "The numbers of the paper's Table 5 are not public: there are none to compare with."


@dataclass(frozen=True)
class Report:
    """A row of a published table, with the table."""

    source: Published
    row: Reported

    @property
    def by(self) -> str:
        """Who reports it."""
        return self.row.by or self.source.by

    def differs_in(self, records: Sequence[Record]) -> list[str]:
        """What differs between it and the records of its mapper: data, budget, protocol."""
        differences = {
            "data": any(r.data["name"] != self.source.data for r in records),
            "budget": any(map(_is_reduced, records)),
            "protocol": bool(self.row.differs),
        }
        return [name for name, differs in differences.items() if differs]


def _is_reduced(record: Record) -> bool:
    """Whether its mapper was trained for less, or smaller, than published."""
    return any(
        step["kind"] == "mapper"
        and bool(step.get("steps"))
        and (bool(record.reduced) or step.get("crops") != step.get("published_crops"))
        for step in record.steps.values()
    )


def with_published(tables: Sequence[Table], records: Sequence[Record]) -> list[Table]:
    """The tables, each followed by one that compares it with published numbers, if there are any.

    Args:
        tables: of a run.
        records: the same run's.
    """
    made = []
    for table in tables:
        if table.name.startswith("table5"):
            made.append(replace(table, notes=(*table.notes, NOT_PUBLIC)))
            continue
        made.append(table)
        comparison = _comparison(table, [r for r in records if r.isp == NONE])
        if comparison is not None:
            made.append(comparison)
    return made


def _comparison(table: Table, records: Sequence[Record]) -> Table | None:
    """Ours, then theirs and the difference for each report; None where nothing is published."""
    reports = [
        Report(source, row)
        for source in published()
        if source.table == table.name
        for row in source.rows
    ]
    metrics = {metric for report in reports for metric in report.source.metrics}
    places = [i for i, column in enumerate(table.columns) if column.metric in metrics]
    columns = [table.columns[i] for i in places]
    groups: Groups = {}
    notes: dict[str, None] = {}
    for title, rows in table.groups.items():
        for row in rows:
            of_mapper = [r for r in reports if row.cells and r.row.mapper == row.cells.mapper]
            own = [r for r in records if row.cells and r.label == row.cells.mapper]
            if of_mapper:
                ours = replace(row, entries=tuple(row.entries[i] for i in places))
                groups.setdefault(title, []).extend(_lines(ours, columns, of_mapper, own))
                notes |= dict.fromkeys(note for r in of_mapper for note in _notes(r, own))
    if not groups:
        return None
    caption = (
        f"Published numbers and ours ({size_of_test(records)}). The difference is ours minus "
        "published; the last column says what else differs but the implementation."
    )
    return Table(
        name=f"{table.name}{SUFFIX}",
        caption=caption,
        label_titles=(*table.label_titles, "number"),
        columns=(*columns, DIFFERS),
        groups=groups,
        notes=(*notes, *table.notes),
    )


def _lines(
    ours: Row, columns: Sequence[Column], reports: Sequence[Report], records: Sequence[Record]
) -> Iterator[Row]:
    entries = [replace(entry, bold=False) for entry in ours.entries]
    yield replace(ours, labels=(*ours.labels, "ours"), entries=(*entries, Entry("")))
    blank = ("",) * len(ours.labels)
    for report in reports:
        texts = [report.source.number(report.row, c.direction, c.metric) for c in columns]
        theirs = [Entry("–") if t is None else Entry(t, number=float(t)) for t in texts]
        words = Entry(", ".join(report.differs_in(records)))
        yield replace(ours, labels=(*blank, report.by), entries=(*theirs, words))
        differences = map(_difference, entries, texts)
        yield replace(ours, labels=(*blank, "difference"), entries=(*differences, Entry("")))


def _difference(ours: Entry, theirs: str | None) -> Entry:
    """With as many digits as were published."""
    if ours.score is None or theirs is None:
        return Entry("–")
    number = ours.score.value * ours.score.metric.scale - float(theirs)
    digits = len(theirs.partition(".")[2])
    text = f"{number:+.{digits}f}".replace("-", "−")
    return Entry(text if float(f"{number:.{digits}f}") else text[1:], number=number)  # no "−0.00"


def _notes(report: Report, records: Sequence[Record]) -> Iterator[str]:
    yield f"Published: {report.source.source}."
    if "data" in report.differs_in(records):
        yield f"Data differ: ours are {records[0].data['name']}, published {report.source.data}."
    if report.row.differs:
        yield f"Protocol differs: {report.row.name} by {report.by}, {report.row.differs}."
