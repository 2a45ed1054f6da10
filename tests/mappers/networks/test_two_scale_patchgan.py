import pytest
import torch

from mappers.networks.swin_unit_generator import TwoScales
from mappers.networks.two_scale_patchgan import TwoScalePatchGAN
from tests.golden import assert_golden, fill, golden_input

GOLDEN = {  # channels: parameters, then mean, std, corner, centre of both branches
    3: (
        5_401_410,
        (0.024978, 0.642944, [0.25310], [0.14386]),
        (0.021091, 0.609679, [0.32836], [0.13782]),
    ),
    4: (
        5_404_482,
        (0.022108, 0.582785, [0.05267], [0.70035]),
        (0.021989, 0.582978, [0.00829], [0.97986]),
    ),
}


@pytest.mark.parametrize("channels", GOLDEN)
@torch.no_grad()
def test_golden_values(channels):
    count, high, low = GOLDEN[channels]
    network = fill(TwoScalePatchGAN(channels))
    assert sum(p.numel() for p in network.parameters()) == count
    full, half = (golden_input(1, 4, side, side)[:, :channels] for side in (256, 128))
    verdicts = network(TwoScales(full, half))
    for verdict, values in zip(verdicts, (high, low), strict=True):
        assert verdict.shape == (1, 1, 16, 16)
        assert_golden(verdict, *values)
