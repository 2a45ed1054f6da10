"""Tables in the paper's layout, as data, from the records of a run."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from benchmark.errors import BenchError
from benchmark.metrics.metric import METRICS
from benchmark.plan import NONE
from benchmark.records import Record
from benchmark.scores import Score, indistinguishable_from_best, score

NO_WEIGHTS = "no weights"
REFERENCES = "References"
FRECHET = ("fid", "fid_antialiased", "kid", "kid_antialiased")


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
    groups: dict[str, list[Row]]
    notes: tuple[str, ...] = field(default=())


def tables(records: Sequence[Record]) -> list[Table]:
    """All tables a run can fill.

    Raises:
        BenchError: the records mix presets, data sets or extractors.
    """
    _refuse_mixtures(records)
    found = []
    developed = [r for r in records if r.isp != NONE]
    if any(not r.reference for r in developed):
        found.append(_cross_camera(developed))
        if len({r.isp for r in developed}) > 1 or any(r.sets for r in developed):
            found.append(_cross_camera_by_isp(developed))
    raw = [r for r in records if r.isp == NONE]
    if raw:
        found.append(_raw_to_raw(raw))
    return found


def _refuse_mixtures(records: Sequence[Record]) -> None:
    facts = {
        "presets": {r.preset for r in records},
        "data sets": {f"{r.data['name']} {r.data['fingerprint'][:12]}" for r in records},
        "feature extractors": {
            f"{r.extractor['name']} {r.extractor['weights_sha256'][:12]}"
            for r in records
            if r.extractor is not None
        },
    }
    for what, values in facts.items():
        if len(values) > 1:
            raise BenchError(
                f"The records mix {what} ({', '.join(sorted(values))}); a table may not. Keep "
                "each in a run folder of its own (--name)."
            )


def _cross_camera(records: Sequence[Record]) -> Table:
    """Table 5 of the paper: means over the ISPs."""
    isps = sorted({r.isp for r in records})
    columns = _columns(records, ("kl", "fid"))
    groups = _groups(records, columns, lambda mapper: [((mapper,), isps)])
    over = f"mean over {', '.join(isps)}" if len(isps) > 1 else f"ISP: {isps[0]}"
    caption = (
        f"Cross-camera ISP ({over}; {_test_size(records)}). X→Y: the ISP of X, with X's "
        "look, is brought to camera Y and tested on Y's pictures against X's of the same scene. "
        "Bold: best, and all that cannot be told from it (paired 95 % intervals over scenes)."
    )
    return Table("table5", caption, ("Mapper",), columns, groups, tuple(_notes(records)))


def _cross_camera_by_isp(records: Sequence[Record]) -> Table:
    """The supplement of Table 5: each ISP by itself, with all measures."""
    isps = sorted({r.isp for r in records})
    metrics = ("kl", *FRECHET) if any(r.sets for r in records) else ("kl", "fid")
    columns = _columns(records, metrics)
    groups = _groups(records, columns, lambda mapper: [((mapper, isp), [isp]) for isp in isps])
    caption = f"Cross-camera ISP, each ISP by itself ({_test_size(records)})."
    return Table(
        "table5-by-isp", caption, ("Mapper", "ISP"), columns, groups, tuple(_notes(records))
    )


def _raw_to_raw(records: Sequence[Record]) -> Table:
    """Table 1 of the paper."""
    columns = _columns(records, ("psnr", "ssim", "mae", "kl"))
    groups = _groups(records, columns, lambda mapper: [((mapper,), [NONE])])
    caption = (
        f"Raw-to-raw mapping ({_test_size(records)}). X→Y: raw of X mapped to Y, against Y's "
        "raw, pixel by pixel; means over pictures. Bold as in Table 5."
    )
    return Table("table1", caption, ("Mapper",), columns, groups, tuple(_notes(records)))


def _columns(records: Sequence[Record], metrics: Iterable[str]) -> tuple[Column, ...]:
    cameras = dict(zip("ab", records[0].cameras, strict=True))
    extractor = next((r.extractor["name"] for r in records if r.extractor), "FID")
    columns = []
    # The paper puts Samsung -> iPhone, our b2a, first.
    for direction in sorted({r.direction for r in records}, reverse=True):
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


def _groups(records, columns, lines):  # type: ignore[no-untyped-def]
    """Row groups by protocol, the references first; `lines(mapper)` gives labels and ISPs."""
    groups: dict[str, list[Row]] = {}
    order = sorted(
        {(not r.reference, r.protocol) for r in records},
        key=lambda p: (p[0], p[1] != "floor", p[1]),
    )
    for ranked, protocol in order:
        own = [r for r in records if r.protocol == protocol]
        title = own[0].title if ranked else REFERENCES
        mappers = sorted({r.mapper for r in own}, key=lambda m: _rank(m, own))
        rows = []
        for mapper in mappers:
            for labels, isps in lines(mapper):
                shown = labels if ranked else (own[0].title, *labels[1:])
                rows.append(_row(shown, [r for r in own if r.mapper == mapper], columns, isps))
        groups.setdefault(title, []).extend(_embolden(rows, columns) if ranked else rows)
    return groups


def _rank(mapper: str, records: Sequence[Record]) -> tuple[bool, str]:
    """Calibration beside the named mappers comes first, as in the paper's tables."""
    return (any(r.mapper == mapper and r.role == "named" for r in records), mapper)


def _row(
    labels: tuple[str, ...],
    records: Sequence[Record],
    columns: Sequence[Column],
    isps: Sequence[str],
) -> Row:
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


def _embolden(rows: Sequence[Row], columns: Sequence[Column]) -> list[Row]:
    bold = np.zeros((len(rows), len(columns)), dtype=bool)
    for k in range(len(columns)):
        bold[:, k] = indistinguishable_from_best([row.entries[k].score for row in rows])
    return [
        Row(
            row.labels,
            tuple(Entry(e.text, bool(bold[i, k]), e.score) for k, e in enumerate(row.entries)),
        )
        for i, row in enumerate(rows)
    ]


def _test_size(records: Sequence[Record]) -> str:
    counts = sorted({r.n for r in records})
    seeds = len({r.seed for r in records})
    pictures = " or ".join(str(n) for n in counts)
    return f"{records[0].data['name']}, n = {pictures}, {seeds} seed{'s' if seeds > 1 else ''}"


def _notes(records: Sequence[Record]) -> list[str]:
    """What a reader must know: preset, reductions, missing weights."""
    first = records[0]
    notes = [f"Preset {first.preset}" + (f": {first.reduced}" if first.reduced else ".")]
    notes += sorted({reason for r in records for reason in r.missing.values()})
    return notes
