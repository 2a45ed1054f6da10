"""`isp-bench explain`: names what changed, and nothing else."""

import json

import pytest

from benchmark.store.store import Store
from tests.benchmark.specs import fit, train


def explained(bench, *words):
    """Title of each explained step to the lines on what differs."""
    return differences(bench("explain", *words))


def differences(ran):
    assert ran.code == 0, ran.err
    found: dict[str, list[str]] = {}
    title = ""
    for line in ran.out.splitlines():
        if not line.startswith(" "):
            title = line.split("  ", 1)[1]
            found[title] = []
        elif line.startswith("    "):
            found[title].append(line.strip())
    return found


@pytest.mark.parametrize(
    ("change", "lines"),
    [
        (("--set", "mapper.steps=7"),
         {"fit toy-mapper seed 0": ["config.steps: 3 → 7"],
          "map scenes of camera b by toy-mapper seed 0": ["mapper: config.steps: 3 → 7"],
          "score adaptation toy-mapper toy-isp a2b seed 0": ["raw: mapper: config.steps: 3 → 7"]}),
        (("--seed", "1"),
         {"fit toy-mapper seed 1": ["seed: 0 → 1"],
          "train toy-isp for camera a seed 1": ["seed: 0 → 1"],
          "score adaptation toy-mapper toy-isp a2b seed 1":
              ["isp: seed: 0 → 1", "raw: mapper: seed: 0 → 1"]}),
        (("--data", "toy:size=40"),
         {"fit toy-mapper seed 0": ["data.size: 32 → 40"],
          "score adaptation toy-mapper toy-isp a2b seed 0": ["data.size: 32 → 40"]}),
    ],
)  # fmt: skip
def test_what_changed_is_named(toy_run, bench, change, lines):
    assert toy_run("--no-references", "--direction", "a2b").code == 0
    options = ("--no-references", "--direction", "a2b", "--name", "other", *change)
    found = differences(toy_run("toy", *options, verb="explain"))
    assert {title: found[title] for title in lines} == lines
    changed = [title for title, differences in found.items() if differences]
    assert toy_run(*options, "--print-commands").code == 0
    assert explained(bench, "toy") == {title: found[title] for title in changed}, "the store's"


def test_states_are_reported(toy_run, bench, tmp_path):
    store = Store(tmp_path / "home")
    spec = fit("fit first")
    store.add(spec)
    assert "no step of this kind and method was finished" in bench("explain", spec.key).out
    store.fail(spec.key, "the loss is nan", "trace")
    assert "it failed (the loss is nan)" in bench("explain", spec.key[:8]).out
    store.finish(spec.key, {})
    assert bench("explain", "First").out.splitlines()[1:] == ["  would not run: it is done"]


def test_another_version_and_lost_inputs(bench, tmp_path):
    store = Store(tmp_path / "home")
    old = train("old", version=1, raw="0" * 20)
    new = train("new", version=2, raw="1" * 20)
    gone = train("bare", version=2)
    for spec in (old, new, gone):
        store.add(spec)
    store.finish(old.key, {})
    assert explained(bench, new.key) == {"new": ["version: 1 → 2", f"raw: {'0' * 20} → {'1' * 20}"]}
    assert explained(bench, gone.key)["bare"][0] == "version: 1 → 2"
    assert explained(bench, gone.key)["bare"][1].startswith("raw: ")


def test_wrong_words_are_reported(bench, tmp_path):
    Store(tmp_path / "home")
    ran = bench("explain", "nothing", "like", "it")
    assert ran.code == 2
    assert "no step named 'nothing like it'" in ran.err
    assert f"no step {'0' * 20}" in bench("explain", "0" * 20).err


def test_the_nearest_is_the_one_with_the_fewest_differences(bench, tmp_path):
    store = Store(tmp_path / "home")
    for seed, rate in ((0, 1), (1, 2)):
        spec = fit(f"{seed} {rate}", config={"rate": rate}, seed=seed)
        store.add(spec)
        store.finish(spec.key, {})
    asked = fit("asked", config={"rate": 3}, seed=1)
    store.add(asked)
    assert explained(bench, "asked") == {"asked": ["config.rate: 2 → 3"]}
    assert json.loads(bench("status", "--json").out)[-1]["state"] == "missing"
