"""A table as Markdown, CSV and numbers for JSON; its files, LaTeX and HTML among them."""

import csv as csv_format
import io
import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tabulate import tabulate

from benchmark.files import write_atomic
from benchmark.reports.html import render
from benchmark.reports.latex import latex
from benchmark.reports.table import Cells, Entry, Table, one_line

NAMED = ("Mapper", "ISP")  # labels that the cells of a row name, too
_MARKDOWN = re.compile(r"[\\`*|<>\[\]~&$]|(?<!\w)_|_(?!\w)|(?<=\W)#|^#")


def write_tables(tables: Sequence[Table], folder: Path) -> list[Path]:
    """Writes every table as `.md`, `.tex`, `.csv` and `.html`; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for table in tables:
        texts = {
            ".md": markdown(table),
            ".tex": latex(table),
            ".csv": csv(table),
            ".html": render("table_page.html.j2", table=table),
        }
        for suffix, text in texts.items():
            file = folder / f"{table.name}{suffix}"
            write_atomic(file, text)
            files.append(file)
    return files


def markdown(table: Table) -> str:
    """The table for a README or an issue; row groups are lines in bold of their own."""
    heads = [*table.label_titles, *(f"{c.above} {c.title}" for c in table.columns)]
    lines: list[list[str]] = []
    for group, rows in table.groups.items():
        lines.append([f"**{escape_markdown(group)}**", *[""] * (len(heads) - 1)])
        for row in rows:
            entries = map(_markdown_entry, row.entries)
            lines.append([*map(escape_markdown, row.labels), *entries])
    align = ["left"] * len(table.label_titles) + ["right"] * len(table.columns)
    body = tabulate(
        lines, [*map(escape_markdown, heads)], tablefmt="pipe", colalign=align,
        disable_numparse=True,
    )  # fmt: skip
    notes = "".join(f"\n- {escape_markdown(note)}" for note in table.notes)
    return f"{escape_markdown(table.caption)}\n\n{body}\n{notes}\n"


def _markdown_entry(entry: Entry) -> str:
    text = escape_markdown(entry.text)
    return f"**{text}**" if entry.bold else text


def escape_markdown(text: str) -> str:
    """Text on one line that Markdown shows as it is; a "|" would end a cell of a table."""
    return _MARKDOWN.sub(lambda match: f"\\{match.group()}", one_line(text))


def csv(table: Table) -> str:
    """The numbers, unrounded, one line per entry, with their intervals; for further analysis."""
    lines = rows(table)
    text = io.StringIO()
    writer = csv_format.DictWriter(text, list(lines[0]) if lines else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue()


def numbers(tables: Sequence[Table]) -> dict[str, list[dict[str, Any]]]:
    """The rows of every table by its name, as JSON takes them: null where nothing is finite."""
    return {
        table.name: [{key: _finite(value) for key, value in row.items()} for row in rows(table)]
        for table in tables
    }


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def rows(table: Table) -> list[dict[str, Any]]:
    """One row per number: where it stands, its value and interval; None for what is not known.

    A row of several cells names its ISPs and seeds in one text each, separated by spaces.
    """
    found = []
    of_cells = any(line.cells for lines in table.groups.values() for line in lines)
    for group, lines in table.groups.items():
        for line in lines:
            entries = list(zip(table.columns, line.entries, strict=True))
            labels = dict(zip(map(one_line, table.label_titles), line.labels, strict=True))
            labels |= {column.title: entry.text for column, entry in entries if not column.metric}
            cells = _cells(line.cells) if of_cells else {}
            for column, entry in entries:
                if not column.metric:
                    continue
                seeds = " ".join(map(str, entry.score.by_seed)) if entry.score else ""
                about = {
                    **cells,
                    "direction": column.direction,
                    "cameras": one_line(column.above),
                    **({"seed": seeds} if of_cells else {}),
                    "metric": column.metric,
                    "unit": column.unit,
                    **_number(entry),
                }
                # A swept setting may have the name of one of our columns.
                named = {
                    f"{title} (setting)" if title in about else title: one_line(value)
                    for title, value in labels.items()
                    if not (of_cells and title in NAMED)
                }
                found.append({"group": one_line(group), **named, **about})
    return found


def _cells(cells: Cells | None) -> dict[str, str]:
    if cells is None:
        return dict.fromkeys(("protocol", "mapper", "isp"), "")
    return {"protocol": cells.protocol, "mapper": cells.mapper, "isp": " ".join(cells.isps)}


def _number(entry: Entry) -> dict[str, Any]:
    score = entry.score
    if score is None:
        interval = dict.fromkeys(("low", "high", "std_over_seeds", "seeds", "n"))
        return {"value": entry.number, **interval, "bold": entry.bold}
    return {
        "value": _known(score.value),
        "low": _known(score.interval.low),
        "high": _known(score.interval.high),
        "std_over_seeds": _known(score.spread),
        "seeds": score.seeds,
        "n": score.interval.n,
        "bold": entry.bold,
    }


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
