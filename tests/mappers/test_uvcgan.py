from dataclasses import replace

import pytest
import torch
from torch import nn

import mappers
from benchmark.errors import BenchError
from mappers.pretraining import PRE_TRAINING
from mappers.uvcgan import UVCGAN, UVCGANConfig, mask_blocks
from tests.golden import fill
from tests.mappers.tiny import batch, learn, scene, weights_after

TINY = UVCGANConfig(
    steps=150,
    batch_size=2,
    crop_size=32,
    widths=(8, 16, 32, 32),
    blocks=2,
    heads=2,
    discriminator_width=8,
    lr_generator=2e-3,
    pretrain_batch_size=4,
    pretrain_steps=100,
    pretrain_lr=0.2,
    mask_size=8,
)


def test_the_default_is_the_published_recipe():
    c = UVCGANConfig()
    assert (c.steps, c.batch_size, c.crop_size) == (None, 1, 256)
    assert (c.lr_generator, c.lr_discriminator, c.betas) == (1e-4, 1e-4, (0.5, 0.99))
    assert (c.cycle_weight, c.identity_weight, c.pool_size, c.decay_from) == (10, 5, 50, 0.5)
    assert (c.penalty_weight, c.penalty_norm) == (0.1, 100)
    assert (c.mask_size, c.mask_probability) == (32, 0.4)
    mapper = UVCGAN(c)
    stage = mapper.stages()[0]
    optimisation = mapper.configure(stage, 10)
    group = optimisation.optimizers["autoencoder"].param_groups[0]
    assert (stage.name, stage.batch_size) == (PRE_TRAINING, 64)  # per camera: 128 crops a step
    assert group["lr"] == pytest.approx(64 * 5e-3 / 512)
    assert optimisation.schedulers[0].state_dict()["eta_min"] == pytest.approx(64 * 5e-8 / 512)
    attention = mapper.get_submodule("generators.a2b.bottom.blocks.0.attention")
    assert attention.get_parameter("qkv.weight").std().item() == pytest.approx(
        1536**-0.5 * 2**0.5, rel=0.01
    )
    assert attention.get_parameter("out.weight").std().item() == pytest.approx(0.02, rel=0.02)
    assert sum(p.numel() for p in mapper.generators["b2a"].parameters()) == 31_360_720
    assert mappers.info("uvcgan").supervision == "unpaired"


def test_pre_training_is_a_stage_with_its_own_optimiser():
    mapper = UVCGAN(TINY)
    first, second = mapper.stages()
    assert (first.name, first.batch_size, first.steps) == (PRE_TRAINING, 4, 100)
    assert second.steps == 150
    optimisation = mapper.configure(first, 100)
    group = optimisation.optimizers["autoencoder"].param_groups[0]
    assert group["lr"] == pytest.approx(0.2 * 8 / 512)
    assert (group["betas"], group["weight_decay"]) == ((0.9, 0.99), 0.05)
    assert [s.name for s in UVCGAN(replace(TINY, pretrain_steps=0)).stages()] == [second.name]


def test_both_generators_begin_with_the_weights_of_the_autoencoder():
    mapper = UVCGAN(TINY)
    there, back = mapper.generators["a2b"], mapper.generators["b2a"]
    weights = (network.get_parameter("decoder.head.weight") for network in (there, back))
    assert not torch.equal(*weights)
    mapper.configure(mapper.stages()[1], 10)
    assert all(
        torch.equal(a, b) and a is not b
        for a, b in zip(there.parameters(), back.parameters(), strict=True)
    )


def test_without_pre_training_they_begin_apart():
    mapper = UVCGAN(replace(TINY, pretrain_steps=0))
    mapper.configure(mapper.stages()[0], 10)
    there, back = mapper.generators["a2b"], mapper.generators["b2a"]
    weights = (network.get_parameter("decoder.head.weight") for network in (there, back))
    assert not torch.equal(*weights)


