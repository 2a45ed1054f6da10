import pytest
import torch
import torch.nn.functional as F

from isp_models.networks import strips
from isp_models.networks.pynet import TENSORFLOW
from isp_models.networks.strips import StripConv2d
from isp_models.pynet import PyNET, PyNETConfig

LAST_BIT = 1 / 255


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
