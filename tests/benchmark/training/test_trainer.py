"""The training loop: exact resume, bit-equal repeats, clean stops."""

import os
import signal
import subprocess
import sys
import time

import pytest
import torch

from benchmark.plugin import load_plugin
from benchmark.progress import Progress
from benchmark.registry import DATASETS, ISPS, MAPPERS
from benchmark.training import trainer as training
from benchmark.training.batches import PairedBatches, UnpairedBatches
from benchmark.training.trainer import Trainer, TrainingError
from tests.conftest import LIMIT, TOY, wait_for


@pytest.fixture
def data(tmp_path):
    load_plugin(TOY)
    return DATASETS.create("toy").prepare(tmp_path / "toy", Progress(quiet=True))


def make_trainer(model, data, folder, seed=0, checkpoint_seconds=1e9):
    def batches(stage):
        if hasattr(model, "map"):
            return UnpairedBatches(data.train["a"], data.train["b"], None, stage, seed)
        return PairedBatches(data.train["a"], data.train["a"], stage, seed)

    folder.mkdir(parents=True, exist_ok=True)
    return Trainer(
        model, batches, folder, seed=seed, device=torch.device("cpu"),
        progress=Progress(quiet=True), title="toy", checkpoint_seconds=checkpoint_seconds,
    )  # fmt: skip


def weights(model):
    return {name: value.clone() for name, value in model.state_dict().items()}


def fresh(name):
    registry = MAPPERS if name == "toy-mapper" else ISPS
    torch.manual_seed(3)
    return registry.create(name)


@pytest.mark.parametrize("name", ["toy-mapper", "toy-isp", "toy-impatient"])
@pytest.mark.parametrize("stop_after", [1, 9, 13])
def test_a_training_cut_off_and_resumed_ends_in_the_same_bits(
    data, tmp_path, monkeypatch, name, stop_after
):
    whole = fresh(name)
    make_trainer(whole, data, tmp_path / "whole").train()

    asked = iter(range(1000))
    monkeypatch.setattr(training, "stop_requested", lambda: next(asked) + 1 >= stop_after)
    with pytest.raises(KeyboardInterrupt):
        make_trainer(fresh(name), data, tmp_path / "cut").train()
    monkeypatch.setattr(training, "stop_requested", lambda: False)
    torch.manual_seed(99)  # whatever happened in between must not matter
    resumed = fresh(name)
    done = make_trainer(resumed, data, tmp_path / "cut").train()

    steps = {"toy-mapper": 30, "toy-isp": 40, "toy-impatient": 14}
    assert sum(done.steps.values()) == steps[name]
    for key, value in weights(whole).items():
        assert torch.equal(value, weights(resumed)[key]), key


def test_an_early_stop_ends_the_stage_and_is_recorded(data, tmp_path):
    done = make_trainer(fresh("toy-impatient"), data, tmp_path / "run").train()
    assert done.steps == {"first": 7, "second": 7}


def test_the_wait_for_data_is_recorded(data, tmp_path):
    class Slow(UnpairedBatches):
        def batch(self, step):
            time.sleep(0.1)
            return super().batch(step)

    def batches(stage):
        return Slow(data.train["a"], data.train["b"], None, stage, 0)

    mapper = MAPPERS.create("toy-mapper", steps=3, batch_size=2, crop_size=16)
    trained = Trainer(
        mapper, batches, tmp_path, seed=0, device=torch.device("cpu"),
        progress=Progress(quiet=True), title="slow",
    ).train()  # fmt: skip
    assert 0.05 < trained.waited <= trained.seconds, "the first batch was not there yet"


def test_two_trainings_are_bit_equal_and_seeds_differ(data, tmp_path):
    ends = []
    for run, seed in enumerate((0, 0, 1)):
        model = fresh("toy-mapper")
        make_trainer(model, data, tmp_path / str(run), seed).train()
        ends.append(weights(model)["gain"])
    assert torch.equal(ends[0], ends[1])
    assert not torch.equal(ends[0], ends[2])


def test_training_leaves_torchs_generator_alone(data, tmp_path):
    torch.manual_seed(5)
    before = torch.get_rng_state()
    model = MAPPERS.create("toy-mapper")
    make_trainer(model, data, tmp_path / "run").train()
    assert torch.equal(before, torch.get_rng_state())


