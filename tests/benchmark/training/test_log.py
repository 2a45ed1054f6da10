"""The log of losses, and what TensorBoard reads of it."""

import importlib.util
import json

import pytest

from benchmark.training.log import LogLine, TrainingLog, last_line


def write_two_stages(folder):
    for before, stage in ((0, "warm-up"), (10, "main")):
        with TrainingLog(folder, before) as log:
            for step in (5, 10):
                log.write(stage, step, {"loss": step / 4})


def test_losses_are_lines_of_json(tmp_path):
    write_two_stages(tmp_path)
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert lines[0] == {"stage": "warm-up", "step": 5, "loss": 1.25}
    assert [line["stage"] for line in lines] == ["warm-up", "warm-up", "main", "main"]


def test_tensorboard_reads_the_same_losses_on_one_axis(tmp_path):
    accumulators = pytest.importorskip(
        "tensorboard.backend.event_processing.event_accumulator",
        reason="needs the extra isp-bench[tensorboard]",
    )
    write_two_stages(tmp_path)
    read = accumulators.EventAccumulator(str(tmp_path / "tensorboard"))
    read.Reload()
    assert [(e.step, e.value) for e in read.Scalars("warm-up/loss")] == [(5, 1.25), (10, 2.5)]
    assert [e.step for e in read.Scalars("main/loss")] == [15, 20]


def test_without_tensorboard_there_are_lines_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    write_two_stages(tmp_path)
    assert not (tmp_path / "tensorboard").exists()


def test_the_last_whole_line_is_read(tmp_path):
    assert last_line(tmp_path) is None
    write_two_stages(tmp_path)
    with (tmp_path / "log.jsonl").open("a") as log:
        log.write('{"stage": "main", "step": 15, "lo')
    assert last_line(tmp_path) == LogLine("main", 10, {"loss": 2.5})
    with (tmp_path / "log.jsonl").open("a") as log:
        log.write('ss": 1.0}\n')
    assert last_line(tmp_path) == LogLine("main", 15, {"loss": 1.0})


def test_the_last_line_of_a_long_log_is_found(tmp_path):
    with TrainingLog(tmp_path, 0) as log:
        for step in range(1000):
            log.write("only", step, {"loss": step / 3})
    assert last_line(tmp_path) == LogLine("only", 999, {"loss": 333.0})
