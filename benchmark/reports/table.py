"""A table as data, and the steps from records to it that all tables share."""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from benchmark.metrics.metric import METRICS
from benchmark.records.record import Record
from benchmark.reports.aggregate import Score, bold_entries, score

NO_WEIGHTS = "no weights"
REFERENCES = "References"
INCEPTION = ("fid", "kid", "fid_clean", "kid_clean", "fid_antialiased", "kid_antialiased")
NO_MAPPER = ("floor", "unmapped")  # references at the lower end, shown first


@dataclass(frozen=True)
class Entry:
    """One cell of a table.

    Attributes:
        text: what is shown.
        bold: whether it is among the best of its column.
        score: the number behind it with its interval; None where nothing was scored.
        number: the number behind it where it is no score, e.g. seconds of a training.
    """

    text: str
    bold: bool = False
    score: Score | None = None
    number: float | None = None


@dataclass(frozen=True)
class Cells:
    """The cells of which a row shows means over ISPs and seeds.

    Attributes:
        protocol: of all of them.
        mapper: of all of them, with its swept values; "none" without one.
        isps: whose mean it is; "none" without one.
    """

    protocol: str
    mapper: str
    isps: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """A line: what it is about, its entries, and the cells behind it; None where there are none."""

    labels: tuple[str, ...]
    entries: tuple[Entry, ...]
    cells: Cells | None = None


@dataclass(frozen=True)
class Column:
    """A column of numbers, or of words that say something about a row.

    Attributes:
        above: the upper heading it stands under.
        title: its own heading, with an arrow for the direction of better.
        direction: of the cells it shows; empty where it has none.
        metric: name of the numbers in files; empty for a column of words.
        unit: of the stored number; empty for none.
        short: what may stand in place of `above` where there is no room for it, e.g. "A→B".
    """

    above: str
    title: str
    direction: str
    metric: str
    unit: str = ""
    short: str = ""


Groups = dict[str, list[Row]]
Contest = Callable[[Row], object]
Lines = Callable[[str], list[tuple[tuple[str, ...], Sequence[str]]]]


@dataclass(frozen=True)
class Table:
    """A table with row groups.

    Attributes:
        name: stem of its files.
        caption: what it shows and what its words mean.
        label_titles: headings of the label columns.
        columns: headings of the number columns.
        groups: row groups, title to rows.
        notes: footnotes.
    """

    name: str
    caption: str
    label_titles: tuple[str, ...]
    columns: tuple[Column, ...]
    groups: Groups
    notes: tuple[str, ...] = field(default=())

    @property
    def spans(self) -> list[tuple[str, int]]:
        """The upper headings with the number of columns that each stands above."""
        titles = groupby(column.above for column in self.columns)
        return [(title, len(list(run))) for title, run in titles]


def one_line(text: str) -> str:
    """Text that breaks no line of a table, whatever a camera or a file is called.

    Runs of white space, including every kind of line break, become one space; control characters
    and lone surrogates, which no UTF-8 file can hold, become "\N{REPLACEMENT CHARACTER}".
    """
    joined = " ".join(text.split())
    return "".join("\ufffd" if unicodedata.category(c) in ("Cc", "Cs") else c for c in joined)


def columns_of(
    records: Sequence[Record], metrics: Iterable[str], first: str = "b2a"
) -> tuple[Column, ...]:
    """One column per direction and metric; `first` is the direction on the left."""
    cameras = dict(zip("ab", records[0].cameras, strict=True))
    extractor = next((r.extractor["name"] for r in records if r.extractor), "FID")
    columns = []
    for direction in sorted({r.direction for r in records}, key=lambda d: d != first):
        above = f"{cameras[direction[0]]}→{cameras[direction[2]]}"
        short = f"{direction[0]}→{direction[2]}".upper()
        for key in metrics:
            metric = METRICS[key]
            title = metric.title
            if key in INCEPTION and extractor != "FID":
                title = title.replace("FID", extractor).replace(
                    "KID", extractor.replace("FD", "KD", 1)
                )
            arrow = "↑" if metric.higher_is_better else "↓"
            columns.append(Column(above, f"{title}{arrow}", direction, key, metric.unit, short))
    return tuple(columns)


