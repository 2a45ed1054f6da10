"""Choosing a device, naming it, and the peak of memory."""

import sys

import pytest
import torch

from benchmark.errors import BenchError
from benchmark.training.device import device_name, peak_mb, pick_device, reset_peak


def test_a_device_is_picked_and_named():
    assert pick_device("cpu") == torch.device("cpu")
    assert pick_device("auto").type in {"cpu", "cuda", "mps"}
    assert device_name(torch.device("cpu")) == "cpu"


@pytest.mark.parametrize("name", ["cuda:99", "gpu", "meta:x", ""])
def test_a_device_that_is_not_there_is_reported(name):
    with pytest.raises(BenchError, match=f"--device {name} cannot be used here: .*--device auto"):
        pick_device(name)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the peak cannot be reset")
def test_the_peak_is_that_of_the_work_since_the_reset():
    torch.ones(50_000_000).sum()
    reset_peak()
    base = peak_mb()["cpu"]
    torch.ones(50_000_000).sum()  # 200 MB
    assert 150 < peak_mb()["cpu"] - base < 400
