"""A table in LaTeX: whatever a camera is called, it compiles, and it fits a paper."""

import re
import shutil
import subprocess

import pytest

from benchmark.reports.build import tables
from benchmark.reports.intervals import with_intervals
from benchmark.reports.latex import escape, latex
from benchmark.reports.split import split
from benchmark.reports.table import Column, Entry, Row
from tests.benchmark.reports.every_table import every_table
from tests.benchmark.reports.samples import EVIL_NAMES, make_record, make_table

DOCUMENT = (
    "\\documentclass[{columns}]{{article}}\\usepackage[T1]{{fontenc}}\\usepackage{{{packages}}}"
    "\\begin{{document}}{body}\\end{{document}}"
)
NEEDS_TEX = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")


def compile_tables(texts, folder, columns="onecolumn"):
    """The log of a paper with the tables and the packages that they name, one on each page."""
    (packages,) = {re.findall(r"\A% Needs the packages (\w+) and (\w+)", t)[0] for t in texts}
    body = "".join(f"\\typeout{{table {i}}}{t}\\clearpage\n" for i, t in enumerate(texts))
    text = DOCUMENT.format(columns=columns, packages=",".join(packages), body=body)
    (folder / "t.tex").write_text(text, encoding="utf-8")
    subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "t.tex"], cwd=folder, check=True,
        capture_output=True,
    )  # fmt: skip
    return (folder / "t.log").read_text(encoding="utf-8", errors="replace")


@pytest.fixture(scope="module")
def kinds():
    return every_table()


@NEEDS_TEX
@pytest.mark.parametrize("columns", ["onecolumn", "twocolumn"])
def test_every_kind_of_table_fits_a_paper(columns, kinds, tmp_path):
    assert kinds.keys() >= {
        "table1", "table1-halves", "table2", "table3", "table4", "table5", "table5-by-isp",
        "sweep-learning_rate-identity_weight", "cost", "across", "across-raw-to-raw",
        "table1-published", "table3-published", "table4-published",
    }  # fmt: skip
    shown = [*kinds.values(), *map(with_intervals, kinds.values())]
    texts = [latex(part) for table in shown for part in (table, *split(table))]
    log = compile_tables(texts, tmp_path, columns)
    assert not re.findall(r"Overfull \\hbox.*|LaTeX Warning: Float too large.*", log)


@NEEDS_TEX
def test_any_name_compiles(tmp_path):
    names = [n for n in EVIL_NAMES if "小" not in n and "\x07" not in n and "\udc80" not in n]
    compile_tables([latex(make_table(name)) for name in names], tmp_path)


@pytest.mark.parametrize("name", EVIL_NAMES)
def test_every_row_has_the_same_cells(name):
    text = latex(make_table(name))
    assert text.count(r"\begin{") == text.count(r"\end{")
    body = [t for t in text.splitlines() if t.endswith(r"\\") and "multicolumn" not in t]
    assert len(body) >= 2, "heads and a row"
    assert {len(re.findall(r"(?<!\\)&", line)) for line in body} == {3}
    depth = re.sub(r"\\[{}]", "", text)
    assert depth.count("{") == depth.count("}")
    assert not re.search(r"(?m)^[\[*]", text), "it would be an argument of the line before"


def test_escape_leaves_no_special_character():
    assert escape("100% of $x_1$ #2 {a} ~^\\") == (
        r"100\% of \$x\_1\$ \#2 \{a\} \textasciitilde{}\textasciicircum{}\textbackslash{}"
    )
    assert escape("a|b\n[c] * d") == r"a\textbar{}b {[}c{]} {*} d"
    assert escape("Sony α λ ο ς ΔE −1") == r"Sony $\alpha$ $\lambda$ ο ς $\Delta$E $-$1"


def test_it_has_the_arrows_of_the_field():
    text = latex(tables([make_record("a_b & 5 %"), make_record("best", 0.1)])[0])
    assert r"a\_b \& 5~\%" in text
    assert r"A\_1$\rightarrow$B" in text
    assert r"KL $\downarrow$" in text
    assert r"\textbf{0.100}" in text


def test_there_is_no_empty_upper_heading():
    text = latex(make_table(columns=(Column("", "a", "", "a"), Column("", "b", "", "b"))))
    assert "cmidrule" not in text


def test_short_headings_are_explained_in_the_caption():
    columns = tuple(
        Column("The First Camera→The Second Camera", f"{m}↓", "a2b", "kl", short="A→B")
        for m in "xy"
    )
    groups = {"g": [Row(("a", "b"), (Entry("1"), Entry("2")))]}
    text = latex(
        make_table(columns=columns, groups=groups, caption="Short.", label_titles=("", ""))
    )
    assert r"\multicolumn{2}{c}{A$\rightarrow$B}" in text
    assert r"Short. A$\rightarrow$B: The First Camera$\rightarrow$The Second Camera.}" in text


def test_a_note_has_no_address():
    note = "FID needs weights: download https://a.b/c_d.pth (91 MB), give the file. See https://x.y"
    text = latex(make_table(notes=(note,)))
    assert "FID needs weights: give the file. See" in text
    assert "http" not in text


def test_a_table_that_is_too_tall_continues_under_the_same_number():
    rows = [Row((f"mapper {i}", ""), (Entry(f"{i}.5"), Entry("–"))) for i in range(100)]
    text = latex(make_table(groups={"many": rows}))
    parts = text.count(r"\begin{table}")
    assert parts > 1
    assert text.count(r"\addtocounter{table}{-1}") == text.count("(continued)") == parts - 1
    assert text.count("many") == parts, "its group stands above each part"
    assert text.count(r"\label") == text.count("Note on") == 1
    assert re.findall(r"mapper (\d+) ", text) == [str(i) for i in range(100)]
