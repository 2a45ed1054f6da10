"""Writes a leaderboard as Markdown and as a page that needs nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tabulate import tabulate

from benchmark.files import write_atomic
from benchmark.records.submission import Submission
from benchmark.records.verdicts import Verdicts
from benchmark.reports.html import render
from benchmark.reports.leaderboard.boards import Board, boards
from benchmark.reports.leaderboard.words import LEGEND, code_of, rescored
from benchmark.reports.text import escape_markdown, markdown

STEM = "leaderboard"
HEADS = ("By", "File", "Made", "Code", "Cells", "Re-scored", "Lacks")


@dataclass(frozen=True)
class LeftOut:
    """A bundle that is not on the board, and why, a sentence each."""

    file: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """A submission: who made it, a link of theirs, and what stands under `HEADS` after the name."""

    by: str
    link: str
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """What `leaderboard.html.j2` shows.

    Attributes:
        summary: one sentence.
        legend: how to read the boards, a sentence or two each.
        boards: the results.
        heads: headings of `lines`.
        lines: the submissions.
        left_out: bundles that are not on the boards.
    """

    summary: str
    legend: Sequence[str]
    boards: Sequence[Board]
    heads: Sequence[str]
    lines: Sequence[Line]
    left_out: Sequence[LeftOut]


def write_leaderboard(
    folder: Path,
    submissions: Sequence[Submission],
    verdicts: Verdicts,
    left_out: Sequence[LeftOut] = (),
) -> list[Path]:
    """Writes `leaderboard.md` and `leaderboard.html`; returns the files.

    Args:
        folder: exists.
        submissions: without faults.
        verdicts: on their records, by `scores_of` them.
        left_out: the other bundles.
    """
    people = len({submission.by for submission in submissions})
    made = boards(submissions, verdicts)
    counts = (_count(len(submissions), "submission"), _count(people, "person", "people"))
    page = Page(
        summary=f"{' by '.join(counts)}, on {_count(len(made), 'board')}: what differs in data, "
        "preset, budget, test or protocol is never in one table.",
        legend=LEGEND,
        boards=made,
        heads=HEADS,
        lines=[_line(submission, verdicts) for submission in submissions],
        left_out=left_out,
    )
    texts = {".md": _markdown(page), ".html": render("leaderboard.html.j2", page=page)}
    files = [folder / f"{STEM}{suffix}" for suffix in texts]
    for file, text in zip(files, texts.values(), strict=True):
        write_atomic(file, text)
    return files


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def _line(submission: Submission, verdicts: Verdicts) -> Line:
    records = submission.records
    measured = {m for r in records for m in (*r.per_image, *r.sets)}
    texts = (
        submission.file,
        submission.time[:10],
        "; ".join(dict.fromkeys(code_of(r.environment) for r in records)),
        str(len(records)),
        rescored(records, measured, verdicts),
        " ".join(gap[0].upper() + gap[1:] for gap in submission.gaps),
    )
    return Line(submission.by, submission.link, texts)


def _markdown(page: Page) -> str:
    parts = [f"# Leaderboard\n\n{page.summary}\n", _list(page.legend)]
    for board in page.boards:
        parts += [f"## {escape_markdown(board.title)}\n", markdown(board.table)]
        if board.several:
            parts.append(markdown(board.several))
    rows = [[_linked(line), *map(escape_markdown, line.texts)] for line in page.lines]
    table = tabulate(rows, page.heads, tablefmt="pipe", disable_numparse=True)
    parts.append(f"## Submissions\n\n{table}\n")
    if page.left_out:
        parts.append("## Left out\n")
    for left in page.left_out:
        parts.append(f"### {escape_markdown(left.file)}\n\n{_list(left.reasons)}")
    return "\n".join(parts)


def _linked(line: Line) -> str:
    by = escape_markdown(line.by)
    return f"[{by}](<{line.link}>)" if line.link else by


def _list(sentences: Sequence[str]) -> str:
    return "".join(f"- {escape_markdown(sentence)}\n" for sentence in sentences)
