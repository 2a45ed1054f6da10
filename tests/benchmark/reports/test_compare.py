"""Published numbers beside ours."""

import pytest

from benchmark.reports.build import tables
from benchmark.reports.compare import with_published
from benchmark.reports.text import markdown
from tests.benchmark.reports.samples import N, make_record, numbers

RAW2RAW = {"name": "raw2raw", "config": {}, "fingerprint": "f" * 32}


def raw(mapper="cstpp", psnr=29.0, crops=100, **changes):
    step = {
        "kind": "mapper", "title": f"fit {mapper}", "method": mapper, "steps": {"only": 3},
        "crops": crops, "published_crops": 100,
    }  # fmt: skip
    facts = {
        "protocol": "raw-to-raw", "isp": "none", "title": "Raw-to-raw mapping", "reduced": "",
        "per_image": {"psnr": [psnr] * N, "mae": [0.03] * N, "kl": [1.0] * N}, "missing": {},
        "steps": {"k": step}, "supervision": "unpaired", "data": RAW2RAW, "direction": "b2a",
    }  # fmt: skip
    return make_record(mapper, **{**facts, **changes})


def compared(*records):
    return {table.name: table for table in with_published(tables(records), records)}


def lines(table):
    return [
        (row.labels[-1], [entry.text for entry in row.entries])
        for rows in table.groups.values()
        for row in rows
    ]


def test_the_difference_is_ours_minus_theirs_to_the_digits_printed():
    found = compared(raw())
    assert list(found)[:2] == ["table1", "table1-published"]
    table = found["table1-published"]
    assert [c.metric for c in table.columns] == ["psnr", "mae", ""], "what the paper has"
    assert lines(table) == [
        ("ours", ["29.00", "0.030", ""]), ("paper", ["29.73", "0.025", ""]),
        ("difference", ["−0.73", "+0.005", ""]),
    ]  # fmt: skip
    frame = numbers(table).query("metric == 'psnr'").set_index("number")
    assert frame.value["difference"] == pytest.approx(29.0 - 29.73)
    assert set(frame.mapper) == {"cstpp"}
    assert "Table 1, page 6" in markdown(table)


def test_no_difference_has_no_sign():
    table = compared(raw(psnr=29.7301))["table1-published"]
    assert lines(table)[-1][1][0] == "0.00"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, ""), ({"data": {**RAW2RAW, "name": "simulated"}}, "data"), ({"crops": 50}, "budget"),
        ({"reduced": "small pictures"}, "budget"),
        ({"data": {**RAW2RAW, "name": "toy"}, "crops": 1}, "data, budget"),
        ({"reduced": "small pictures", "steps": {}}, ""),
    ],
)  # fmt: skip
def test_different_data_and_budgets_are_marked(changes, words):
    table = compared(raw(**changes))["table1-published"]
    assert lines(table)[1][1][-1] == words
    assert ("Data differ" in markdown(table)) == ("data" in words)


def test_each_report_on_a_mapper_has_its_lines_and_its_reason():
    table = compared(raw("rawformer"))["table1-published"]
    shown = lines(table)
    assert [name for name, _ in shown] == [
        "ours", "its authors", "difference", "authors of MERIT", "difference",
    ]  # fmt: skip
    assert shown[1][1] == ["40.98", "–", "protocol"]
    assert shown[2][1] == ["−11.98", "–", ""]
    assert "3-channel 8-bit pictures" in markdown(table)


def test_swept_values_find_their_row():
    records = [raw(psnr=29.0 + n, setting={"downsample": n}) for n in (1, 16, 32)]
    table = compared(*records)["table4-published"]
    (ours,) = (entries for name, entries in lines(table)[:1])
    assert ours[0] == "45.00"
    assert [entries[0] for name, entries in lines(table) if name == "paper"] == ["29.00", "29.73"]


def test_mappers_without_published_numbers_are_left_out():
    assert list(compared(raw("mine"))) == ["table1"]
    table = compared(raw("mine"), raw())["table1-published"]
    assert {row.labels[0] for rows in table.groups.values() for row in rows} == {"cstpp", ""}


def test_table_5_says_that_its_numbers_are_not_public():
    assert "not public" in markdown(compared(make_record())["table5"])


def test_the_table_verb_compares(toy_run, bench, tmp_path):
    assert toy_run("--protocol", "raw-to-raw", "--mapper", "global3x3").code == 0
    run = tmp_path / "results" / "toy-smoke"
    ran = bench("table", run, "--compare", "published")
    assert ran.code == 0
    assert (run / "table1-published.tex").is_file()
    assert "24.52" in ran.out
    assert toy_run("--name", "developed").code == 0
    ran = bench("table", run.parent / "developed", "--compare", "published")
    assert ran.code == 0
    assert "has published numbers" in ran.err
