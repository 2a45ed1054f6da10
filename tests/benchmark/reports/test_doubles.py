"""A mapper that maps nothing does not appear in a table twice."""

import json

import pytest

from benchmark.reports.doubles import without_doubles
from tests.benchmark.reports.samples import make_record

UNMAPPED = {"protocol": "unmapped", "isp": "none", "reference": True, "role": "beside"}
RANKED = {"protocol": "raw-to-raw", "isp": "none"}


def reference(kl=1.0, **changes):
    return make_record("none", kl, **{**UNMAPPED, **changes})


def ranked(mapper, kl, supervision="none", **changes):
    return make_record(mapper, kl, supervision=supervision, **{**RANKED, **changes})


def names(records):
    return [(r.protocol, r.mapper) for r in without_doubles(records)]


def test_a_mapper_that_scores_as_the_reference_is_left_out():
    records = [reference(), ranked("same", 1.0001), ranked("other", 0.5, "unpaired")]
    assert names(records) == [("unmapped", "none"), ("raw-to-raw", "other")]


@pytest.mark.parametrize(
    "record",
    [
        ranked("learned", 1.0, "unpaired"),
        ranked("fixed", 0.9),
        ranked("elsewhere", 1.0, direction="b2a"),
        ranked("later", 1.0, seed=1),
    ],
    ids=lambda record: record.mapper,
)
def test_what_learns_or_scores_otherwise_stays(record):
    records = [reference(), record, ranked("other", 0.5, "unpaired")]
    assert names(records) == [(r.protocol, r.mapper) for r in records]


def test_a_mapper_that_is_alone_takes_the_place_of_the_reference():
    oracle = reference(0.2, protocol="oracle-gain")
    assert names([reference(), oracle, ranked("same", 1.0)]) == [
        ("oracle-gain", "none"), ("raw-to-raw", "same"),
    ]  # fmt: skip


def test_without_the_reference_nothing_is_left_out():
    records = [ranked("same", 1.0), ranked("other", 0.5)]
    assert names(records) == [("raw-to-raw", "same"), ("raw-to-raw", "other")]
    assert names([reference()]) == [("unmapped", "none")]


@pytest.mark.parametrize(
    "arguments",
    [("--protocol", "raw-to-raw"), ("--protocol", "adaptation")],
    ids=lambda arguments: arguments[1],
)
def test_a_run_shows_identity_once_for_all_seeds(arguments, toy_run, tmp_path):
    ran = toy_run(*arguments, "--mapper", "identity", "global3x3", "--seed", "0", "1", "--json")
    assert ran.code == 0
    table = json.loads(ran.out)["table1" if "raw-to-raw" in arguments else "table5"]
    rows = {(row["protocol"], row["mapper"]) for row in table}
    unmapped = {("unmapped", "none"), ("floor", "none")}
    assert len([r for r in rows if r in unmapped or r[1] == "identity"]) == 1
    run = tmp_path / "results" / "toy-smoke"
    if "raw-to-raw" in arguments:
        assert len(list(run.glob("records/raw-to-raw__identity__*a2b*"))) == 1
        assert "±" not in (run / "table1.md").read_text().split("\n\n")[1]
