"""The tables of a leaderboard, which mix no data, protocols or presets."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from benchmark.metrics.metric import METRICS
from benchmark.planning.graph import NONE
from benchmark.planning.run_config import FID_MODE
from benchmark.records.record import Record
from benchmark.records.submission import Submission
from benchmark.records.verdicts import Verdicts
from benchmark.reports.distances import distance_notes, main_distance
from benchmark.reports.leaderboard.lines import Line, contest_of, lines_of, test_of
from benchmark.reports.leaderboard.words import code_of, notes_on, rescored
from benchmark.reports.notes import size_of_test, units
from benchmark.reports.table import (
    NO_MAPPER,
    REFERENCES,
    Column,
    Entry,
    Groups,
    Row,
    Table,
    columns_of,
    embolden,
    row_of,
)

RAW = ("psnr", "ssim", "angular", "chart_mae", "kl")  # what raw-to-raw boards show
SEEDS, RESCORED, CODE, NOTES = (
    Column("", title, "", "") for title in ("seeds", "re-scored", "code", "notes")
)
SPREAD_ROW = "spread"
BOLD = (
    "Ordered by the first number, as the mean over both directions. Bold: the best of those with "
    "all seeds and both directions, and those ranked next until one differs from it (paired 95 % "
    "intervals over pictures and seeds)."
)


@dataclass(frozen=True)
class Board:
    """The results that can be compared with each other.

    Attributes:
        title: what they are of.
        table: a row per method and person.
        several: the methods that several people trained, with the spread between people; None
            where there are none.
    """

    title: str
    table: Table
    several: Table | None


def boards(submissions: Sequence[Submission], verdicts: Verdicts) -> list[Board]:
    """A board for each data set, test, preset, budget and version of a protocol.

    Args:
        submissions: without faults.
        verdicts: on their records, by `scores_of` them.
    """
    lines = lines_of(submissions)
    contests: dict[str, list[Line]] = {}
    yardsticks: dict[str, list[Line]] = {}
    for line in lines:
        same, contest = test_of(line.first), contest_of(line.first)
        if line.first.reference:
            yardsticks.setdefault(same, []).append(line)
        else:
            contests.setdefault(contest, []).append(line)
    ordered = sorted(contests.values(), key=lambda own: _title(own[0].first))
    return [
        _board(f"board{i}", own, yardsticks.get(test_of(own[0].first), []), verdicts)
        for i, own in enumerate(ordered, 1)
    ]


def _board(
    name: str, lines: Sequence[Line], yardsticks: Sequence[Line], verdicts: Verdicts
) -> Board:
    records = [r for line in (*lines, *yardsticks) for r in line.records]
    columns = columns_of(records, _metrics(records))
    rows = {id(line): _row(line, columns) for line in (*lines, *yardsticks)}
    ranked = sorted(lines, key=lambda line: _place(line, rows[id(line)], columns))
    complete = [line for line in ranked if line.complete]
    bold = embolden({"": [rows[id(line)] for line in complete]}, lambda row: row.labels[1])[""]
    rows |= {id(line): row for line, row in zip(complete, bold, strict=True)}

    def shown(own: Iterable[Line]) -> list[Row]:
        return [_with_words(rows[id(line)], line, columns, verdicts) for line in own]

    first = lines[0].first
    groups: Groups = {}
    if yardsticks:
        groups[REFERENCES] = shown(sorted(yardsticks, key=_place_of_reference))
    groups[first.title] = shown(ranked)
    caption = " ".join(filter(None, (_caption(records, first), units(columns), BOLD)))
    table = Table(
        name=name,
        caption=caption,
        label_titles=("Mapper", "By") if first.isp == NONE else ("Mapper", "ISP", "By"),
        columns=(SEEDS, RESCORED, *columns, CODE, NOTES),
        groups=groups,
        notes=distance_notes(columns, records),
    )
    return Board(_title(first), table, _several(f"{name}-several", ranked, rows, columns))


def _metrics(records: Sequence[Record]) -> list[str]:
    """Keys of the numbers that a board shows."""
    developed = ("kl", main_distance(records, FID_MODE), "ciede2000")
    wanted = RAW if records[0].isp == NONE else developed
    return [m for m in wanted if any(m in (*r.per_image, *r.sets) for r in records)]


def _row(line: Line, columns: Sequence[Column]) -> Row:
    first = line.first
    name = first.title if first.reference else first.label
    labels = (name, line.by) if first.isp == NONE else (name, first.isp, line.by)
    return row_of(labels, line.records, columns, [first.isp])


def _place(line: Line, row: Row, columns: Sequence[Column]) -> tuple[str, float, str, str]:
    """ISP by ISP; the best first, by the mean of the first number over both directions."""
    metric = METRICS[columns[0].metric]
    entries = zip(row.entries, columns, strict=True)
    scores = [entry.score for entry, column in entries if column.metric == metric.key]
    values = [score.value if score is not None else math.nan for score in scores]
    mean = sum(values) / len(values)
    last = math.inf if math.isnan(mean) else metric.penalty(mean)
    return line.first.isp, last, line.first.label, line.by


def _place_of_reference(line: Line) -> tuple[bool, str, str, str]:
    return line.first.protocol not in NO_MAPPER, line.first.title, line.first.isp, line.by


def _with_words(row: Row, line: Line, columns: Sequence[Column], verdicts: Verdicts) -> Row:
    """The row with its words before and after the numbers."""
    seeds = " ".join(map(str, sorted({r.seed for r in line.records})))
    again = rescored(line.records, {column.metric for column in columns}, verdicts)
    code = "; ".join(dict.fromkeys(code_of(r.environment) for r in line.records))
    notes = "; ".join(notes_on(line.records))
    entries = (Entry(seeds), Entry(again), *row.entries, Entry(code), Entry(notes))
    return replace(row, entries=entries)


def _several(
    name: str, lines: Sequence[Line], rows: Mapping[int, Row], columns: Sequence[Column]
) -> Table | None:
    """The methods that several people trained: a row each, and the spread between them."""
    by_method: dict[str, list[Line]] = {}
    for line in lines:
        by_method.setdefault(line.method, []).append(line)
    groups: Groups = {}
    for own in by_method.values():
        if len(own) < 2:
            continue
        first = own[0].first
        title = first.label if first.isp == NONE else f"{first.label}, {first.isp}"
        notes = "; ".join(notes_on(own[0].records))
        people = [replace(_plain(rows[id(line)]), labels=(line.by,)) for line in own]
        spread = [_spread([row.entries[i] for row in people]) for i in range(len(columns))]
        group = f"{title} ({notes})" if notes else title
        groups[group] = [*people, Row((SPREAD_ROW,), tuple(spread))]
    if not groups:
        return None
    caption = (
        "The same method, with the same settings, trained by several people. Spread: the largest "
        "difference between two of them."
    )
    return Table(name, caption, ("By",), tuple(columns), groups)


def _plain(row: Row) -> Row:
    return replace(row, entries=tuple(replace(entry, bold=False) for entry in row.entries))


def _spread(entries: Sequence[Entry]) -> Entry:
    scores = [entry.score for entry in entries if entry.score is not None]
    if len(scores) < 2:
        return Entry("–")
    values = [score.value for score in scores]
    difference = max(values) - min(values)
    return Entry(scores[0].metric.show(difference), number=difference)


def _title(record: Record) -> str:
    return f"{record.title}: {record.data['name']}, {' and '.join(record.cameras)}, {record.preset}"


def _caption(records: Sequence[Record], first: Record) -> str:
    score = first.steps[first.score]
    reduced = f" ({first.reduced})" if first.reduced else ""
    budget = ", equal budgets" if first.budget == "equal" else ""
    return (
        f"{size_of_test(records)}; preset {first.preset}{reduced}{budget}; protocol "
        f"{score['protocol']}, version {score['version']}; data fingerprint "
        f"{first.data['fingerprint'][:12]}."
    )
