"""Whatever a camera is called, a table stays a table in Markdown, LaTeX, CSV and JSON."""

import csv as csv_format
import io
import json
import re
import shutil
import subprocess

import pytest

from benchmark.reports.build import tables
from benchmark.reports.table import Column, Entry, Row
from benchmark.reports.text import csv, escape, escape_markdown, latex, markdown, numbers, rows
from tests.benchmark.reports.samples import (
    EVIL_NAMES,
    make_record,
    make_score,
    make_table,
)

HEADS = (
    "direction", "cameras", "metric", "unit", "value", "low", "high", "std_over_seeds", "seeds",
    "n", "bold",
)  # fmt: skip
DOCUMENT = (
    "\\documentclass{article}\\usepackage[T1]{fontenc}\\usepackage{booktabs}"
    "\\begin{document}%s\\end{document}"
)


@pytest.mark.parametrize("name", EVIL_NAMES)
def test_every_line_of_a_markdown_table_has_the_same_cells(name):
    text = markdown(make_table(name))
    lines = [line for line in text.splitlines() if line.startswith("|")]
    assert len(lines) == 4, "heads, rule, group, row"
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines} == {5}
    assert len(text.splitlines()) == 1 + 1 + 4 + 1 + 1, "caption, table, one note"


def test_markdown_shows_names_as_they_are():
    assert escape_markdown("X|raw") == r"X\|raw"
    assert escape_markdown("a_b <b> *x* `t` [l](u) $x$ &amp;") == (
        r"a_b \<b\> \*x\* \`t\` \[l\](u) \$x\$ \&amp;"
    )
    assert escape_markdown("_x_ and a\\b") == r"\_x\_ and a\\b"
    assert escape_markdown("https://a.b/c_d#e") == "https://a.b/c_d#e"


def test_markdown_marks_bold_and_groups():
    text = markdown(make_table("X"))
    assert "**0.500**" in text
    assert "| **Group X**" in text
    assert text.endswith("\n- Note on X\n")


@pytest.mark.parametrize("name", EVIL_NAMES)
def test_every_row_of_a_latex_table_has_the_same_cells(name):
    text = latex(make_table(name))
    assert text.count(r"\begin{") == text.count(r"\end{")
    body = [t for t in text.splitlines() if t.endswith(r"\\") and "multicolumn" not in t]
    assert len(body) == 2
    assert {len(re.findall(r"(?<!\\)&", line)) for line in body} == {3}
    depth = re.sub(r"\\[{}]", "", text)
    assert depth.count("{") == depth.count("}")
    assert not re.search(r"(?m)^[\[*]", text), "it would be an argument of the line before"


def test_escape_leaves_no_special_character():
    assert escape("100% of $x_1$ #2 {a} ~^\\") == (
        r"100\% of \$x\_1\$ \#2 \{a\} \textasciitilde{}\textasciicircum{}\textbackslash{}"
    )
    assert escape("a|b\n[c] * d") == r"a\textbar{}b {[}c{]} {*} d"
    assert escape("Sony α λ ο ς") == r"Sony $\alpha$ $\lambda$ ο ς"


def test_latex_has_the_arrows_of_the_field():
    text = latex(tables([make_record("a_b & 5 %"), make_record("best", 0.1)])[0])
    assert r"a\_b \& 5~\%" in text
    assert r"A\_1$\rightarrow$B" in text
    assert r"KL $\downarrow$" in text
    assert r"\textbf{0.100}" in text


def test_latex_has_no_empty_upper_heading():
    text = latex(make_table(columns=(Column("", "a", "", "a"), Column("", "b", "", "b"))))
    assert "cmidrule" not in text


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_latex_compiles(tmp_path):
    names = [n for n in EVIL_NAMES if "小" not in n and "\x07" not in n and "\udc80" not in n]
    body = "".join(latex(make_table(name)) for name in names)
    (tmp_path / "t.tex").write_text(DOCUMENT % body, encoding="utf-8")
    subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "t.tex"], cwd=tmp_path, check=True,
        capture_output=True,
    )  # fmt: skip


@pytest.mark.parametrize("name", EVIL_NAMES)
def test_csv_has_one_line_per_entry(name):
    text = csv(make_table(name))
    assert len(text.splitlines()) == 3
    lines = list(csv_format.reader(io.StringIO(text)))
    assert {len(line) for line in lines} == {len(HEADS) + 3}
    text.encode("utf-8")


def test_rows_hold_the_unrounded_number_and_its_interval():
    table = make_table("X")
    scored, missing = rows(table)
    assert tuple(scored) == ("group", "Mapper", "X", *HEADS)
    score = table.groups["Group X"][0].entries[0].score
    assert score is not None and score.interval is not None
    assert (scored["value"], scored["low"], scored["high"]) == (
        score.value, score.interval.low, score.interval.high,
    )  # fmt: skip
    assert (scored["n"], scored["seeds"], scored["unit"], scored["bold"]) == (30, 1, "nat", True)
    assert scored["std_over_seeds"] is None, "one seed"
    assert missing["value"] is missing["n"] is None
    assert csv(table).splitlines()[2] == "Group X,X,b,a2b,X→B,fid,,,,,,,,False"


def test_a_number_that_is_not_a_score_is_in_the_files_too():
    groups = {"g": [Row(("a", "b"), (Entry("1,000", number=1000), Entry("–")))]}
    assert [row["value"] for row in rows(make_table(groups=groups))] == [1000, None]


def test_a_swept_setting_may_be_called_as_a_column():
    (first, _) = rows(make_table(label_titles=("n", "value")))
    assert (first["n"], first["n (setting)"], first["value (setting)"]) == (30, "Camera X", "b")


def test_json_has_null_for_what_is_not_finite():
    endless = Entry("inf", score=make_score([float("inf")] * 30, "psnr"))
    table = make_table(groups={"g": [Row(("a", "b"), (endless, Entry("–")))]})
    text = json.dumps(numbers([table]), allow_nan=False)
    assert json.loads(text)["toy"][0]["value"] is None
    assert csv(table).splitlines()[1].split(",")[7] == "inf", "a spreadsheet may have it"


def test_an_empty_table_is_an_empty_file():
    assert csv(make_table(groups={})).strip() == ""
