"""Costs of steps that were never run, and what is kept for the next plan."""

import json
from dataclasses import replace

import pytest
import torch

from benchmark.costs.estimator import CACHE, Estimator
from benchmark.planning.planner import Planner, identity_of
from benchmark.planning.preset import load_preset
from benchmark.planning.run_config import RunConfig
from benchmark.progress import Progress
from benchmark.running.session import open_source
from benchmark.store.store import Store

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """Nothing is known from other tests."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "isp-bench" / CACHE


@pytest.fixture
def source():
    return open_source("simulated", load_preset("smoke"))


def plan_of(source, **options):
    asked = {"mapper": ("cstpp",), "isp": ("syenet",), "references": False, **options}
    config, identity = RunConfig.model_validate(asked), identity_of(source)
    return Planner(config, load_preset("smoke"), identity, source.parts(), None).plan()


def costs(store, source, plan):
    estimator = Estimator(store, source, CPU)
    with Progress(quiet=True).task("estimating", len(plan.steps)) as task:
        return estimator.costs(plan.steps, plan.steps, task)


def test_every_step_of_built_in_methods_has_a_cost(source, tmp_path):
    plan = plan_of(source)
    found = costs(Store(tmp_path / "store"), source, plan)
    for key, cost in found.items():
        assert cost is not None, plan.steps[key].title
        assert cost.seconds > 0
        assert cost.bytes > 0
        assert cost.peak


def test_twice_the_steps_take_twice_as_long(source, tmp_path):
    store = Store(tmp_path / "store")
    one, two = (
        next(c.seconds for k, c in costs(store, source, plan).items()
             if plan.steps[k].kind == "mapper")
        for plan in (plan_of(source, set={"mapper.steps": n}) for n in (10, 20))
    )  # fmt: skip
    assert two == pytest.approx(2 * one)


def test_counts_and_rates_are_kept_and_damage_is_no_harm(source, tmp_path, monkeypatch, cache):
    store, plan = Store(tmp_path / "store"), plan_of(source)
    first = costs(store, source, plan)

    def no_more(*_, **__):
        raise AssertionError("counted or measured again")

    with monkeypatch.context() as patch:
        for name in ("training_work", "inference_work", "measure_rates"):
            patch.setattr(f"benchmark.costs.estimator.{name}", no_more)
        assert costs(store, source, plan) == first
    cache.write_text("{")
    assert costs(store, source, plan).keys() == first.keys()
    assert json.loads(cache.read_text())


def test_a_store_that_cannot_be_written_is_no_fault(source, tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError("no space left")

    monkeypatch.setattr("benchmark.costs.estimator.write_atomic", full)
    assert costs(Store(tmp_path / "store"), source, plan_of(source))


def test_a_cautious_estimate_runs_no_code_of_plug_ins(source, tmp_path, monkeypatch):
    plan = plan_of(source)
    steps = {k: replace(s, source="f" * 64) if s.is_training else s for k, s in plan.steps.items()}
    estimator = Estimator(Store(tmp_path / "store"), source, CPU, cautious=True)

    def dies(*_, **__):
        raise AssertionError("code of a plug-in was run")

    for name in ("training_work", "inference_work"):
        monkeypatch.setattr(f"benchmark.costs.estimator.{name}", dies)
    for key, spec in steps.items():
        assert estimator.cost(spec, steps.__getitem__) is None, plan.steps[key].title
