from dataclasses import replace

import pytest
import torch

import mappers
from benchmark.errors import BenchError
from mappers.cmkan import CmKAN, CmKANConfig, recolour
from mappers.pretraining import PRE_TRAINING
from tests.mappers.tiny import batch, learn, train, weights_after

TINY = CmKANConfig(
    steps=60,
    crop_size=32,
    discriminator_width=8,
    lr_generator=5e-4,
    lr_discriminator=1e-4,
    pretrain_batch_size=4,
    pretrain_steps=60,
    pretrain_lr=5e-3,
    atoms=32,
)


def test_the_default_is_the_released_recipe():
    c = CmKANConfig()
    assert (c.steps, c.batch_size, c.decay_from) == (None, 2, 0.5)
    assert (c.lr_generator, c.lr_discriminator, c.betas) == (2e-4, 2e-4, (0.5, 0.999))
    assert (c.cycle_weight, c.identity_weight, c.ssim_weight, c.pool_size) == (10, 5, 0.15, 50)
    assert (c.pretrain_batch_size, c.pretrain_lr) == (6, 1e-3)
    mapper = CmKAN(c)
    assert sum(p.numel() for p in mapper.generators["a2b"].parameters()) == 134_952
    assert sum(p.numel() for p in mapper.discriminators["a"].parameters()) == 2_765_761
    assert mappers.info("cmkan").supervision == "unpaired"


def test_pre_training_is_a_stage_with_its_own_optimiser():
    mapper = CmKAN(TINY)
    first, second = mapper.stages()
    assert (first.name, first.batch_size, first.steps) == (PRE_TRAINING, 4, 60)
    optimisation = mapper.configure(first, 300)
    assert list(optimisation.optimizers) == ["generators"]
    (scheduler,) = optimisation.schedulers
    for _ in range(250):  # halfway through a cosine of 500
        optimisation.optimizers["generators"].step()
        scheduler.step()
    assert scheduler.get_last_lr()[0] == pytest.approx((5e-3 + 1e-5) / 2)
    assert [s.name for s in CmKAN(replace(TINY, pretrain_steps=0)).stages()] == [second.name]


def test_recolouring_gives_the_means_of_the_other_camera():
    crops, like = 0.5 * torch.rand(3, 4, 8, 8), 0.3 * torch.rand(2, 4, 8, 8)
    y = recolour(crops, like)
    torch.testing.assert_close(y.mean((0, 2, 3)), like.mean((0, 2, 3)))
    assert recolour(crops, torch.ones_like(like)).max() <= 1
    assert not recolour(torch.zeros(1, 4, 8, 8), like).any()


def test_a_step_moves_both_generators_and_both_discriminators():
    mapper = CmKAN(TINY)
    stage = mapper.stages()[1]
    optimisation = mapper.configure(stage, 10)
    before = {name: value.clone() for name, value in mapper.state_dict().items()}
    mapper.training_step(batch(2, 32, torch.Generator().manual_seed(0)), stage, optimisation)
    after = mapper.state_dict()
    for network in ("generators.a2b", "generators.b2a", "discriminators.a", "discriminators.b"):
        assert any(not torch.equal(after[n], before[n]) for n in after if n.startswith(network))


def test_a_crop_size_that_wavelets_cannot_halve_twice_is_refused():
    with pytest.raises(BenchError, match="crop_size is 34"):
        CmKAN(replace(TINY, crop_size=34))


@pytest.mark.parametrize("size", [(32, 32), (33, 47), (70, 41)])
@torch.no_grad()
def test_any_size_is_mapped(size):
    y = CmKAN(TINY).eval().map(torch.rand(2, 4, *size), "a2b")
    assert y.shape == (2, 4, *size)
    assert y.isfinite().all()


@pytest.mark.slow
def test_it_learns_a_colour_change_without_pairs():
    torch.manual_seed(0)
    # 150 steps: after 60 the result hangs on the rounding of the processor.
    learned = learn(CmKAN(replace(TINY, steps=150)))
    first, second = slice(0, 10), slice(50, 60)
    restored = [learned.mean_of(lambda n: "restored" in n, s) for s in (first, second)]
    assert restored[1] < 0.5 * restored[0]  # measured 0.21
    first, second = slice(60, 70), slice(-10, None)
    same = [learned.mean_of(lambda n: "identity" in n, s) for s in (first, second)]
    assert same[1] < 0.85 * same[0]  # measured 0.61 to 0.69, weights disturbed by rounding
    assert learned.gain > 3  # measured 4.6 to 5.7 dB


def test_two_runs_are_bit_equal():
    short = replace(TINY, steps=3, pretrain_steps=2)
    first, second = (weights_after(lambda: CmKAN(short)) for _ in range(2))
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_the_pool_survives_a_checkpoint():
    mapper, other = CmKAN(replace(TINY, steps=2, pretrain_steps=0)), CmKAN(TINY)
    train(mapper)
    other.load_training_state(mapper.training_state())
    assert len(other.pools["a"].state()) == 4
