"""A table as Markdown, LaTeX (booktabs) and CSV; its files, HTML among them."""

import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from tabulate import tabulate

from benchmark.files import write_atomic
from benchmark.reports.html import page, table_html
from benchmark.reports.table import Entry, Table

_LATEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "→": r"$\rightarrow$", "↑": r" $\uparrow$", "↓": r" $\downarrow$", "–": "--", "±": r"$\pm$",
    "×": r"$\times$", "³": r"$^3$", " %": r"~\%", "<": r"$<$", ">": r"$>$",
}  # fmt: skip


def write_tables(tables: Sequence[Table], folder: Path) -> list[Path]:
    """Writes every table as `.md`, `.tex`, `.csv` and `.html`; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for table in tables:
        texts = {
            ".md": markdown(table),
            ".tex": latex(table),
            ".csv": csv(table),
            ".html": page(table.name, table_html(table)),
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
        lines.append([f"**{group}**", *[""] * (len(heads) - 1)])
        lines += [[*row.labels, *(_markdown_entry(e) for e in row.entries)] for row in rows]
    align = ["left"] * len(table.label_titles) + ["right"] * len(table.columns)
    body = tabulate(lines, heads, tablefmt="pipe", colalign=align, disable_numparse=True)
    notes = "".join(f"\n- {note}" for note in table.notes)
    return f"{table.caption}\n\n{body}\n{notes}\n"


def _markdown_entry(entry: Entry) -> str:
    return f"**{entry.text}**" if entry.bold else entry.text


def latex(table: Table) -> str:
    r"""The table ready to `\input`; needs the package booktabs."""
    labels, columns = len(table.label_titles), len(table.columns)
    spans = _spans([c.above for c in table.columns])
    upper = [""] * labels + [rf"\multicolumn{{{n}}}{{c}}{{{escape(t)}}}" for t, n in spans]
    rules, start = [], labels + 1
    for _, width in spans:
        rules.append(rf"\cmidrule(lr){{{start}-{start + width - 1}}}")
        start += width
    lower = [*map(escape, table.label_titles), *(escape(c.title) for c in table.columns)]
    lines = [
        r"\begin{table}", r"\centering", rf"\caption{{{escape(table.caption)}}}",
        rf"\label{{tab:{table.name}}}", rf"\begin{{tabular}}{{{'l' * labels}{'r' * columns}}}",
        r"\toprule", " & ".join(upper) + r" \\", " ".join(rules), " & ".join(lower) + r" \\",
    ]  # fmt: skip
    for group, rows in table.groups.items():
        lines += [r"\midrule", rf"\multicolumn{{{labels + columns}}}{{l}}{{{escape(group)}}} \\"]
        for row in rows:
            entries = [*map(escape, row.labels), *(_latex_entry(e) for e in row.entries)]
            lines.append(" & ".join(entries) + r" \\")
    lines += [r"\bottomrule", r"\end{tabular}"]
    lines += [rf"\par\footnotesize {escape(note)}" for note in table.notes]
    return "\n".join([*lines, r"\end{table}", ""])


def _latex_entry(entry: Entry) -> str:
    return rf"\textbf{{{escape(entry.text)}}}" if entry.bold else escape(entry.text)


def _spans(titles: Sequence[str]) -> list[tuple[str, int]]:
    """Runs of equal titles with their lengths."""
    spans: list[tuple[str, int]] = []
    for title in titles:
        if spans and spans[-1][0] == title:
            spans[-1] = (title, spans[-1][1] + 1)
        else:
            spans.append((title, 1))
    return spans


def escape(text: str) -> str:
    """Text with LaTeX's special characters made harmless."""
    pattern = "|".join(re.escape(key) for key in sorted(_LATEX, key=len, reverse=True))
    return re.sub(pattern, lambda match: _LATEX[match.group()], text)


def csv(table: Table) -> str:
    """The numbers, unrounded, one line per entry, with their intervals; for further analysis."""
    lines = [
        {
            "group": group,
            **dict(zip(table.label_titles, row.labels, strict=True)),
            "direction": column.direction,
            "cameras": column.above,
            "metric": column.metric,
            "value": entry.score.value if entry.score else None,
            "low": entry.score.interval.low if entry.score else None,
            "high": entry.score.interval.high if entry.score else None,
            "std_over_seeds": entry.score.spread if entry.score else None,
            "seeds": entry.score.seeds if entry.score else None,
            "n": entry.score.interval.n if entry.score else None,
            "bold": entry.bold,
        }
        for group, rows in table.groups.items()
        for row in rows
        for column, entry in zip(table.columns, row.entries, strict=True)
    ]
    return pd.DataFrame(lines).to_csv(index=False)
