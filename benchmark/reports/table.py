"""A table as data, and the steps from records to it that all tables share."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from benchmark.metrics.metric import METRICS
from benchmark.records.record import Record
from benchmark.reports.aggregate import Score, indistinguishable_from_best, score
from benchmark.store.step import TRAININGS

NO_WEIGHTS = "no weights"
REFERENCES = "References"
FRECHET = ("fid", "fid_antialiased", "kid", "kid_antialiased")
NO_MAPPER = ("floor", "unmapped")  # references at the lower end, shown first


@dataclass(frozen=True)
class Entry:
    """One cell of a table: its text, whether it is bold, and its number for files."""

    text: str
    bold: bool = False
    score: Score | None = None


@dataclass(frozen=True)
class Row:
    """A line: what it is about, and its entries."""

    labels: tuple[str, ...]
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Column:
    """A column: the upper heading it stands under, and its own with the direction of better."""

    above: str
    title: str
    direction: str
    metric: str


Groups = dict[str, list[Row]]
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


def columns_of(
    records: Sequence[Record], metrics: Iterable[str], first: str = "b2a"
) -> tuple[Column, ...]:
    """One column per direction and metric; `first` is the direction on the left."""
    cameras = dict(zip("ab", records[0].cameras, strict=True))
    extractor = next((r.extractor["name"] for r in records if r.extractor), "FID")
    columns = []
    for direction in sorted({r.direction for r in records}, key=lambda d: d != first):
        above = f"{cameras[direction[0]]}→{cameras[direction[2]]}"
        for key in metrics:
            metric = METRICS[key]
            title = metric.title
            if key in FRECHET and extractor != "FID":
                title = title.replace("FID", extractor).replace(
                    "KID", extractor.replace("FD", "KD", 1)
                )
            arrow = "↑" if metric.higher_is_better else "↓"
            columns.append(Column(above, f"{title}{arrow}", direction, key))
    return tuple(columns)


def mapper_rows(
    records: Sequence[Record], columns: Sequence[Column], lines: Lines | None = None
) -> list[Row]:
    """Rows of ranked records, mapper by mapper; the calibration run beside the named ones first.

    Args:
        records: of one protocol.
        columns: of the table.
        lines: labels and ISPs of each row of a mapper; one row over all ISPs by default.
    """
    isps = sorted({r.isp for r in records})
    named = {r.label for r in records if r.role == "named"}
    labels = sorted({r.label for r in records}, key=lambda label: (label in named, label))
    return [
        row_of(titles, [r for r in records if r.label == label], columns, over)
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
    """One row: means over ISPs and seeds; a dash where a cell of the mean is missing."""
    entries = []
    for column in columns:
        own = [r for r in records if r.direction == column.direction and r.isp in isps]
        seeds = {r.seed for r in own}
        complete = len(own) == len(seeds) * len(isps)
        entries.append(_entry(own, column.metric) if own and complete else Entry("–"))
    return Row(labels, tuple(entries))


def _entry(records: Sequence[Record], metric: str) -> Entry:
    number = score(records, metric)
    if number is None:
        return Entry(NO_WEIGHTS if metric in FRECHET else "–")
    text = number.metric.show(number.value)
    if number.seeds > 1:
        text += f" ± {number.metric.show(number.spread)}"
    return Entry(text, score=number)


def embolden(groups: Groups) -> Groups:
    """The same rows with, in each column, the best of all groups together in bold."""
    rows = [row for group in groups.values() for row in group]
    columns = zip(*([entry.score for entry in row.entries] for row in rows), strict=True)
    bold = list(zip(*(indistinguishable_from_best(column) for column in columns), strict=True))
    marked = iter(
        Row(row.labels, tuple(map(lambda e, b: replace(e, bold=b), row.entries, marks)))
        for row, marks in zip(rows, bold, strict=True)
    )
    return {title: [next(marked) for _ in group] for title, group in groups.items()}


def size_of_test(records: Sequence[Record]) -> str:
    """Data set, pictures and seeds, for captions."""
    counts = sorted({r.n for r in records})
    seeds = len({r.seed for r in records})
    pictures = " or ".join(str(n) for n in counts)
    return f"{records[0].data['name']}, n = {pictures}, {seeds} seed{'s' if seeds > 1 else ''}"


def notes_of(records: Sequence[Record]) -> tuple[str, ...]:
    """What a reader must know: preset, reductions, losses left out, missing weights."""
    first = records[0]
    notes = [f"Preset {first.preset}" + (f": {first.reduced}" if first.reduced else ".")]
    trained = [s for r in records for s in r.steps.values() if s["kind"] in TRAININGS]
    bare = sorted({s["method"] for s in trained if s.get("config", {}).get("vgg") == "off"})
    if bare:
        notes.append(f"Trained without the VGG-19 loss of the recipe: {', '.join(bare)}.")
    for precision in sorted({s["precision"] for s in trained if "precision" in s}):
        notes.append(f"Trained in {precision}.")
    return (*notes, *sorted({reason for r in records for reason in r.missing.values()}))
