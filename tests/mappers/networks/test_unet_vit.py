import torch

from mappers.networks.unet_vit import UNetViT
from tests.golden import assert_golden, fill, golden_input


def parameters(network):
    return sum(p.numel() for p in network.parameters())


@torch.no_grad()
def test_golden_values():
    network = fill(UNetViT(4))
    assert parameters(network) == 31_360_720
    assert parameters(network.bottom) == 21_737_868
    assert_golden(
        network(golden_input(1, 4, 256, 256)),
        0.503898,
        0.143257,
        (0.49807, 0.37257, 0.56806, 0.61758),
        (0.65732, 0.68534, 0.22867, 0.41691),
    )


def test_parameter_counts_of_the_other_published_forms():
    assert parameters(UNetViT(3)) == 31_360_239
    assert parameters(UNetViT(4, blocks=6)) == 20_713_930


@torch.no_grad()
def test_the_size_decides_the_token_grid_and_nothing_else():
    small, large = UNetViT(4, (4, 4, 8, 8), 1, 2, 32), UNetViT(4, (4, 4, 8, 8), 1, 2, 64)
    small.load_state_dict(large.state_dict())
    assert small(torch.rand(2, 4, 32, 32)).shape == (2, 4, 32, 32)
    assert large(torch.rand(2, 4, 64, 64)).shape == (2, 4, 64, 64)
