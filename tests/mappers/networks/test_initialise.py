import pytest
import torch
from torch import nn

from mappers.networks import initialise


def _network() -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(64, 64, 3), nn.BatchNorm2d(64), nn.Linear(256, 256))


def test_normal():
    convolution, norm, linear = _network().apply(initialise.normal(0.05))
    for layer in (convolution, linear):
        assert layer.weight.std().item() == pytest.approx(0.05, rel=0.03)
        assert not layer.bias.any()
    assert torch.equal(norm.weight, torch.ones(64))


def test_xavier():
    _, _, linear = _network().apply(initialise.xavier(0.02))
    assert linear.weight.std().item() == pytest.approx(0.02 * (2 / 512) ** 0.5, rel=0.03)


def test_conformer():
    convolution, _, linear = _network().apply(initialise.conformer)
    assert convolution.weight.std().item() == pytest.approx((2 / (64 * 9)) ** 0.5, rel=0.03)
    assert linear.weight.std().item() == pytest.approx(0.02, rel=0.03)
    assert not linear.bias.any()
