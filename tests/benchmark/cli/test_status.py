"""`isp-bench status`: every state, and the exit code."""

import json

from benchmark.cli import status
from benchmark.records.needed import write_planned
from benchmark.store.step import StepSpec
from benchmark.store.store import Store
from benchmark.training.log import TrainingLog
from tests.benchmark.specs import fit, mapped


def states(bench, *arguments):
    return {s["title"]: s for s in json.loads(bench("status", "--json", *arguments).out)}


def test_every_state_is_reported(bench, tmp_path):
    store = Store(tmp_path / "home")
    specs: dict[str, StepSpec] = {
        name: fit(name, method=name) for name in ("done", "bad", "new", "now")
    }
    specs["later"] = mapped("later", mapper=specs["new"].key)
    for spec in specs.values():
        store.add(spec)
    store.finish(specs["done"].key, {})
    assert bench("status").code == 0
    store.fail(specs["bad"].key, "the loss is nan", "trace")
    with store.lock(store.step_folder(specs["now"].key)):
        assert bench("status").code == 1
        found = states(bench)
        plain = bench("status").out
    assert {title: s["state"] for title, s in found.items()} == {
        "done": "done", "bad": "failed", "new": "missing", "now": "running", "later": "waiting",
    }  # fmt: skip
    assert found["bad"]["note"] == "the loss is nan"
    assert specs["new"].key in found["later"]["note"]
    assert "heartbeat 0 s ago" in found["now"]["note"]
    assert "the loss is nan" in plain
    assert "5 steps: 1 done, 1 missing, 1 waiting, 1 running, 1 failed" in plain
    assert states(bench)["now"]["state"] == "missing", "its owner let go"


def test_an_interrupted_training_is_not_called_missing(bench, tmp_path):
    store = Store(tmp_path / "home")
    spec, scored = fit("half"), mapped("after", mapper=fit("half").key)
    for known in (spec, scored):
        store.add(known)
    (store.step_folder(spec.key) / "checkpoint.pt").write_bytes(b"weights")
    found = states(bench)
    assert {title: s["state"] for title, s in found.items()} == {
        "half": "interrupted", "after": "waiting",
    }  # fmt: skip
    assert "interrupted" in bench("store", "ls").out
    assert "would continue from its checkpoint" in bench("explain", "half").out
    store.fail(spec.key, "the time limit")
    assert states(bench)["half"]["state"] == "failed"
    store.finish(spec.key, {})
    assert states(bench)["half"]["state"] == "done"


def test_all_commands_agree_on_what_a_step_is(bench, tmp_path):
    """A folder named by a key is a step, whatever is in it; anything else is none."""
    store = Store(tmp_path / "home")
    store.add(fit("whole"))
    (store.folder / "steps" / ("0" * 20)).mkdir()
    (store.folder / "steps" / "notes").mkdir()
    (store.folder / "steps" / ("1" * 20)).write_text("a file")
    write_planned(tmp_path / "results" / "run", [fit("kept", seed=9).key])
    counts = [
        len(json.loads(bench("status", "--json").out)),
        len(json.loads(bench("store", "ls", "--json").out)["steps"]),
        len(bench("store", "gc", "--days", "0").out.splitlines()) - 1,
    ]
    assert counts == [2, 2, 2]
    assert "spec.json is missing" in bench("status").out


def test_the_steps_of_one_run(bench, tmp_path):
    store = Store(tmp_path / "home")
    mine, other = fit("mine", seed=1), fit("other", seed=2)
    for spec in (mine, other):
        store.add(spec)
        store.fail(spec.key, "reason", "trace")
    write_planned(tmp_path / "results" / "run", [mine.key])
    assert set(states(bench, "--results", "results")) == {"mine"}
    (tmp_path / "results" / "other").mkdir()
    assert bench("status", "--results", "results/other").code == 0


def test_wrong_folders_are_reported(bench):
    assert "no store in" in bench("status", "--store", "none").err
    assert bench("status").code == 2


def test_a_damaged_description_is_a_failure_not_a_crash(bench, tmp_path):
    store = Store(tmp_path / "home")
    spec = fit()
    store.add(spec)
    (store.step_folder(spec.key) / "spec.json").write_text("{")
    ran = bench("status")
    assert ran.code == 1
    assert "spec.json is damaged" in ran.out


def test_watching_ends_when_nothing_is_left_to_run(bench, tmp_path, monkeypatch):
    """Steps end between two looks."""
    monkeypatch.setattr(status, "WATCH", 0)
    store = Store(tmp_path / "home")
    first, second = fit("first", seed=1), fit("second", seed=2)
    for spec in (first, second):
        store.add(spec)
    events = iter([
        lambda: store.finish(first.key, {}), lambda: None, lambda: store.finish(second.key, {}),
    ])  # fmt: skip
    monkeypatch.setattr("time.sleep", lambda _: next(events)())
    ran = bench("status", "--watch")
    assert ran.code == 0
    assert ran.err.splitlines() == ["2 steps: 2 missing", "2 steps: 1 done, 1 missing"]
    assert "2 steps: 2 done" in ran.out
    store.fail(second.key, "late")
    (store.step_folder(second.key) / "done.json").unlink()
    assert bench("status", "--watch").code == 1


def test_on_a_terminal_the_losses_of_what_runs_are_watched(bench, tmp_path, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "200")
    store = Store(tmp_path / "home")
    spec = fit("busy")
    store.add(spec)
    with TrainingLog(store.step_folder(spec.key), 0) as log:
        log.write("main", 40, {"loss": 0.125})
    with store.lock(store.step_folder(spec.key)):
        monkeypatch.setattr("time.sleep", lambda _: store.finish(spec.key, {}))
        ran = bench("status", "--watch")
    assert "main 40: loss 0.125" in ran.err
    assert ran.code == 0
