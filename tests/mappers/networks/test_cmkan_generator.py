import pytest
import torch
import torch.nn.functional as F
from scipy.interpolate import BSpline

from mappers.networks.cmkan_generator import CmKANGenerator, apply_kan, bspline_basis, haar
from tests.golden import assert_golden, fill, golden_input

FIXED_FILTERS = 2 * 4 * 2 * 2  # wavelet filters, counted in the published number, not trained


def test_parameter_count_of_the_released_code():
    trained = sum(p.numel() for p in CmKANGenerator(3).parameters())
    assert trained + FIXED_FILTERS == 76_907
    assert sum(p.numel() for p in CmKANGenerator(4).parameters()) == 134_952


@torch.no_grad()
def test_golden_values():
    # The released generator (three channels), filled alike, gave the same output as this one to
    # 2e-7. That with four channels has no released counterpart.
    network = fill(CmKANGenerator(3))
    assert_golden(
        network(golden_input(1, 4, 128, 128)[:, :3]),
        0.033011,
        0.138784,
        (-0.18212, -0.22289, 0.03682),
        (-0.02048, 0.03523, -0.07491),
        value_atol=2e-5,
    )


def test_the_basis_is_that_of_cubic_b_splines():
    x = torch.linspace(0, 0.999, 101, dtype=torch.float64)
    basis = bspline_basis(x[None, None, None])[0, 0, :, 0].T  # (101, 8)
    knots = [k / 5 for k in range(-3, 9)]
    expected = torch.from_numpy(BSpline.design_matrix(x.numpy(), knots, 3).toarray())
    torch.testing.assert_close(basis, expected)
    outside = bspline_basis(torch.tensor([[[[-0.7, 1.7]]]]))
    assert not outside.any()


def test_the_layer_sums_splines_and_silu_over_inputs():
    torch.manual_seed(0)
    x, parameters = torch.rand(1, 2, 1, 1), torch.randn(1, 40, 1, 1)
    splines, weights, base = parameters.flatten().split([32, 4, 4])
    basis = bspline_basis(x)[0, :, :, 0, 0]  # (2, 8)
    for out in range(2):
        expected = sum(
            weights[2 * out + i] * (splines[16 * out + 8 * i :][:8] * basis[i]).sum()
            + base[2 * out + i] * F.silu(x[0, i, 0, 0])
            for i in range(2)
        )
        torch.testing.assert_close(apply_kan(x, parameters)[0, out, 0, 0], expected)


def test_a_spline_that_is_the_identity_maps_to_the_input():
    # Coefficients at the Greville points reproduce x exactly; they are the centres of the splines.
    x = torch.rand(1, 4, 6, 5)
    centres = (torch.arange(8) - 1) / 5
    identity = torch.zeros(4, 4, 8)
    identity[range(4), range(4)] = centres
    parameters = torch.cat([identity.flatten(), torch.ones(16), torch.zeros(16)])
    field = parameters[None, :, None, None].expand(-1, -1, 6, 5)
    torch.testing.assert_close(apply_kan(x, field), x)


def test_wavelets_keep_energy_and_channel_order():
    x = torch.rand(2, 3, 8, 6)
    bands = haar(x)
    assert bands.shape == (2, 12, 4, 3)
    torch.testing.assert_close(bands.square().sum(), x.square().sum())
    torch.testing.assert_close(bands[:, ::4], 2 * F.avg_pool2d(x, 2))
    assert not haar(torch.ones(1, 1, 4, 4))[:, 1:].any()


@pytest.mark.parametrize("size", [(32, 32), (40, 36)])
def test_shape_and_gradients(size):
    torch.manual_seed(0)
    network = CmKANGenerator(4, atoms=16)
    y = network(torch.rand(2, 4, *size))
    assert y.shape == (2, 4, *size)
    y.square().mean().backward()
    without = [n for n, p in network.named_parameters() if p.grad is None or not p.grad.any()]
    assert without == []
