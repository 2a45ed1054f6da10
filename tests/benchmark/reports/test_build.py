"""Tables are made from records alone, and mix nothing."""

import json

import pandas as pd
import pytest

from benchmark.errors import BenchError
from benchmark.records.record import read_records
from benchmark.reports.build import make_tables, tables
from tests.benchmark.reports.samples import make_record
from tests.conftest import REPOSITORY

MEASURED = REPOSITORY / "results" / "measured"


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"preset": "paper"}, "presets"),
        ({"data": {"name": "toy", "config": {}, "fingerprint": "0" * 32}}, "data sets"),
    ],
)
def test_mixtures_are_refused(change, word):
    with pytest.raises(BenchError, match=f"mix {word}"):
        tables([make_record(), make_record("other", **change)])


def test_every_table_is_written_in_four_formats(tmp_path):
    made = make_tables(tmp_path / "run", [make_record(), make_record("other", 2.0)])
    assert [table.name for table in made] == ["table5"]
    assert {file.name for file in (tmp_path / "run").iterdir()} == {
        "table5.md", "table5.tex", "table5.csv", "table5.html", "pictures.csv",
    }  # fmt: skip


@pytest.mark.parametrize(
    "run",
    sorted(folder.parent for folder in MEASURED.rglob("records")),
    ids=lambda folder: str(folder.relative_to(MEASURED)),
)
def test_the_measured_results_are_what_their_records_give(run, tmp_path):
    make_tables(tmp_path, read_records(run))
    for file in run.glob("*.csv"):
        pd.testing.assert_frame_equal(pd.read_csv(tmp_path / file.name), pd.read_csv(file))
    for file in (*run.glob("*.md"), *run.glob("*.tex")):
        assert (tmp_path / file.name).read_bytes() == file.read_bytes()


def test_table_verb_makes_them_again_from_records(toy_run, bench, tmp_path):
    assert toy_run().code == 0
    run = tmp_path / "results" / "toy-smoke"
    before = (run / "table5.tex").read_bytes()
    (run / "table5.tex").unlink()
    ran = bench("table", run)
    assert ran.code == 0
    assert (run / "table5.tex").read_bytes() == before
    assert bench("table", tmp_path).code == 2
    next((run / "records").glob("*.json")).write_text("{}")
    ran = bench("table", run)
    assert ran.code == 2
    assert "is not a record" in ran.err


@pytest.mark.parametrize("seeds", [("0",), ("0", "1")])
def test_json_of_both_verbs_is_json_for_one_seed_and_several(seeds, toy_run, bench, tmp_path):
    def refuse(constant):
        raise AssertionError(f"{constant} is not JSON")

    ran = toy_run("--json", "--seed", *seeds)
    assert ran.code == 0
    again = bench("table", tmp_path / "results" / "toy-smoke", "--json")
    for text in (ran.out, again.out):
        found = json.loads(text, parse_constant=refuse)
        assert set(found) == {"table5", "table5-by-isp", "cost"}
        for row in found["table5"]:
            assert isinstance(row["value"], float)
            assert row["seeds"] == len(seeds)
            assert (row["std_over_seeds"] is None) == (len(seeds) == 1)
        assert {row["metric"] for row in found["table5"]} == {"kl", "fd_random_vgg"}
        assert all(row["value"] is not None for row in found["cost"])
