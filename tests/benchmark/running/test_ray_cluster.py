"""Steps on a real Ray cluster of two nodes on this machine."""

import json
import os
import signal
import subprocess

import pytest

from benchmark.store.store import Store
from tests.benchmark.running.test_pool import per_image, start_run, wait_for_training
from tests.conftest import LIMIT, wait_for

pytest.importorskip("ray", reason="needs the extra isp-bench[ray]")

LONG = (
    "--no-references",
    "--direction",
    "a2b",
    "--set",
    "isp.first_steps=3000",
    "isp.second_steps=10",
)


@pytest.fixture
def cluster():
    """A head without work and two nodes of one core each."""
    from ray.cluster_utils import Cluster

    quick = {"health_check_period_ms": 500, "health_check_failure_threshold": 4}
    head = {"num_cpus": 0, "include_dashboard": False, "_system_config": quick}
    made = Cluster(initialize_head=True, head_node_args=head)
    try:
        for _ in range(2):
            made.add_node(num_cpus=1, num_gpus=0)
        yield made
    finally:
        made.shutdown()


def parents():
    listed = subprocess.run(["ps", "-eo", "pid,ppid"], capture_output=True, text=True, check=True)
    rows = (line.split() for line in listed.stdout.splitlines()[1:])
    return {int(process): int(parent) for process, parent in rows}


def node_of(process, cluster):
    """The node that a process belongs to."""
    nodes = {node.all_processes["raylet"][0].process.pid: node for node in cluster.list_all_nodes()}
    parent = parents()
    while process not in nodes:
        process = parent[process]
    return nodes[process]


def trainer_of(home, log, after=None):
    """The process that trains a step, once it is another one than `after`."""

    def other():
        holding = Store(home).holding(log.parent.name)
        return holding.owner.pid if holding and holding.owner.pid != after else None

    return wait_for(other)


@pytest.mark.slow
def test_a_training_moves_to_the_other_node_when_its_own_dies(
    toy_run, cluster, tmp_path, monkeypatch
):
    monkeypatch.setenv("ISP_BENCH_HOME", str(tmp_path / "whole"))
    assert toy_run("--name", "whole", *LONG).code == 0

    home = tmp_path / "cut"
    monkeypatch.setenv("ISP_BENCH_HOME", str(home))
    run = start_run(*LONG, "--name", "cut", "--executor", "ray", "--address", cluster.address)
    wait_for_training(home)
    log = next(log for log in home.glob("steps/*/log.jsonl") if '"first"' in log.read_text())
    first = trainer_of(home, log)
    os.kill(first, signal.SIGTERM)  # it saves its training and is started again
    second = trainer_of(home, log, after=first)
    assert (log.parent / "checkpoint.pt").is_file()
    cluster.remove_node(node_of(second, cluster), allow_graceful=False)
    assert run.wait(LIMIT) == 0, run.stderr.read()
    steps = [json.loads(line)["step"] for line in log.read_text().splitlines() if "first" in line]
    assert steps.count(min(steps)) == 1, "it continued from its checkpoint"
    assert per_image(tmp_path / "results" / "whole") == per_image(tmp_path / "results" / "cut")


def test_a_cluster_that_does_not_answer_is_a_users_mistake(toy_run):
    ran = toy_run("--executor", "ray", "--address", "127.0.0.1:9")
    assert ran.code == 2
    assert "no Ray cluster answers" in ran.err


def test_a_long_temporary_folder_is_reported_as_too_long(toy_run, tmp_path, monkeypatch):
    """Batch systems give every job a TMPDIR of its own; sockets allow 107 bytes."""
    long = tmp_path / ("a-very-long-folder-name" * 5)
    long.mkdir()
    monkeypatch.delenv("RAY_TMPDIR", raising=False)
    monkeypatch.setenv("TMPDIR", str(long))
    ran = toy_run("--executor", "ray")
    assert ran.code == 2
    assert "RAY_TMPDIR=/tmp" in ran.err
    assert "--address" not in ran.err


def test_a_cluster_that_cannot_be_started_is_not_reported_as_silent(toy_run, monkeypatch):
    import ray

    def refuse(*_, **__):
        raise RuntimeError("no port is free")

    monkeypatch.setattr(ray, "init", refuse)
    ran = toy_run("--executor", "ray")
    assert ran.code == 2
    assert "cannot be started on this machine: no port is free" in ran.err
    assert "--address" not in ran.err
