"""Whatever a camera is called, a table stays a table in Markdown, CSV and JSON."""

import csv as csv_format
import io
import json
import re

import pytest

from benchmark.reports.table import Cells, Entry, Row
from benchmark.reports.text import csv, escape_markdown, markdown, numbers, rows
from tests.benchmark.reports.samples import (
    EVIL_NAMES,
    make_score,
    make_table,
)

HEADS = (
    "direction", "cameras", "metric", "unit", "value", "low", "high", "std_over_seeds", "seeds",
    "n", "bold",
)  # fmt: skip


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


def test_csv_names_the_cells_behind_each_number():
    cells = Cells("adaptation", "cstpp (downsample = 4)", ("pynet", "syenet"))
    several = Entry("0.5", score=make_score([0.5] * 30, seeds=2))
    row = Row(("cstpp", "mean"), (several, Entry("–")), cells)
    table = make_table(groups={"g": [row]}, label_titles=("Mapper", "way"))
    first, missing = csv_format.DictReader(io.StringIO(csv(table)))
    named = ("group", "protocol", "mapper", "isp", "way", "direction", "seed")
    assert [first[name] for name in named] == [
        "g", "adaptation", "cstpp (downsample = 4)", "pynet syenet", "mean", "a2b", "0 1",
    ]  # fmt: skip
    assert "Mapper" not in first, "the same in other words"
    assert missing["mapper"] == first["mapper"]
    assert missing["seed"] == ""
