"""Missing steps for a scheduler of the user's own."""

import os
import subprocess

from tests.benchmark.conftest import records


def test_the_printed_commands_run_what_is_missing(toy_run, tmp_path):
    options = ("--no-references", "--direction", "a2b")
    printed = toy_run("--print-commands", *options)
    assert printed.code == 0
    lines = printed.out.splitlines()
    levels = [i for i, line in enumerate(lines) if line.startswith("# level")]
    assert len(levels) == 3, "trainings, mapped pictures, score"
    assert "fit toy-mapper" in "".join(lines[: levels[1]])
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


def test_a_level_needs_only_earlier_ones(toy_run, bench):
    out = toy_run("--print-commands", "--protocol", "adaptation", "augmentation").out
    before: set[str] = set()
    level: set[str] = set()
    from benchmark.store.store import Store, default_store

    store = Store(default_store())
    for line in out.splitlines():
        if line.startswith("#"):
            before |= level
            level = set()
        else:
            key = line.split()[2]
            assert set(store.spec(key).inputs.values()) <= before
            level.add(key)
    assert len(before) > 20
