"""Exact resume of methods that keep more than weights: replay pools, two networks, stages."""

from typing import Any

import pytest
import torch

from benchmark.planning.preset import load_preset
from benchmark.plugin import load_plugin
from benchmark.progress import Progress
from benchmark.registry import DATASETS, ISPS, MAPPERS
from benchmark.training import trainer as training
from benchmark.training.batches import PairedBatches, UnpairedBatches
from benchmark.training.trainer import Trainer
from tests.conftest import TOY

CASES: dict[str, dict[str, Any]] = {
    "cyclegan": {"steps": 6},  # a replay pool for each camera
    "cstpp": {"steps": 6},  # weights that both directions share
    "cut": {"steps": 6},  # one network per direction
    "uvcgan": {"steps": 4},  # a pre-training before
    "pynet": {},  # six stages
    "pynet-v2": {"stage_steps": (0, 2, 0, 2, 0, 4)},  # schedules that follow a metric
}


@pytest.fixture
def data(tmp_path):
    load_plugin(TOY)
    return DATASETS.create("toy", size=64).prepare(tmp_path / "toy", Progress(quiet=True))


def fresh(name):
    kind, registry = ("mapper", MAPPERS) if name in MAPPERS.names() else ("isp", ISPS)
    values = load_preset("smoke").values(kind, name, registry.get(name).Config)
    torch.manual_seed(1)
    return registry.create(name, **{**values, **CASES.get(name, {})})


def train(model, data, folder, **options):
    def batches(stage):
        if hasattr(model, "map"):
            anchors = data.anchors if model.info.supervision == "anchors" else None
            return UnpairedBatches(data.train["a"], data.train["b"], anchors, stage, 0)
        return PairedBatches(data.train["a"], data.train["a"], stage, 0)

    folder.mkdir(exist_ok=True)
    Trainer(
        model, batches, folder, seed=0, device=torch.device("cpu"),
        progress=Progress(quiet=True), title="test", **options,
    ).train()  # fmt: skip
    return model.state_dict()


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_cut_off_twice_and_resumed_it_ends_in_the_same_bits(data, tmp_path, monkeypatch, name):
    whole = train(fresh(name), data, tmp_path / "whole")
    for stop_after in (2, 1):
        asked = iter(range(1000))
        monkeypatch.setattr(training, "stop_requested", lambda a=asked, s=stop_after: next(a) >= s)
        with pytest.raises(KeyboardInterrupt):
            train(fresh(name), data, tmp_path / "cut")
    monkeypatch.setattr(training, "stop_requested", lambda: False)
    again = train(fresh(name), data, tmp_path / "cut")
    assert all(torch.equal(value, again[key]) for key, value in whole.items())


@pytest.mark.parametrize(
    "name", [n for r in (MAPPERS, ISPS) for n in r.names() if r.get(n).published]
)
def test_every_method_trains_in_bfloat16(data, tmp_path, name):
    before = {key: value.clone() for key, value in fresh(name).state_dict().items()}
    after = train(fresh(name), data, tmp_path / "mixed", bfloat16=True)
    assert all(value.isfinite().all() for value in after.values())
    assert any(not torch.equal(after[key], value) for key, value in before.items())
    assert {v.dtype for v in after.values() if v.is_floating_point()} == {torch.float32}
