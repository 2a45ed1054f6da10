from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from isp_models.networks import strips
from isp_models.networks.pynet import TENSORFLOW
from isp_models.networks.pynet_v2 import PyNETV2Network
from isp_models.networks.strips import StripConv2d, in_strips, steady
from isp_models.networks.syenet import SYENetNetwork
from isp_models.pynet import PyNET, PyNETConfig

LAST_BIT = 1 / 255
SHUFFLE, HALVE = nn.PixelShuffle(2), nn.Conv2d(4, 4, 2, stride=2).double()
CONVOLVE = nn.Conv2d(4, 4, 5, padding=2, padding_mode="reflect").double()
LOCAL: dict[str, tuple[Callable[[Tensor], Tensor], int, float]] = {  # name: function, reach, scale
    "pointwise": (torch.tanh, 0, 1),
    "convolution": (CONVOLVE, 2, 1),
    "two convolutions": (lambda x: CONVOLVE(CONVOLVE(x).tanh()), 4, 1),
    "twice the size": (lambda x: SHUFFLE(CONVOLVE(x)), 2, 2),
    "half the size": (HALVE, 0, 0.5),
}


@pytest.fixture
def low(monkeypatch):
    """Strips as low as they may be."""
    monkeypatch.setattr(strips, "CACHED_VALUES", 1)
    monkeypatch.setattr(strips, "FEWEST_ROWS", 2)


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("name", LOCAL)
@pytest.mark.parametrize("height", [4, 20, 24])
def test_what_is_local_is_the_same_in_strips(low, layout, name, height):
    local, reach, scale = LOCAL[name]
    x = torch.randn(2, 4, height, 6, dtype=torch.float64).to(memory_format=layout)
    seen = []

    def watched(x):
        seen.append(x.shape[2])
        return local(x)

    with torch.inference_mode():
        y = in_strips(watched, x, reach=reach, scale=scale)
        assert torch.allclose(y, local(x), atol=1e-12)
    assert len(seen) > 1 or height <= 2 * max(1, reach) + 2 * reach


def test_several_inputs_and_a_tensor_to_overwrite(low):
    x, added = torch.randn(2, 1, 4, 21, 6, dtype=torch.float64)
    expected = CONVOLVE(x) + added
    with torch.inference_mode():
        y = in_strips(lambda x, added: CONVOLVE(x) + added, x, added, reach=2, into=added)
    assert y is added
    assert torch.allclose(y, expected, atol=1e-12)


def test_with_gradients_nothing_is_overwritten_and_all_is_done_at_once(low):
    x = torch.randn(1, 4, 21, 6, dtype=torch.float64, requires_grad=True)
    spare = torch.zeros(1, 4, 21, 6, dtype=torch.float64)
    y = in_strips(lambda x: x / x.norm(), x, into=spare)  # not local
    (gradient,) = torch.autograd.grad(y.sum(), x)
    (expected,) = torch.autograd.grad((x / x.norm()).sum(), x)
    assert torch.allclose(gradient, expected)
    assert not spare.any()


@pytest.mark.parametrize("offset", [0.0, 1000.0])
def test_a_steady_norm_has_the_statistics_of_the_whole(low, offset):
    norm = nn.InstanceNorm2d(4, eps=1e-3, affine=True)
    nn.init.normal_(norm.weight)
    nn.init.normal_(norm.bias)
    x = torch.randn(2, 4, 31, 17)
    expected = norm.double()(CONVOLVE(x.double()) + offset)
    norm.float()
    with torch.inference_mode():
        local = lambda x: (CONVOLVE(x.double()) + offset).float()  # noqa: E731
        normed = steady(norm, local, x, reach=2)
        assert torch.allclose(normed(local(x)).double(), expected, atol=1e-5 + 1e-6 * offset)


@pytest.mark.parametrize("network", [PyNETV2Network(), SYENetNetwork(), SYENetNetwork(scale=None)])
@pytest.mark.parametrize("size", [(64, 80), (52, 76)])
def test_networks_give_the_same_in_strips(low, network, size):
    network, raw = network.double().eval(), torch.rand(2, 4, *size, dtype=torch.float64)
    whole = network(raw).detach()  # with gradients it is computed at once
    with torch.inference_mode():
        assert (network(raw) - whole).abs().max() < 1e-10


@pytest.mark.parametrize("padding_mode", ["reflect", "zeros"])
@pytest.mark.parametrize("side", [3, 9])
@pytest.mark.parametrize("size", [(31, 20), (16, 17), (9, 11)])
def test_strips_give_the_whole_convolution(monkeypatch, padding_mode, side, size):
    conv = StripConv2d(3, 5, side, padding_mode)
    x = torch.randn(2, 3, *size)
    whole = conv(x)  # with gradients it is computed at once
    monkeypatch.setattr(strips, "STRIP_VALUES", 1)  # strips as low as they may be
    inputs = []
    convolve = F.conv2d

    def watched(strip, *rest):
        inputs.append(strip)
        return convolve(strip, *rest)

    monkeypatch.setattr(F, "conv2d", watched)
    with torch.inference_mode():
        assert torch.allclose(conv(x), whole, atol=1e-5)
    assert len(inputs) > 1
    assert max(strip.shape[2] for strip in inputs) <= 3 * (side // 2) + 1


@pytest.mark.parametrize("config", [PyNETConfig(width=0.125), TENSORFLOW], ids=["torch", "tf"])
@pytest.mark.parametrize("size", [(64, 80), (51, 77)])
def test_pynet_in_strips_differs_by_rounding_alone(monkeypatch, config, size):
    torch.manual_seed(0)
    config = PyNETConfig(**{**vars(config), "width": 0.125})
    isp, raw = PyNET(config).eval(), torch.rand(1, 4, *size)
    with torch.inference_mode():
        whole = isp(raw)
        monkeypatch.setattr(strips, "STRIP_VALUES", 2**12)
        error = (isp(raw) - whole).abs().max()
    assert error < 0.01 * LAST_BIT


def test_training_is_not_cut():
    conv = StripConv2d(1, 1, 3, "reflect")
    conv(torch.rand(1, 1, 8, 8)).sum().backward()
    assert conv.weight.grad is not None
