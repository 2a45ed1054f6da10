"""The pool of processes: the same records, whatever happens to a process."""

import json
import os
import signal
import subprocess
import sys

import pytest

from benchmark.running import pool
from benchmark.store.store import Store
from tests.benchmark.conftest import records
from tests.conftest import LIMIT, TOY, wait_for


def per_image(folder):
    return {cell: record["per_image"] for cell, record in records(folder).items()}


def test_a_pool_ends_in_the_records_of_a_run_in_one_process(toy_run, tmp_path, monkeypatch):
    assert toy_run("--seed", "0", "1", "--workers", "2").code == 0
    pooled = per_image(tmp_path / "results" / "toy-smoke")
    monkeypatch.setenv("ISP_BENCH_HOME", str(tmp_path / "other"))
    assert toy_run("--seed", "0", "1", "--name", "single").code == 0
    assert pooled == per_image(tmp_path / "results" / "single")


def test_a_process_that_is_killed_fails_its_step_alone(toy_run, tmp_path):
    ran = toy_run("--mapper", "toy-misfit", "toy-mapper", "--workers", "2")
    assert ran.code == 1
    assert ran.err.count("SIGKILL") == 2, "once for each direction's step"
    for file in (tmp_path / "home").glob("steps/*/failure.json"):
        failure = json.loads(file.read_text())
        assert failure.get("traceback", "something") != ""
        assert "printed" not in failure["reason"], "it printed nothing"
    found = records(tmp_path / "results" / "toy-smoke")
    assert ("adaptation", "toy-mapper", "a2b") in found
    assert ("adaptation", "toy-misfit", "a2b") not in found


def test_a_step_that_hangs_ends_at_the_time_limit(toy_run, tmp_path, monkeypatch):
    monkeypatch.setattr(pool, "GRACE", 1.0)
    ran = toy_run(
        "--mapper", "toy-misfit", "toy-mapper", "--set", "mapper.misfit=hangs", "--no-references",
        "--direction", "a2b", "--workers", "1", "--time-limit", "0.25",
    )  # fmt: skip
    assert ran.code == 1
    assert "time limit" in ran.err
    assert ("adaptation", "toy-mapper", "a2b") in records(tmp_path / "results" / "toy-smoke")


def test_what_a_plug_in_prints_is_not_an_event(toy_run):
    ran = toy_run(
        "--mapper", "toy-misfit", "--set", "mapper.misfit=chatters", "--no-references",
        "--workers", "2",
    )  # fmt: skip
    assert ran.code == 0, ran.err


def start_run(*arguments, threads="1"):
    return subprocess.Popen(
        [
            sys.executable, "-m", "benchmark.cli.main", "run", "--plugin", TOY, "--data", "toy",
            "--preset", "smoke", "--mapper", "toy-mapper", "--isp", "toy-isp", "--no-references",
            "--workers", "2", "--set", "isp.first_steps=3000", "isp.second_steps=10", *arguments,
        ],
        stderr=subprocess.PIPE, text=True, env={**os.environ, "OMP_NUM_THREADS": threads},
    )  # fmt: skip


def wait_for_training(home):
    wait_for(lambda: any('"first"' in log.read_text() for log in home.glob("steps/*/log.jsonl")))


def workers(home):
    listed = subprocess.run(
        ["ps", "-ww", "-eo", "pid,args"], capture_output=True, text=True, check=True
    )
    return [line for line in listed.stdout.splitlines() if f"step - --store {home}" in line]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_run_that_is_stopped_leaves_no_worker_and_continues(tmp_path, monkeypatch, number):
    """With SIGKILL the workers learn of it from their standard input."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ISP_BENCH_HOME", str(tmp_path / "whole"))
    whole = start_run("--name", "whole")
    assert whole.wait(LIMIT) == 0, whole.stderr.read()

    home = tmp_path / "cut"
    monkeypatch.setenv("ISP_BENCH_HOME", str(home))
    run = start_run("--name", "cut")
    wait_for_training(home)
    run.send_signal(number)
    run.wait(LIMIT)
    wait_for(lambda: not workers(home))
    assert list(home.glob("steps/*/checkpoint.pt")), "the training was saved"

    again = start_run("--name", "cut")
    assert again.wait(LIMIT) == 0, again.stderr.read()
    assert per_image(tmp_path / "results" / "whole") == per_image(tmp_path / "results" / "cut")


@pytest.mark.slow
def test_two_runs_at_once_share_the_work_and_train_nothing_twice(tmp_path):
    """`_apart` gives both the same store."""
    both = [start_run("--name", name) for name in ("one", "two")]
    for run in both:
        assert run.wait(LIMIT) == 0, run.stderr.read()
    results = tmp_path / "results"
    assert per_image(results / "one") == per_image(results / "two") != {}
    for log in (tmp_path / "home").glob("steps/*/log.jsonl"):
        lines = log.read_text().splitlines()
        assert len(set(lines)) == len(lines), "a step was trained twice"


def test_the_step_verb_asks_a_scheduler_to_start_it_again(tmp_path, monkeypatch):
    home = tmp_path / "home"
    run = start_run()
    wait_for_training(home)
    run.send_signal(signal.SIGTERM)
    assert run.wait(LIMIT) == 130
    checkpoint = next(home.glob("steps/*/checkpoint.pt"))
    command = [
        sys.executable, "-m", "benchmark.cli.main", "step", checkpoint.parent.name,
        "--plugin", TOY, "--store", str(home),
    ]  # fmt: skip
    step = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    wait_for(lambda: Store(home).holding(checkpoint.parent.name))
    step.send_signal(signal.SIGTERM)
    assert step.wait(LIMIT) == 75
    assert subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode == 0
    assert (checkpoint.parent / "done.json").is_file()
