from dataclasses import replace

import pytest
import torch

import mappers
from mappers.cyclegan import CycleGAN, CycleGANConfig
from mappers.networks.patchgan import PatchGAN
from tests.mappers.tiny import learn, weights_after

TINY = CycleGANConfig(
    steps=200,
    batch_size=2,
    crop_size=32,
    width=8,
    blocks=2,
    discriminator_width=8,
    lr_generator=2e-3,
)


def test_the_default_is_the_published_recipe():
    c = CycleGANConfig()
    assert (c.steps, c.batch_size, c.crop_size) == (None, 1, 256)
    assert (c.lr_generator, c.lr_discriminator, c.betas) == (2e-4, 2e-4, (0.5, 0.999))
    assert (c.cycle_weight, c.identity_weight, c.pool_size, c.decay_from) == (10, 5, 50, 0.5)
    assert c.clip_norm is None
    mapper = CycleGAN(c)
    for network in mapper.generators.values():
        assert sum(p.numel() for p in network.parameters()) == 11_384_452
        assert network.get_parameter("layers.1.weight").std().item() == pytest.approx(
            0.02, rel=0.05
        )
    for network in mapper.discriminators.values():
        assert isinstance(network, PatchGAN) and not network.scalar
        assert sum(p.numel() for p in network.parameters()) == 2_765_761
    assert mappers.info("cyclegan").supervision == "unpaired"


@pytest.mark.parametrize("tile", [0, 32])
@pytest.mark.parametrize("size", [(32, 32), (33, 47), (70, 34)])
@torch.no_grad()
def test_any_size_is_mapped_into_the_unit_range(size, tile):
    mapper = CycleGAN(replace(TINY, tile=tile)).eval()
    y = mapper.map(torch.rand(2, 4, *size), "a2b")
    assert y.shape == (2, 4, *size)
    assert y.min() > 0 and y.max() < 1


def test_networks_work_on_minus_one_to_one():
    mapper = CycleGAN(TINY).eval()
    raw = torch.rand(1, 4, 32, 32)
    with torch.no_grad():
        expected = (mapper.generators["b2a"](raw * 2 - 1) + 1) / 2
        torch.testing.assert_close(mapper.map(raw, "b2a"), expected)


@pytest.mark.slow
def test_it_learns_a_colour_change_without_pairs():
    torch.manual_seed(0)
    learned = learn(CycleGAN(TINY))
    cycle = [learned.mean_of(lambda n: "cycle" in n, s) for s in (slice(20), slice(-20, None))]
    assert cycle[1] < 0.7 * cycle[0]
    assert learned.gain > 2  # measured 4.4 dB


def test_two_runs_are_bit_equal():
    first, second = (weights_after(lambda: CycleGAN(replace(TINY, steps=5))) for _ in range(2))
    assert all(torch.equal(first[name], second[name]) for name in first)
