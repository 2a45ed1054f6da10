"""`isp-bench plan`: text, JSON and dot; costs from comparable steps only."""

import json
import re

import pytest

from benchmark.costs.count import Work
from benchmark.costs.history import History
from benchmark.store.store import Store


def rows(toy_run, *arguments):
    ran = toy_run("--no-references", "--format", "json", *arguments, verb="plan")
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


def test_before_anything_ran_the_work_of_trainings_is_counted(toy_run):
    for row in rows(toy_run):
        # The data set of the plug-in does not say how large its pictures are.
        assert (row["seconds"] is not None) == (row["kind"] in ("mapper", "isp")), row["title"]
        assert (row["steps"] is not None) == (row["kind"] in ("mapper", "isp"))
    plain = toy_run("--no-references", verb="plan").out
    assert re.search(r"about \d+ s, [\d.]+ k?B in the store, and 4 steps of unknown cost", plain)
    assert "2 cells, 7 steps, 3 of them trainings; 7 missing" in plain


def test_a_plan_shows_the_share_of_the_published_crops(bench):
    ran = bench("plan", "--preset", "smoke", "--mapper", "cstpp", "--isp", "pynet")
    assert ran.code == 0, ran.err
    assert re.search(r"^cstpp +3 +6 +343,000 +0\.0017 %", ran.out, re.MULTILINE)
    assert re.search(r"^pynet +12 +24 +5,852,600 +0\.00041 %", ran.out, re.MULTILINE)
    full = bench("plan", "--preset", "paper", "--mapper", "chai", "--isp", "pynet", "--json",
                 "--no-references", "--direction", "a2b")  # fmt: skip
    assert full.code == 0, full.err
    crops = [(r["crops"], r["published_crops"]) for r in json.loads(full.out) if r["crops"]]
    assert crops == [(343_000, 343_000), (5_852_600, 5_852_600)]


def test_a_plan_needs_no_weights_and_says_what_a_run_will_miss(bench):
    arguments = ("--preset", "paper", "--mapper", "chai", "--isp", "microisp", "--direction", "a2b")
    ran = bench("plan", *arguments)
    assert ran.code == 0, ran.err
    assert "A run would stop: train microisp" in ran.out
    assert "VGG-19" in ran.out
    assert bench("run", *arguments).code == 2


def test_doctor_names_the_methods_that_do_not_fit_as_published(bench, monkeypatch):
    huge = Work(peak=1e15)
    monkeypatch.setattr("benchmark.costs.estimator.training_work", lambda *_: huge)
    monkeypatch.setenv("XDG_CACHE_HOME", "cache-of-its-own")
    ran = bench("doctor")
    assert ran.code == 0, ran.err
    assert re.search(r"pynet as published needs about 1000.0 TB to train; \w+ has", ran.out)
    assert "identity as published" not in ran.out


def test_a_training_that_does_not_fit_into_memory_is_named(bench, monkeypatch):
    arguments = ("plan", "--preset", "smoke", "--mapper", "cstpp", "--isp", "syenet")
    assert "of memory" not in bench(*arguments).out
    monkeypatch.setattr("benchmark.training.device.memory_of", lambda device: 1_000_000)
    warned = r"^cstpp: a step of about [\d.]+ MB of memory, and cpu has 1.0 MB"
    assert re.search(warned, bench(*arguments).out, re.MULTILINE)


def test_another_seed_costs_what_the_first_took(toy_run, tmp_path):
    assert toy_run("--no-references").code == 0
    planned = rows(toy_run, "--seed", "1")
    assert {r["state"] for r in planned} == {"missing", "waiting"}
    assert all(r["seconds"] > 0 and r["bytes"] > 0 for r in planned)
    store = Store(tmp_path / "home")
    fitted = next(k for k in store.step_keys() if store.is_done(k)
                  and store.spec(k).kind == "mapper")  # fmt: skip
    (row,) = [r for r in planned if r["kind"] == "mapper"]
    assert row["seconds"] == pytest.approx(store.outcome(fitted)["wall_seconds"])
    assert re.search(r"cost of the missing steps, one after the other: about \d+ s, [\d.]+ kB",
                     toy_run("--no-references", "--seed", "1", verb="plan").out)  # fmt: skip


def test_another_config_or_device_predicts_nothing(toy_run, tmp_path):
    assert toy_run("--no-references").code == 0
    planned = rows(toy_run, "--set", "mapper.steps=7", "--name", "other")
    assert {r["kind"]: r["seconds"] is None for r in planned} == {
        "mapper": False,  # counted
        "map": True,  # the toy pictures' size is not known
        "isp": True,  # done
        "score": False,  # as before
    }
    store = Store(tmp_path / "home")
    spec = next(s for s in map(store.spec, store.step_keys())
                if s.kind == "isp" and store.is_done(s.key))  # fmt: skip
    assert History(store, "cpu").cost(spec, store.spec) is not None
    assert History(store, "cuda").cost(spec, store.spec) is None


def test_a_finished_run_costs_nothing(toy_run):
    assert toy_run("--no-references").code == 0
    assert {r["state"] for r in rows(toy_run)} == {"done"}
    plain = toy_run("--no-references", verb="plan").out
    assert "0 missing" in plain
    assert "cost" not in plain


def test_dot_names_every_step_and_edge(toy_run):
    planned = rows(toy_run)
    dot = toy_run("--no-references", "--format", "dot", verb="plan").out
    assert dot.startswith("digraph plan {")
    assert dot.rstrip().endswith("}")
    for row in planned:
        assert f'"{row["key"]}" [label="{row["title"]}\\n{row["state"]}"' in dot
        for needed in row["inputs"].values():
            assert f'"{needed}" -> "{row["key"]}"' in dot


def test_a_plan_leaves_no_trace(toy_run, bench, tmp_path):
    """Neither in a store that is there nor where there is none; nor in the results."""
    before = set(tmp_path.rglob("*"))
    assert rows(toy_run)
    assert set(tmp_path.rglob("*")) == before
    assert toy_run("--no-references").code == 0
    written = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    for options in (("--seed", "1"), ("--results", "elsewhere"), ("--set", "mapper.steps=7")):
        assert rows(toy_run, "--name", "other", *options)
        assert toy_run("toy", "--name", "other", *options, verb="explain").code == 0
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == written
    assert "7 steps: 7 done" in bench("status").out
    assert "7 steps, 1 data sets" in bench("store", "ls").out


def test_a_place_that_cannot_be_written_is_said_before_anything_runs(toy_run, tmp_path):
    (tmp_path / "file").write_text("")
    for option in ("--store", "--results"):
        ran = toy_run(option, "file/below", verb="plan")
        assert ran.code == 2
        assert option in ran.err


def test_the_steps_of_a_run_that_was_written_down_can_be_run_one_by_one(toy_run, bench):
    from tests.conftest import TOY

    assert toy_run("--no-references", "--print-commands").code == 0
    for row in rows(toy_run):
        assert bench("step", row["key"], "--plugin", TOY, "--device", "cpu").code == 0
    assert {r["state"] for r in rows(toy_run)} == {"done"}