def test_masks_are_blocks_of_the_wanted_share():
    torch.manual_seed(0)
    masked = mask_blocks(torch.ones(8, 4, 250, 256), 32, 0.4)
    blocks = masked[:, :, :, :].unfold(3, 32, 32)[:, :, :32]  # first row of blocks
    assert all(len(block.unique()) == 1 for block in blocks[:, :, :, 3].flatten(0, 1))
    assert 1 - masked.mean().item() == pytest.approx(0.4, abs=0.06)
    assert torch.equal(masked[:, 0], masked[:, 3])
    assert not torch.equal(masked[0], masked[1])


def test_penalty_of_a_linear_critic():
    # The gradient of w·x is w everywhere, so the penalty is known.
    mapper = UVCGAN(TINY)
    critic = nn.Conv2d(4, 1, 1, bias=False)
    mapper.discriminators["a"] = critic
    norm = critic.weight.norm().item() * 32  # sum over 32 x 32 pixels
    real, fake = torch.rand(2, 4, 32, 32), torch.rand(2, 4, 32, 32)
    penalty = mapper.discriminator_penalty("a", real, fake)
    assert penalty.item() == pytest.approx(0.1 / 100**2 * (norm - 100) ** 2, rel=1e-4)
    penalty.backward()
    assert critic.weight.grad is not None


def test_a_step_moves_both_generators_and_both_discriminators():
    mapper = UVCGAN(TINY)
    stage = mapper.stages()[1]
    optimisation = mapper.configure(stage, 10)
    before = {name: value.clone() for name, value in mapper.state_dict().items()}
    crops = batch(2, 32, torch.Generator().manual_seed(0))
    mapper.training_step(crops, stage, optimisation)
    after = mapper.state_dict()
    for network in ("generators.a2b", "generators.b2a", "discriminators.a", "discriminators.b"):
        assert any(not torch.equal(after[n], before[n]) for n in after if n.startswith(network))


def test_a_crop_size_that_the_tokens_cannot_cover_is_refused():
    with pytest.raises(BenchError, match="crop_size is 40"):
        UVCGAN(replace(TINY, crop_size=40))


@pytest.mark.parametrize("size", [(32, 32), (33, 47), (70, 41)])
@torch.no_grad()
def test_any_size_is_mapped_into_the_unit_range(size):
    y = UVCGAN(replace(TINY, crop_size=64)).eval().map(torch.rand(2, 4, *size), "a2b")
    assert y.shape == (2, 4, *size)
    assert y.min() > 0 and y.max() < 1


@torch.no_grad()
def test_no_seams():
    mapper = fill(UVCGAN(replace(TINY, crop_size=64)))
    picture = scene(1, 160, torch.Generator().manual_seed(0))
    y = mapper.map(picture, "a2b")
    jumps = y.diff(dim=3).abs().amax(dim=(0, 1, 2))  # between column k and k + 1
    borders = {47, 63, 95, 111}  # 160 pixels in three tiles of 64, 48 apart
    at_borders = max(jumps[k].item() for k in borders)
    elsewhere = max(j.item() for k, j in enumerate(jumps) if k not in borders)
    assert at_borders < 1.1 * elsewhere
    assert jumps[sorted(borders)].mean() < 1.2 * jumps.mean()


@pytest.mark.slow
def test_it_learns_a_colour_change_without_pairs():
    torch.manual_seed(0)
    learned = learn(UVCGAN(TINY))
    first, second = slice(0, 10), slice(90, 100)
    restored = [learned.mean_of(lambda n: "reconstruction" in n, s) for s in (first, second)]
    assert restored[1] < 0.75 * restored[0]
    cycle = [
        learned.mean_of(lambda n: "cycle" in n, s) for s in (slice(100, 120), slice(-20, None))
    ]
    assert cycle[1] < 0.9 * cycle[0]
    assert learned.gain > 2  # measured 4.5 dB


def test_two_runs_are_bit_equal():
    short = replace(TINY, steps=3, pretrain_steps=2)
    first, second = (weights_after(lambda: UVCGAN(short)) for _ in range(2))
    assert all(torch.equal(first[name], second[name]) for name in first)
