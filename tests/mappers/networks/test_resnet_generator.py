import pytest
import torch

from mappers.networks.resnet_generator import ResidualBlock, ResnetGenerator
from tests.golden import assert_golden, fill, golden_input

TAPS = {  # position: shape, mean, std
    0: ((1, 4, 134, 134), 0.499149, 0.288337),
    4: ((1, 128, 128, 128), -0.040889, 0.485059),
    8: ((1, 256, 64, 64), 0.003068, 0.287487),
    12: ((1, 256, 32, 32), 0.396234, 1.039474),
    16: ((1, 256, 32, 32), 0.396234, 3.802934),
}


@torch.no_grad()
def test_cyclegan_form_gives_the_golden_values():
    network = fill(ResnetGenerator(4), 0.6)
    assert sum(p.numel() for p in network.parameters()) == 11_384_452
    assert_golden(
        network(golden_input(1, 4, 128, 128)),
        -0.005284,
        0.312995,
        (-0.34462, 0.03227, -0.52071, -0.43820),
        (-0.47165, -0.40288, 0.19519, 0.02919),
    )


@torch.no_grad()
def test_cut_form_gives_the_golden_values_and_features():
    network = fill(ResnetGenerator(4, antialias=True), 0.6)
    assert sum(p.numel() for p in network.parameters()) == 11_384_452
    x = golden_input(1, 4, 128, 128)
    assert_golden(
        network(x),
        -0.006096,
        0.244941,
        (-0.19974, 0.34504, 0.60110, -0.13154),
        (-0.10025, 0.17638, -0.09526, -0.42027),
    )
    features = network.features(x, tuple(TAPS))
    for feature, (shape, mean, std) in zip(features, TAPS.values(), strict=True):
        assert feature.shape == shape
        assert_golden(feature, mean, std)


@pytest.mark.parametrize("antialias", [False, True])
@torch.no_grad()
def test_every_residual_block_has_weights_of_its_own(antialias):
    # Equal filling makes a block shared nine times look right in the golden values.
    network = ResnetGenerator(4, width=8, antialias=antialias).eval()
    blocks = [layer for layer in network.layers if isinstance(layer, ResidualBlock)]
    x = golden_input(1, 4, 32, 32)
    outputs = []
    for block in blocks:
        weight = next(block.parameters())
        weight[0, 0] += 1
        outputs.append(network(x))
        weight[0, 0] -= 1
    assert len(blocks) == 9
    for k, output in enumerate(outputs):
        others = outputs[:k]
        assert all((output - other).abs().max() > 1e-5 for other in others)


@torch.no_grad()
def test_features_stop_at_the_last_position():
    network = ResnetGenerator(4, width=4, antialias=True)
    network.layers[17].register_forward_hook(lambda *_: pytest.fail("ran beyond the last tap"))
    assert len(network.features(torch.rand(1, 4, 32, 32), (0, 16))) == 2
