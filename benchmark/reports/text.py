"""A table as Markdown, LaTeX (booktabs), CSV and numbers for JSON; its files, HTML among them."""

import csv as csv_format
import io
import math
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tabulate import tabulate

from benchmark.files import write_atomic
from benchmark.reports.html import render
from benchmark.reports.table import Entry, Table, one_line

_LATEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "→": r"$\rightarrow$", "↑": r" $\uparrow$", "↓": r" $\downarrow$", "–": "--", "±": r"$\pm$",
    "×": r"$\times$", "³": r"$^3$", " %": r"~\%", "<": r"$<$", ">": r"$>$", "|": r"\textbar{}",
    # At the start of a line they would be arguments of the \\ that ends the line before.
    "[": "{[}", "]": "{]}", "*": "{*}",
}  # fmt: skip
_MARKDOWN = re.compile(r"[\\`*|<>\[\]~&$]|(?<!\w)_|_(?!\w)|(?<=\W)#|^#")
_GREEK = re.compile(r"GREEK SMALL LETTER (\w+)")  # as in Sony α; pdflatex has no such letters
_NO_LATEX_COMMAND = ("OMICRON", "FINAL")


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


def latex(table: Table) -> str:
    r"""The table ready to `\input`; needs the package booktabs."""
    labels, columns = len(table.label_titles), len(table.columns)
    upper, rules, start = [""] * labels, [], labels + 1
    for title, width in table.spans:
        upper.append(rf"\multicolumn{{{width}}}{{c}}{{{escape(title)}}}")
        rules.append(rf"\cmidrule(lr){{{start}-{start + width - 1}}}")
        start += width
    lower = [*map(escape, table.label_titles), *(escape(c.title) for c in table.columns)]
    lines = [
        "% Needs the package booktabs; letters beyond Latin and Greek need lualatex or xelatex.",
        r"\begin{table}", r"\centering", rf"\caption{{{escape(table.caption)}}}",
        rf"\label{{tab:{table.name}}}", rf"\begin{{tabular}}{{{'l' * labels}{'r' * columns}}}",
        r"\toprule",
    ]  # fmt: skip
    if any(title for title, _ in table.spans):
        lines += [" & ".join(upper) + r" \\", " ".join(rules)]
    lines.append(" & ".join(lower) + r" \\")
    for group, rows in table.groups.items():
        lines += [r"\midrule", rf"\multicolumn{{{labels + columns}}}{{l}}{{{escape(group)}}} \\"]
        for row in rows:
            entries = [*map(escape, row.labels), *map(_latex_entry, row.entries)]
            lines.append(" & ".join(entries) + r" \\")
    lines += [r"\bottomrule", r"\end{tabular}"]
    lines += [rf"\par\footnotesize {escape(note)}" for note in table.notes]
    return "\n".join([*lines, r"\end{table}", ""])


def _latex_entry(entry: Entry) -> str:
    return rf"\textbf{{{escape(entry.text)}}}" if entry.bold else escape(entry.text)


def escape(text: str) -> str:
    """Text on one line with LaTeX's special characters made harmless."""
    pattern = "|".join(re.escape(key) for key in sorted(_LATEX, key=len, reverse=True))
    text = re.sub(pattern, lambda match: _LATEX[match.group()], one_line(text))
    return re.sub("[α-ω]", lambda match: _greek(match.group()), text)


def _greek(letter: str) -> str:
    name = _GREEK.match(unicodedata.name(letter))
    if name is None or name[1] in _NO_LATEX_COMMAND:
        return letter
    return rf"$\{name[1].lower().replace('lamda', 'lambda')}$"


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
    """One row per number: where it stands, its value and interval; None for what is not known."""
    found = []
    for group, lines in table.groups.items():
        for line in lines:
            entries = list(zip(table.columns, line.entries, strict=True))
            labels = dict(zip(map(one_line, table.label_titles), line.labels, strict=True))
            labels |= {column.title: entry.text for column, entry in entries if not column.metric}
            for column, entry in entries:
                if not column.metric:
                    continue
                about = {
                    "direction": column.direction,
                    "cameras": one_line(column.above),
                    "metric": column.metric,
                    "unit": column.unit,
                    **_number(entry),
                }
                # A swept setting may have the name of one of our columns.
                named = {k if k not in about else f"{k} (setting)": v for k, v in labels.items()}
                texts = {key: one_line(value) for key, value in named.items()}
                found.append({"group": one_line(group), **texts, **about})
    return found


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
