"""Steps as submitit's jobs: run on this machine, and as they are handed to Slurm."""

import json
import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from benchmark.errors import BenchError
from benchmark.running import slurm
from benchmark.running.slurm_options import SlurmOptions, minutes
from benchmark.store.store import Store
from tests.benchmark.running.test_pool import per_image, start_run, wait_for_training
from tests.conftest import LIMIT

pytest.importorskip("submitit", reason="needs the extra isp-bench[slurm]")

LONG = (
    "--no-references",
    "--direction",
    "a2b",
    "--set",
    "isp.first_steps=3000",
    "isp.second_steps=10",
)

# A Slurm that takes every job and lets it fail.
SBATCH = """#!/bin/sh
echo x >> {folder}/count
number=$(wc -l < {folder}/count)
cp "$1" {folder}/$number.sh
echo "Submitted batch job $number"
"""
SACCT = """#!/bin/sh
echo "JobID|State|NodeList"
for number in $(seq $(wc -l < {folder}/count)); do
  echo "$number|NODE_FAIL|"
  echo "${{number}}_[0-9]|NODE_FAIL|"
done
"""


@pytest.mark.slow
def test_a_job_whose_time_is_over_is_queued_again_and_continues(toy_run, tmp_path, monkeypatch):
    monkeypatch.setenv("ISP_BENCH_HOME", str(tmp_path / "whole"))
    assert toy_run("--name", "whole", *LONG).code == 0

    home = tmp_path / "cut"
    monkeypatch.setenv("ISP_BENCH_HOME", str(home))
    run = start_run(*LONG, "--name", "cut", "--executor", "slurm", "--slurm", "cluster=local")
    wait_for_training(home)
    log = next(log for log in home.glob("steps/*/log.jsonl") if '"first"' in log.read_text())
    holding = Store(home).holding(log.parent.name)
    assert holding is not None
    os.kill(parent_of(holding.owner.pid), signal.SIGUSR2)  # what Slurm sends before the end
    assert run.wait(LIMIT) == 0, run.stderr.read()
    steps = [json.loads(line)["step"] for line in log.read_text().splitlines() if "first" in line]
    assert steps == sorted(set(steps)), "no step was trained twice"
    job = (log.parent / "slurm-job").read_text()
    assert "Requeued" in (home / "slurm" / f"{job}_0_log.out").read_text()
    assert per_image(tmp_path / "results" / "whole") == per_image(tmp_path / "results" / "cut")


def parent_of(process):
    listed = subprocess.run(["ps", "-o", "ppid=", str(process)], capture_output=True, check=True)
    return int(listed.stdout)


@pytest.fixture
def queue(tmp_path, monkeypatch):
    """The folder where job scripts arrive that sbatch is given."""
    folder = tmp_path / "queue"
    folder.mkdir()
    nothing = "#!/bin/sh\n"
    programs = {"sbatch": SBATCH, "sacct": SACCT, "squeue": nothing, "srun": nothing}
    monkeypatch.setattr(slurm, "PATIENCE", 0.0)
    for name, text in programs.items():
        (folder / name).write_text(text.format(folder=folder))
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return folder


def parameters(folder: Path, number: int) -> dict[str, str]:
    text = (folder / f"{number}.sh").read_text()
    return dict(re.findall(r"^#SBATCH --([a-z-]+)=(.*)$", text, re.MULTILINE))


def test_all_steps_are_submitted_as_arrays_that_wait_for_their_inputs(toy_run, queue):
    ran = toy_run(
        "--executor", "slurm", "--no-references", "--seed", "0", "1", "--workers", "3",
        "--slurm", "partition=gpu", "gres=gpu:1", "time=1-12:00:00", "score.time=30",
    )  # fmt: skip
    trainings, maps, scores = (parameters(queue, number) for number in (1, 2, 3))
    assert not (queue / "4.sh").exists()
    assert trainings["array"] == "0-5%3", "2 mappers and 4 ISPs"
    assert "dependency" not in trainings
    assert maps["dependency"] == "afterany:1"
    assert scores["dependency"] in ("afterany:1:2", "afterany:2:1")
    assert {p["partition"] for p in (trainings, maps, scores)} == {"gpu"}
    assert trainings["gres"] == "gpu:1"
    assert (trainings["time"], maps["time"], scores["time"]) == ("2160", "2160", "30")

    assert ran.code == 1
    assert "NODE_FAIL" in ran.err
    assert "not run because of it" in ran.err


def test_a_run_watches_the_jobs_of_an_earlier_one(toy_run, queue):
    """The second run finds the first one's trainings in the queue, and submits the rest."""
    options = ("--executor", "slurm", "--no-references", "--slurm", "cluster=slurm")
    toy_run(*options)
    (queue / "squeue").write_text(
        f"#!/bin/sh\n[ -e {queue}/4.sh ] || {{ echo 1_0; echo 1_1; echo 1_2; }}\n"
    )
    assert toy_run(*options).code == 1
    assert parameters(queue, 4)["dependency"] == "afterany:1"


def test_a_refusal_of_sbatch_is_reported(toy_run, queue):
    (queue / "sbatch").write_text("#!/bin/sh\necho 'invalid partition' >&2\nexit 1\n")
    ran = toy_run("--executor", "slurm", "--slurm", "partition=gpu")
    assert ran.code == 2
    assert "invalid partition" in ran.err


@pytest.mark.parametrize(
    ("text", "expected"),
    [("90", 90), ("90:30", 91), ("2:00:00", 120), ("1-12", 2160), ("1-0:5", 1445), (45, 45)],
)
def test_times_are_read_as_sbatch_reads_them(text, expected):
    assert minutes(text) == expected


@pytest.mark.parametrize("text", ["", "soon", "1-", "0", "1:2:3:4"])
def test_other_times_are_refused(text):
    with pytest.raises(BenchError, match="--slurm time"):
        minutes(text)


def test_an_option_of_one_kind_wins():
    options = SlurmOptions({"mem": "8G", "isp.mem": "32G", "cpus-per-task": "4"})
    assert options.of("isp") == {"mem": "32G", "cpus_per_task": "4"}
    assert options.of("map")["mem"] == "8G"


@pytest.mark.parametrize("key", ["array", "train.time", "isp.dependency"])
def test_options_that_the_run_sets_itself_are_refused(key):
    with pytest.raises(BenchError, match=key):
        SlurmOptions({key: "1"})


def test_options_of_another_executor_are_refused(toy_run):
    assert "--executor slurm" in toy_run("--slurm", "time=3").err
    assert "--executor ray" in toy_run("--address", "auto").err
