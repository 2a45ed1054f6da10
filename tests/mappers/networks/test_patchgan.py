import pytest
import torch

from mappers.networks.patchgan import PatchGAN
from tests.golden import assert_golden, fill, golden_input

ROWS = {  # blur: mean, std, corner, centre
    False: (-0.014538, 0.663686, [-1.33208], [-0.60830]),
    True: (0.001113, 0.596326, [-0.86433], [-0.37476]),
}


@pytest.mark.parametrize("blur", [False, True])
@torch.no_grad()
def test_golden_values_and_count(blur):
    network = fill(PatchGAN(blur=blur))
    assert sum(p.numel() for p in network.parameters()) == 2_765_761
    verdict = network(golden_input(1, 4, 256, 256))
    assert verdict.shape == (1, 1, 30, 30)
    assert_golden(verdict, *ROWS[blur])


@torch.no_grad()
def test_scalar_is_the_mean_of_the_map():
    verdict = fill(PatchGAN(scalar=True))(golden_input(1, 4, 256, 256))
    assert verdict.shape == (1, 1, 1, 1)
    assert verdict.item() == pytest.approx(-0.014538, abs=2e-5)


def test_each_picture_is_judged_alone():
    network = PatchGAN(width=8, scalar=True)
    a, b = torch.rand(2, 2, 4, 32, 32)
    both = network(torch.cat([a, b]))
    torch.testing.assert_close(both, torch.cat([network(a), network(b)]))


def test_initial_weights():
    network = PatchGAN()
    assert network.get_parameter("layers.2.weight").std().item() == pytest.approx(0.02, rel=0.02)
    assert not network.get_parameter("layers.2.bias").any()


def test_biases_may_begin_as_torch_draws_them():
    network = PatchGAN(zero_bias=False)
    assert network.get_parameter("layers.2.weight").std().item() == pytest.approx(0.02, rel=0.02)
    bias = network.get_parameter("layers.2.bias")
    bound = (64 * 4 * 4) ** -0.5  # uniform, by the inputs of the convolution
    assert bound / 2 < bias.abs().max() <= bound