def mapper_rows(
    records: Sequence[Record], columns: Sequence[Column], lines: Lines | None = None
) -> list[Row]:
    """Rows of ranked records, mapper by mapper; calibration that nobody named comes first.

    Args:
        records: of one protocol.
        columns: of the table.
        lines: labels and ISPs of each row of a mapper; one row over all ISPs by default.
    """
    isps = sorted({r.isp for r in records})
    named = {r.label for r in records if r.role == "named"}
    by_label: dict[str, list[Record]] = {}
    for record in records:
        by_label.setdefault(record.label, []).append(record)
    labels = sorted(by_label, key=lambda label: (label in named, label))
    return [
        row_of(titles, by_label[label], columns, over)
        for label in labels
        for titles, over in (lines(label) if lines else [((label,), isps)])
    ]


def reference_rows(
    records: Sequence[Record], columns: Sequence[Column], lines: Lines | None = None
) -> Groups:
    """The group of references, from the lower end to the upper; empty where there are none."""
    references = [r for r in records if r.reference]
    titles = {r.protocol: r.title for r in references}
    rows: list[Row] = []
    for protocol in sorted(titles, key=lambda p: (p not in NO_MAPPER, p)):
        own = [r for r in references if r.protocol == protocol]
        found = mapper_rows(own, columns, lines)
        rows += [replace(row, labels=(titles[protocol], *row.labels[1:])) for row in found]
    return {REFERENCES: rows} if rows else {}


def row_of(
    labels: tuple[str, ...],
    records: Sequence[Record],
    columns: Sequence[Column],
    isps: Sequence[str],
) -> Row:
    """One row: means over ISPs and seeds; a dash where a cell of the mean is missing.

    Args:
        labels: what the row is called.
        records: of one protocol and mapper.
        columns: of the table.
        isps: the ISPs of the mean.
    """
    entries = []
    for column in columns:
        own = [r for r in records if r.direction == column.direction and r.isp in isps]
        seeds = {r.seed for r in own}
        complete = len(own) == len(seeds) * len(isps)
        entries.append(_entry(own, column.metric) if own and complete else Entry("–"))
    cells = Cells(records[0].protocol, records[0].label, tuple(isps)) if records else None
    return Row(labels, tuple(entries), cells)


def _entry(records: Sequence[Record], metric: str) -> Entry:
    number = score(records, metric)
    if number is None:
        no_weights = metric in INCEPTION and any("fid" in r.missing for r in records)
        return Entry(NO_WEIGHTS if no_weights else "–")
    text, spread = number.metric.show(number.value), number.metric.show(number.spread)
    # Without training, what differs between seeds by less than is shown is rounding.
    varies = number.spread != 0 if number.trained else spread != number.metric.show(0)
    if number.seeds > 1 and varies:
        text += f" ± {spread}"
    return Entry(text, score=number)


def embolden(groups: Groups, contest: Contest = lambda row: None) -> Groups:
    """The same rows with the best of each column in bold, see :func:`bold_entries`.

    Args:
        groups: rows that compete, all groups together.
        contest: gives the same value for rows that compete with each other.
    """
    rows = [row for group in groups.values() for row in group]
    marked: dict[int, Row] = {}
    for held in dict.fromkeys(map(contest, rows)):
        own = [i for i, row in enumerate(rows) if contest(row) == held]
        columns = zip(*([entry.score for entry in rows[i].entries] for i in own), strict=True)
        bold = zip(*map(bold_entries, columns), strict=True)
        for i, marks in zip(own, bold, strict=True):
            entries = zip(rows[i].entries, marks, strict=True)
            marked[i] = replace(rows[i], entries=tuple(replace(e, bold=b) for e, b in entries))
    numbers = iter(range(len(rows)))
    return {title: [marked[next(numbers)] for _ in group] for title, group in groups.items()}
