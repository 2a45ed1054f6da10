"""The switches that are measured on a GPU, tried on this machine."""

import shutil

import pytest

from tests.speed import device

SMALL = {"syenet": {"crop_size": 16, "batch_size": 2}, "chai": {"crop_size": 32, "width": 4}}


@pytest.mark.parametrize("switch", ["", "bfloat16", "channels_last"])
@pytest.mark.parametrize("name", SMALL)
def test_a_step_runs_with_each_switch(name, switch):
    stages = {n: method.stages()[-1].name for n, method in device.methods()}
    work = device.step(name, stages[name], switch, **SMALL[name])
    work()
    work()


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("g++") is None, reason="torch.compile needs a compiler")
def test_a_compiled_step_runs():
    device.step("chai", "adversarial", "compile", **SMALL["chai"])()


def test_every_method_that_trains_is_measured():
    names = [name for name, _ in device.methods()]
    assert len(names) == len(set(names)) >= 14
    plain = [case for case in device.all_cases() if case.plain is None]
    assert all(case.steps for case in plain if case.name.startswith(("cstpp", "pynet,")))
