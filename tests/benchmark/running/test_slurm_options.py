"""`--slurm`: sbatch's options for all steps or one kind, and its ways to write a time."""

import pytest

from benchmark.errors import BenchError
from benchmark.running.slurm_options import MINUTES, SlurmOptions, minutes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (30, 30), ("30", 30), ("30:00", 30), ("30:01", 31), ("2:00:00", 120), ("0:0:1", 1),
        ("1-0", 1440), ("1-2:30", 1590), ("1-2:30:59", 1591),
    ],
)  # fmt: skip
def test_times_as_sbatch_reads_them(text, expected):
    assert minutes(text) == expected


@pytest.mark.parametrize("text", ["", "x", "1:2:3:4", "-5", "1-", "2h", "0", "0:00"])
def test_other_times_are_refused(text):
    with pytest.raises(BenchError, match=f"--slurm time={text}"):
        minutes(text)


def test_a_kind_of_step_may_have_its_own():
    options = SlurmOptions({"partition": "gpu", "score.partition": "cpu", "isp.time": "2:00:00"})
    assert options.cluster == "slurm"
    assert options.of("mapper") == {"partition": "gpu"}
    assert options.of("score") == {"partition": "cpu"}
    assert options.of("isp") == {"partition": "gpu"}
    assert (options.minutes("isp"), options.minutes("map")) == (120, MINUTES)


@pytest.mark.parametrize("key", ["array", "score.output", "scores.time", "open-mode"])
def test_what_the_run_sets_itself_cannot_be_given(key):
    with pytest.raises(BenchError, match=f"--slurm {key.replace('-', '.')}"):
        SlurmOptions({key: 1})


def test_the_cluster_is_slurm_or_local():
    assert SlurmOptions({"cluster": "local"}).cluster == "local"
    with pytest.raises(BenchError, match="cluster=pbs"):
        SlurmOptions({"cluster": "pbs"})
