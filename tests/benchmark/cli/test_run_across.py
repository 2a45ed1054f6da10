"""Runs over several data sets."""

import json

TWO = ("--data", "toy", "toy:seed=1")


def test_each_data_set_has_its_tables_and_one_has_all(toy_run, bench, tmp_path):
    ran = toy_run(*TWO)
    assert ran.code == 0, ran.err
    folder = tmp_path / "results" / "toy-1+toy-2-smoke"
    assert {p.name for p in folder.iterdir() if p.is_dir()} == {"toy-1", "toy-2"}
    for label in ("toy-1", "toy-2"):
        assert (folder / label / "table5.md").is_file()
        assert (folder / label / "report.html").is_file()
    across = (folder / "across.md").read_text()
    assert "2 data sets: toy-1, toy-2" in across and "mean rank" in across
    assert "mean rank" in ran.out
    assert ran.err.count("FID will be left out") == 1, "the same for all data sets"
    again = toy_run(*TWO, "--json")
    tables = json.loads(again.out)
    assert list(tables) == ["toy-1", "toy-2", "across"]
    assert "table5" in tables["toy-2"] and list(tables["across"]) == ["across"]


def test_a_plan_shows_every_data_set(toy_run):
    plan = toy_run(*TWO, verb="plan")
    assert plan.code == 0, plan.err
    assert plan.out.count("# toy, ") == 2
    rows = json.loads(toy_run(*TWO, "--json", verb="plan").out)
    assert len({row["key"] for row in rows}) == len(rows)
    alone = json.loads(toy_run("--json", verb="plan").out)
    assert len(rows) == 2 * len(alone)


def test_a_name_is_that_of_the_folder_of_all(toy_run, tmp_path):
    assert toy_run(*TWO, "--name", "both", "--no-references").code == 0
    assert (tmp_path / "results" / "both" / "toy-2" / "records").is_dir()


def test_mistakes_are_found_before_any_work(toy_run, tmp_path):
    twice = toy_run("--data", "toy", "toy")
    assert twice.code == 2 and "a data set is there twice" in twice.err
    unknown = toy_run("--data", "toy", "simulated:pair=phone")
    assert unknown.code == 2 and "Did you mean 'phones'" in unknown.err
    small = toy_run("--data", "toy", "toy:size=24")
    assert small.code == 2 and "has a side of only 24" in small.err
    assert not list((tmp_path / "home").glob("steps/*/weights.safetensors"))
