"""A table for each direction."""

from benchmark.reports.split import split
from benchmark.reports.table import Column, Entry, Row
from tests.benchmark.reports.samples import make_table

COLUMNS = (
    Column("B→A", "KL↓", "b2a", "kl"), Column("B→A", "FID↓", "b2a", "fid"),
    Column("A→B", "KL↓", "a2b", "kl"), Column("", "note", "", ""),
)  # fmt: skip
GROUPS = {"g": [Row(("x", "y"), tuple(map(Entry, ("1", "2", "3", "word"))))]}


def test_each_direction_has_its_columns_and_those_of_both():
    left, right = split(make_table(columns=COLUMNS, groups=GROUPS))
    assert [left.name, right.name] == ["toy-b2a", "toy-a2b"]
    assert left.columns == (COLUMNS[0], COLUMNS[1], COLUMNS[3])
    assert [e.text for e in left.groups["g"][0].entries] == ["1", "2", "word"]
    assert right.columns == COLUMNS[2:]
    assert right.groups["g"][0].labels == ("x", "y")
    assert [e.text for e in right.groups["g"][0].entries] == ["3", "word"]


def test_a_table_with_one_direction_or_none_stays_as_it_is():
    for columns in (COLUMNS[:2], COLUMNS[3:]):
        table = make_table(columns=columns, groups={})
        assert split(table) == [table]


def test_the_table_verb_splits(toy_run, bench, tmp_path):
    assert toy_run().code == 0
    run = tmp_path / "results" / "toy-smoke"
    ran = bench("table", run, "--split", "--intervals")
    assert ran.code == 0
    halves = [(run / f"table5-{d}.csv").read_text().splitlines() for d in ("b2a", "a2b")]
    whole = (run / "table5.csv").read_text().splitlines()
    assert sorted(line for half in halves for line in half[1:]) == sorted(whole[1:])
