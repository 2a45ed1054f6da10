import pytest
import torch
from torch import nn

from mappers.networks import initialise


def _network() -> nn.ModuleDict:
    layers = {"convolution": nn.Conv2d(64, 64, 3), "norm": nn.BatchNorm2d(64)}
    return nn.ModuleDict({**layers, "linear": nn.Linear(256, 256)})


def test_normal():
    network = _network().apply(initialise.normal(0.05))
    for layer in ("convolution", "linear"):
        weight, bias = (network.get_parameter(f"{layer}.{name}") for name in ("weight", "bias"))
        assert weight.std().item() == pytest.approx(0.05, rel=0.03)
        assert not bias.any()
    assert torch.equal(network.get_parameter("norm.weight"), torch.ones(64))


def test_xavier():
    weight = _network().apply(initialise.xavier(0.02)).get_parameter("linear.weight")
    assert weight.std().item() == pytest.approx(0.02 * (2 / 512) ** 0.5, rel=0.03)


def test_conformer():
    network = _network().apply(initialise.conformer)
    convolution, linear = (network.get_parameter(f"{k}.weight") for k in ("convolution", "linear"))
    assert convolution.std().item() == pytest.approx((2 / (64 * 9)) ** 0.5, rel=0.03)
    assert linear.std().item() == pytest.approx(0.02, rel=0.03)
    assert not network.get_parameter("linear.bias").any()
