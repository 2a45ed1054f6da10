from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

import mappers
from benchmark.errors import BenchError
from mappers.networks.queued_patchgan import Kind, QueuedPatchGAN
from mappers.pretraining import PRE_TRAINING
from mappers.rawformer import Rawformer, RawformerConfig
from tests.mappers.tiny import batch, learn, train, weights_after

TINY = RawformerConfig(
    steps=100,
    batch_size=2,
    crop_size=32,
    widths=(8, 16, 16),
    blocks=1,
    heads=2,
    discriminator_width=8,
    lr_generator=1e-3,
    lr_discriminator=1e-3,
    ema=0.9,
    pretrain_batch_size=4,
    pretrain_steps=80,
    pretrain_lr=0.4,
    mask_size=8,
)


def test_the_default_is_the_released_recipe():
    c = RawformerConfig()
    assert (c.steps, c.batch_size, c.crop_size) == (None, 1, 256)
    assert (c.lr_generator, c.lr_discriminator, c.betas) == (5e-5, 1e-4, (0.5, 0.99))
    assert (c.cycle_weight, c.identity_weight, c.pool_size, c.decay_from) == (10, 5, 0, 1)
    assert (c.penalty_weight, c.penalty_norm, c.ema, c.remembered) == (0.01, 0, 0.9999, 3)
    assert (c.mask_size, c.mask_probability) == (32, 0.4)
    mapper = Rawformer(c)
    assert sum(p.numel() for p in mapper.generators["b2a"].parameters()) == 9_136_052
    assert sum(p.numel() for p in mapper.discriminators["b"].parameters()) == 5_123_009
    stage = mapper.stages()[0]
    optimizer = mapper.configure(stage, 10).optimizers["autoencoder"]
    assert (stage.name, stage.batch_size) == (PRE_TRAINING, 32)
    assert optimizer.param_groups[0]["lr"] == pytest.approx(32 * 5e-3 / 512)
    attention = mapper.get_submodule("generators.a2b.bottom.blocks.0.attention")
    assert attention.get_parameter("qkv.weight").std().item() == pytest.approx(
        (2 / 768) ** 0.5, rel=0.01
    )
    assert mappers.info("rawformer").supervision == "unpaired"


def test_penalty_of_a_linear_critic_is_centred_at_zero():
    # The mean verdict of a 1x1 convolution has the gradient weight / pixels everywhere.
    mapper = Rawformer(TINY)
    judge = mapper.discriminators["a"]
    judge.body, judge.norm = nn.Identity(), nn.Identity()
    judge.head = nn.Conv2d(4, 1, 1, bias=False)
    norm = judge.head.weight.norm().item() * 32 / 32**2
    penalty = mapper.discriminator_penalty("a", torch.rand(2, 4, 32, 32), torch.rand(2, 4, 32, 32))
    assert penalty.item() == pytest.approx(0.01 * norm**2, rel=1e-4)
    penalty.backward()
    assert judge.head.weight.grad is not None


def _memory(mapper: Rawformer, camera: str) -> dict[Kind, list[Tensor]]:
    judge = mapper.discriminators[camera]
    assert isinstance(judge, QueuedPatchGAN)
    return judge.memory


def test_judging_remembers_real_and_fake_pictures_apart():
    mapper = Rawformer(TINY)
    real, fake = torch.rand(2, 4, 32, 32), torch.rand(2, 4, 32, 32)
    for _ in range(2):
        mapper.discriminator_loss("b", real, fake)
    memory = _memory(mapper, "b")
    assert (len(memory["real"]), len(memory["fake"])) == (3, 3)
    assert not torch.equal(memory["real"][-1], memory["fake"][-1])
    assert _memory(mapper, "a") == {"real": [], "fake": []}


def test_the_memory_survives_a_checkpoint():
    mapper, other = Rawformer(replace(TINY, steps=2, pretrain_steps=0)), Rawformer(TINY)
    train(mapper)
    other.load_training_state(mapper.training_state())
    for camera in "ab":
        kept, loaded = (_memory(m, camera) for m in (mapper, other))
        for kind in ("real", "fake"):
            assert len(kept[kind]) == 3
            assert all(map(torch.equal, kept[kind], loaded[kind]))


def test_a_step_moves_both_generators_and_both_discriminators():
    mapper = Rawformer(TINY)
    stage = mapper.stages()[1]
    optimisation = mapper.configure(stage, 10)
    before = {name: value.clone() for name, value in mapper.state_dict().items()}
    mapper.training_step(batch(2, 32, torch.Generator().manual_seed(0)), stage, optimisation)
    after = mapper.state_dict()
    for part in ("generators.a2b", "generators.b2a", "discriminators.a.body", "discriminators.b"):
        assert any(not torch.equal(after[n], before[n]) for n in after if n.startswith(part))


def test_a_crop_size_that_the_tokens_cannot_cover_is_refused():
    with pytest.raises(BenchError, match=r"is 48; rawformer with 3 levels .* of 32"):
        Rawformer(replace(TINY, crop_size=48))


@pytest.mark.parametrize("size", [(32, 32), (33, 47), (70, 41)])
@torch.no_grad()
def test_any_size_is_mapped_into_the_unit_range(size):
    y = Rawformer(replace(TINY, crop_size=64)).eval().map(torch.rand(2, 4, *size), "a2b")
    assert y.shape == (2, 4, *size)
    assert y.min() > 0 and y.max() < 1


@pytest.mark.slow
def test_it_learns_a_colour_change_without_pairs():
    torch.manual_seed(0)
    learned = learn(Rawformer(TINY))
    first, second = slice(0, 10), slice(70, 80)
    restored = [learned.mean_of(lambda n: "reconstruction" in n, s) for s in (first, second)]
    assert restored[1] < 0.9 * restored[0]  # measured 0.76
    first, second = slice(80, 90), slice(-10, None)
    cycle = [learned.mean_of(lambda n: "cycle" in n, s) for s in (first, second)]
    assert cycle[1] < 0.8 * cycle[0]  # measured 0.65
    assert learned.gain > 1  # measured 2.6 dB


def test_two_runs_are_bit_equal():
    short = replace(TINY, steps=3, pretrain_steps=2)
    first, second = (weights_after(lambda: Rawformer(short)) for _ in range(2))
    assert all(torch.equal(first[name], second[name]) for name in first)
