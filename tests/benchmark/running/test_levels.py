"""Missing steps for a scheduler of the user's own."""

import os
import subprocess

from benchmark.planning.graph import Plan
from benchmark.running.executor import StepCommand
from benchmark.running.levels import command_lines
from benchmark.store.store import Store, default_store
from tests.benchmark.conftest import records
from tests.benchmark.specs import fit, mapped, score, train


def test_the_printed_commands_run_what_is_missing(toy_run, tmp_path):
    options = ("--no-references", "--direction", "a2b")
    printed = toy_run("--print-commands", *options)
    assert printed.code == 0
    lines = printed.out.splitlines()
    levels = [i for i, line in enumerate(lines) if line.startswith("# level")]
    assert len(levels) == 2, "trainings, and with the mapper's what it maps; the score"
    assert "fit toy-mapper seed 0 and 1 more" in "".join(lines[: levels[1]])
    assert not list((tmp_path / "home").glob("steps/*/done.json")), "nothing was run"

    (tmp_path / "elsewhere").mkdir()
    subprocess.run(
        ["/bin/sh", "-e"], input=printed.out, text=True, check=True,
        cwd=tmp_path / "elsewhere", env={**os.environ, "PATH": "/nowhere"},
    )  # fmt: skip
    found = toy_run("--print-commands", *options).out.splitlines()
    assert not [line for line in found if not line.startswith("#")]
    assert toy_run(*options).code == 0
    assert records(tmp_path / "results" / "toy-smoke")


def test_a_command_needs_only_itself_and_earlier_levels(toy_run, bench):
    out = toy_run("--print-commands", "--protocol", "adaptation", "augmentation").out
    before: set[str] = set()
    level: set[str] = set()
    store = Store(default_store())
    for line in out.splitlines():
        if line.startswith("#"):
            before |= level
            level = set()
        else:
            keys = line.partition(" --store ")[0].split()[2:]
            for place, key in enumerate(keys):
                assert set(store.spec(key).inputs.values()) <= before | set(keys[:place])
            level.update(keys)
    assert before == set(store.step_keys())


def test_maps_of_a_mapper_and_scores_of_an_isp_share_a_command(tmp_path):
    first, second = fit("fit", method="m"), fit("fit", method="n")
    isp = train("train")
    maps = [mapped(f"map {s.method} {part}", mapper=s.key, part=part)
            for s in (first, second) for part in ("scenes", "aligned")]  # fmt: skip
    scores = [score(f"score {m.title}", isp=isp.key, raw=m.key) for m in maps]
    steps = {spec.key: spec for spec in (first, second, isp, *maps, *scores)}
    store = Store(tmp_path)
    lines = [*command_lines(Plan(steps, ()), store, StepCommand(tmp_path))]
    commands = [line.partition("  # ")[2] for line in lines if not line.startswith("#")]
    assert commands == [
        "fit and 2 more",
        "fit and 2 more",
        "train",
        "score map m scenes and 3 more",
    ]

    for spec in (first, second, isp):
        store.finish(spec.key, {})
    lines = [*command_lines(Plan(steps, ()), store, StepCommand(tmp_path))]
    commands = [line.partition("  # ")[2] for line in lines if not line.startswith("#")]
    assert commands == [
        "map m scenes and 3 more", "map n scenes and 3 more",
    ], "each map with its score"  # fmt: skip
