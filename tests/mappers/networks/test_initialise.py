import pytest
import torch
from torch import nn

from mappers.networks import initialise
from mappers.networks.vit import SelfAttention


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


def test_normal_weights_may_leave_the_biases():
    network = _network()
    before = network.get_parameter("linear.bias").clone()
    network.apply(initialise.normal(0.05, zero_bias=False))
    assert network.get_parameter("linear.weight").std().item() == pytest.approx(0.05, rel=0.03)
    assert before.any() and torch.equal(network.get_parameter("linear.bias"), before)


def test_packed_attention_begins_as_torch_s_own():
    attention, torchs = SelfAttention(384, 6), nn.MultiheadAttention(384, 6)
    attention.apply(initialise.normal(0.02)).apply(initialise.packed_attention)
    weight, expected = attention.qkv.weight, torchs.in_proj_weight
    assert weight.shape == expected.shape
    assert weight.std().item() == pytest.approx(expected.std().item(), rel=0.01)
    assert weight.abs().max().item() == pytest.approx(expected.abs().max().item(), rel=0.01)
    assert attention.out.weight.std().item() == pytest.approx(0.02, rel=0.02)
    assert not attention.qkv.bias.any()


def test_xavier():
    weight = _network().apply(initialise.xavier(0.02)).get_parameter("linear.weight")
    assert weight.std().item() == pytest.approx(0.02 * (2 / 512) ** 0.5, rel=0.03)


def test_conformer():
    network = _network().apply(initialise.conformer)
    convolution, linear = (network.get_parameter(f"{k}.weight") for k in ("convolution", "linear"))
    assert convolution.std().item() == pytest.approx((2 / (64 * 9)) ** 0.5, rel=0.03)
    assert linear.std().item() == pytest.approx(0.02, rel=0.03)
    assert not network.get_parameter("linear.bias").any()
