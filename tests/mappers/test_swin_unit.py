from dataclasses import replace

import pytest
import torch

import mappers
from mappers.networks.pyramid import laplacian
from mappers.networks.swin_unit_generator import TwoScales
from mappers.swin_unit import SwinUnit, SwinUnitConfig
from tests.mappers.tiny import batch, learn, train, weights_after

TINY = SwinUnitConfig(
    steps=50,
    crop_size=64,
    width=8,
    blocks=2,
    discriminator_width=8,
    lr_generator=2e-3,
    lr_discriminator=2e-4,
)


def test_the_default_is_the_released_recipe():
    c = SwinUnitConfig()
    assert (c.steps, c.batch_size, c.crop_size) == (None, 1, 256)
    assert (c.lr_generator, c.lr_discriminator, c.betas) == (1e-4, 1e-4, (0.5, 0.999))
    assert (c.cycle_weight, c.identity_weight, c.pool_size, c.decay_from) == (10, 5, 50, 0.5)
    mapper = SwinUnit(c)
    assert sum(p.numel() for p in mapper.generators["a2b"].parameters()) == 3_360_108
    assert sum(p.numel() for p in mapper.discriminators["a"].parameters()) == 5_404_482
    assert mappers.info("swin-unit").supervision == "unpaired"


def test_discriminator_loss_sums_both_scales_and_is_not_halved():
    mapper = SwinUnit(replace(TINY, pool_size=0))
    real, full, low = torch.rand(1, 4, 64, 64), torch.rand(1, 4, 64, 64), torch.rand(1, 4, 32, 32)
    judge = mapper.discriminators["b"]
    expected = sum(
        ((verdict - target) ** 2).mean()
        for image, target in (((real, laplacian(real).low), 1), ((full, low), 0))
        for verdict in judge(TwoScales(*image))
    )
    loss = mapper.discriminator_loss("b", real, TwoScales(full, low))
    torch.testing.assert_close(loss, expected)


def test_a_step_moves_generators_and_discriminators():
    mapper = SwinUnit(TINY)
    stage = mapper.stages()[0]
    before = {name: value.clone() for name, value in mapper.state_dict().items()}
    crops = batch(1, 64, torch.Generator().manual_seed(0))
    mapper.training_step(crops, stage, mapper.configure(stage, 10))
    after = mapper.state_dict()
    for part in ("generators.a2b.low_branch.head", "discriminators.a.low", "discriminators.b.high"):
        assert any(not torch.equal(after[n], before[n]) for n in after if n.startswith(part)), part


def test_both_pools_survive_a_checkpoint():
    mapper, other = SwinUnit(replace(TINY, steps=2)), SwinUnit(TINY)
    train(mapper)
    other.load_training_state(mapper.training_state())
    for pools in ("pools", "low_pools"):
        kept, loaded = getattr(mapper, pools)["a"].state(), getattr(other, pools)["a"].state()
        assert len(kept) == 2
        assert all(torch.equal(x, y) for x, y in zip(kept, loaded, strict=True))


def test_crops_that_windows_do_not_cover_are_padded():
    losses = train(SwinUnit(replace(TINY, crop_size=32, steps=1)))
    assert all(value == value for value in losses[0].values())


@pytest.mark.parametrize("tile", [0, 64])
@pytest.mark.parametrize("size", [(32, 32), (33, 47), (70, 130)])
@torch.no_grad()
def test_any_size_is_mapped_into_the_unit_range(size, tile):
    y = SwinUnit(replace(TINY, tile=tile)).eval().map(torch.rand(2, 4, *size), "a2b")
    assert y.shape == (2, 4, *size)
    assert y.min() > 0 and y.max() < 1


@pytest.mark.slow
def test_it_learns_a_colour_change_without_pairs():
    torch.manual_seed(0)
    learned = learn(SwinUnit(TINY))
    cycle = [learned.mean_of(lambda n: "cycle" in n, s) for s in (slice(10), slice(-10, None))]
    assert cycle[1] < 0.6 * cycle[0]
    assert learned.gain > 2  # measured 5.3 dB


def test_two_runs_are_bit_equal():
    runs = [weights_after(lambda: SwinUnit(replace(TINY, steps=3))) for _ in range(2)]
    assert all(torch.equal(runs[0][name], runs[1][name]) for name in runs[0])
