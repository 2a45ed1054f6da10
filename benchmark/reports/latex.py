r"""A table in LaTeX (booktabs), laid out so that it fits a paper, ready to `\input`."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from benchmark.reports.latex_floats import Part, floats
from benchmark.reports.latex_layout import Label, Layout, Span, lay_out
from benchmark.reports.table import Entry, Table, one_line

_LATEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "Δ": r"$\Delta$", "−": "$-$", "→": r"$\rightarrow$",
    "↑": r" $\uparrow$", "↓": r" $\downarrow$", "–": "--", "±": r"$\pm$",
    "×": r"$\times$", "³": r"$^3$", " %": r"~\%", "<": r"$<$", ">": r"$>$", "|": r"\textbar{}",
    # At the start of a line they would be arguments of the \\ that ends the line before.
    "[": "{[}", "]": "{]}", "*": "{*}",
}  # fmt: skip
_GREEK = re.compile(r"GREEK SMALL LETTER (\w+)")  # as in Sony α; pdflatex has no such letters
_NO_LATEX_COMMAND = ("OMICRON", "FINAL")
_ADDRESS = re.compile(r"(?:download )?https?://\S+(?: \([^)]*\),)? ?")  # and the words around it
_NEEDS = (
    "% Needs the packages booktabs and array; letters beyond Latin and Greek need lualatex or "
    "xelatex."
)


def latex(table: Table) -> str:
    r"""The table ready to `\input`; its first line names the packages it needs.

    It fits a paper in one column or two, see :func:`lay_out`; upper headings for which there is no
    room are explained in the caption.
    """
    layout = lay_out(table)
    caption = " ".join(filter(None, (table.caption, _shortened(table, layout))))
    lines = [_NEEDS]
    parts = floats(table, layout, caption)
    for number, own in enumerate(parts):
        if number:
            about = [r"\addtocounter{table}{-1}", r"\caption{(continued)}"]
        else:
            about = [rf"\caption{{{escape(caption)}}}", rf"\label{{tab:{table.name}}}"]
        notes = table.notes if number == len(parts) - 1 else ()
        lines += _float(layout, about, own, notes)
    return "\n".join([*lines, ""])


def _float(
    layout: Layout, about: Sequence[str], parts: Sequence[Part], notes: Sequence[str]
) -> list[str]:
    environment = "table*" if layout.wide else "table"
    lines = [rf"\begin{{{environment}}}", r"\centering", *about]
    if layout.size.command:
        lines.append(rf"{layout.size.command}\setlength{{\tabcolsep}}{{{layout.size.gap:g}pt}}")
    for number, part in enumerate(parts):
        lines += [r"\par\medskip"] if number else []
        lines += _tabular(layout, part)
    if notes:
        lines.append(r"\par\smallskip\raggedright\footnotesize")
        lines += [rf"{escape(_ADDRESS.sub('', note))}\par" for note in notes]
    return [*lines, rf"\end{{{environment}}}"]


def _shortened(table: Table, layout: Layout) -> str:
    """A sentence of the caption on upper headings that stand in short, as "A→B: iPhone→S9."."""
    places = [
        block.places[sum(before.columns for before in block.spans[:i])]
        for block in layout.blocks
        for i, span in enumerate(block.spans)
        if span.short
    ]
    found = {table.columns[place].short: table.columns[place].above for place in places}
    return "; ".join(f"{short}: {above}" for short, above in found.items()) + "." if found else ""


def _tabular(layout: Layout, part: Part) -> list[str]:
    block, labels, columns = part.block, len(layout.labels), len(part.block.places)
    kinds = "".join(_label_column(label) for label in layout.labels)
    lines = [rf"\begin{{tabular}}{{@{{}}{kinds}{'r' * columns}@{{}}}}", r"\toprule"]
    if any(any(span.lines) for span in block.spans):
        lines += _upper_heads(labels, block.spans)
    for texts in _on_one_line([*(label.head for label in layout.labels), *block.heads]):
        lines.append(" & ".join(map(escape, texts)) + r" \\")
    for group, rows in part.groups.items():
        lines.append(r"\midrule")
        if group:
            lines.append(
                rf"\multicolumn{{{labels + columns}}}{{@{{}}l@{{}}}}{{{escape(group)}}} \\"
            )
        for row in rows:
            entries = [_entry(row.entries[place]) for place in block.places]
            lines.append(" & ".join([*map(escape, row.labels), *entries]) + r" \\")
    return [*lines, r"\bottomrule", r"\end{tabular}"]


def _label_column(label: Label) -> str:
    if not label.wrapped:
        return "l"
    return rf">{{\raggedright\hangindent=1em\arraybackslash}}p{{{label.width:.1f}pt}}"


def _upper_heads(labels: int, spans: Sequence[Span]) -> Iterator[str]:
    for texts in _on_one_line([span.lines for span in spans]):
        cells = [
            rf"\multicolumn{{{span.columns}}}{{c}}{{{escape(text)}}}"
            for span, text in zip(spans, texts, strict=True)
        ]
        yield " & ".join([*[""] * labels, *cells]) + r" \\"
    rules, start = [], labels + 1
    for span in spans:
        if any(span.lines):
            rules.append(rf"\cmidrule(lr){{{start}-{start + span.columns - 1}}}")
        start += span.columns
    yield " ".join(rules)


def _on_one_line(heads: Sequence[Sequence[str]]) -> Iterator[tuple[str, ...]]:
    """The lines of headings that all end on the same one, from the top."""
    depth = max(map(len, heads))
    padded = [[""] * (depth - len(head)) + list(head) for head in heads]
    return zip(*padded, strict=True)


def _entry(entry: Entry) -> str:
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