def test_a_broken_checkpoint_starts_the_training_over(data, tmp_path):
    whole = fresh("toy-isp")
    make_trainer(whole, data, tmp_path / "whole").train()
    (tmp_path / "cut").mkdir()
    (tmp_path / "cut" / "checkpoint.pt").write_bytes(b"PK\x03\x04 not really")
    again = fresh("toy-isp")
    make_trainer(again, data, tmp_path / "cut").train()
    assert all(torch.equal(v, weights(again)[k]) for k, v in weights(whole).items())


def test_one_flipped_bit_in_a_checkpoint_is_noticed(data, tmp_path, monkeypatch):
    whole = fresh("toy-isp")
    make_trainer(whole, data, tmp_path / "whole").train()
    asked = iter(range(1000))
    monkeypatch.setattr(training, "stop_requested", lambda: next(asked) > 20)
    with pytest.raises(KeyboardInterrupt):
        make_trainer(fresh("toy-isp"), data, tmp_path / "cut").train()
    monkeypatch.setattr(training, "stop_requested", lambda: False)
    checkpoint = tmp_path / "cut" / "checkpoint.pt"
    content = bytearray(checkpoint.read_bytes())
    content[len(content) // 2] ^= 0x10
    checkpoint.write_bytes(content)
    again = fresh("toy-isp")
    assert make_trainer(again, data, tmp_path / "cut").train().steps == {"first": 20, "second": 20}
    assert all(torch.equal(v, weights(again)[k]) for k, v in weights(whole).items())


def test_nan_stops_at_once_and_keeps_no_checkpoint(data, tmp_path):
    model = MAPPERS.create("toy-mapper", explode_at=4)
    with pytest.raises(TrainingError, match="loss 'loss' is nan"):
        make_trainer(model, data, tmp_path / "run", checkpoint_seconds=0).train()
    assert not (tmp_path / "run" / "checkpoint.pt").exists()
    lines = (tmp_path / "run" / "log.jsonl").read_text().splitlines()
    again = MAPPERS.create("toy-mapper", steps=len(lines))
    make_trainer(again, data, tmp_path / "run").train()
    assert (tmp_path / "run" / "log.jsonl").read_text().splitlines()[: len(lines)] == lines


def test_the_log_has_every_stage(data, tmp_path):
    make_trainer(fresh("toy-isp"), data, tmp_path / "run").train()
    lines = (tmp_path / "run" / "log.jsonl").read_text().splitlines()
    assert len(lines) == 40
    assert '"first"' in lines[0]
    assert '"second"' in lines[-1]


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_killed_run_continues_and_ends_in_the_same_records(tmp_path, how):
    def command(home: str) -> tuple[list[str], dict[str, str]]:
        arguments = [
            sys.executable, "-m", "benchmark.cli.main", "run", "--plugin", str(TOY), "--data",
            "toy", "--mapper", "toy-mapper", "--isp", "toy-isp", "--preset", "smoke",
            "--set", "mapper.steps=4000", "--no-references", "--direction", "a2b",
            "--results", home, "--workers", "1",
        ]  # fmt: skip
        return arguments, {**os.environ, "ISP_BENCH_HOME": str(tmp_path / home)}

    arguments, environment = command("cut")
    process = subprocess.Popen(
        arguments, env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    log = wait_for(lambda: list((tmp_path / "cut" / "steps").glob("*/log.jsonl")))[0]
    wait_for(lambda: log.stat().st_size > 0)
    process.send_signal(how)
    code = process.wait(timeout=LIMIT)
    assert code == (-9 if how == signal.SIGKILL else 130)
    if how != signal.SIGKILL:
        assert (log.parent / "checkpoint.pt").is_file()

    ends = []
    for home in ("cut", "whole"):
        arguments, environment = command(home)
        subprocess.run(arguments, env=environment, check=True, capture_output=True)
        files = (tmp_path / home / "steps").glob("*/weights.safetensors")
        ends.append({f.parent.name: f.read_bytes() for f in files})
    assert ends[0] == ends[1]
    assert ends[0]
