from dataclasses import replace
from typing import cast

import pytest
import torch
from torch import Tensor, nn

from mappers.base import MapperBatch
from mappers.cycle import CycleConfig, CycleMapper
from mappers.losses import l1, lsgan
from tests.mappers.tiny import batch, weights_after

CONFIG = CycleConfig(steps=4, batch_size=2, crop_size=32, discriminator_width=4, lr_generator=1e-2)


class Linear(CycleMapper):
    """Each direction is one 1x1 convolution that starts as the identity."""

    def build_generators(self):
        return {"a2b": _identity(), "b2a": _identity()}


class Signed(Linear):
    """Its networks work in [-1, 1]."""

    def to_network(self, raw):
        return 2 * raw - 1

    def from_network(self, image):
        return (image + 1) / 2


class Penalised(Linear):
    """Its discriminators pay one unit per step."""

    def discriminator_penalty(self, camera, real, fake):
        return torch.ones(())


def _identity() -> nn.Conv2d:
    layer = nn.Conv2d(4, 4, 1)
    nn.init.dirac_(layer.weight)
    nn.init.zeros_(layer.get_parameter("bias"))
    return layer


def _step(mapper: CycleMapper, crops: MapperBatch | None = None, total: int = 4):
    stage = mapper.stages()[0]
    optimisation = mapper.configure(stage, total)
    crops = crops or batch(2, 32, torch.Generator().manual_seed(0))
    return mapper.training_step(crops, stage, optimisation), optimisation


def test_the_losses_are_those_of_the_paper():
    mapper = Linear(CONFIG)
    nn.init.constant_(mapper.get_parameter("generators.a2b.bias"), 0.1)
    crops = batch(2, 32, torch.Generator().manual_seed(0))
    judge = mapper.discriminators["b"]
    adversarial = lsgan(judge(crops.a + 0.1), real=True).item()
    apart = 0.5 * (lsgan(judge(crops.b), True) + lsgan(judge(crops.a + 0.1), False)).item()
    losses, _ = _step(mapper, crops)
    assert losses["adversarial_a2b"].item() == pytest.approx(adversarial, rel=1e-5)
    assert losses["cycle_a"].item() == pytest.approx(10 * 0.1, rel=1e-5)
    assert losses["cycle_b"].item() == pytest.approx(10 * 0.1, rel=1e-5)
    assert losses["identity_b"].item() == pytest.approx(5 * 0.1, rel=1e-5)
    assert losses["identity_a"].item() == pytest.approx(0, abs=1e-6)
    assert losses["discriminator_b"].item() == pytest.approx(apart, rel=1e-5)
    assert not any(value.requires_grad for value in losses.values())


def test_terms_without_weight_are_left_out():
    losses, _ = _step(Linear(replace(CONFIG, cycle_weight=0, identity_weight=0)))
    assert set(losses) == {
        *("adversarial_a2b", "adversarial_b2a", "discriminator_a", "discriminator_b")
    }


def test_a_penalty_is_added_to_the_discriminators():
    with_penalty, _ = _step(_seeded(Penalised))
    without, _ = _step(_seeded(Linear))
    difference = with_penalty["discriminator_a"] - without["discriminator_a"]
    assert difference.item() == pytest.approx(1, abs=1e-6)


def _seeded(kind: type[CycleMapper]) -> CycleMapper:
    torch.manual_seed(0)
    return kind(CONFIG)


def test_losses_are_taken_in_the_range_of_the_networks():
    mapper = Signed(CONFIG)
    nn.init.constant_(mapper.get_parameter("generators.a2b.bias"), 0.1)
    losses, _ = _step(mapper)
    assert losses["identity_b"].item() == pytest.approx(5 * 0.1, rel=1e-4)
    raw = torch.rand(1, 4, 32, 32)
    torch.testing.assert_close(Signed(CONFIG).map(raw, "a2b"), raw)


def test_every_network_is_updated_and_discriminators_stay_trainable():
    mapper = Linear(CONFIG)
    before = {name: p.clone() for name, p in mapper.named_parameters()}
    _step(mapper)
    for name, weight in mapper.named_parameters():
        assert weight.requires_grad
        assert not torch.equal(weight, before[name]), name


def test_the_generators_pay_nothing_to_the_discriminators_gradient():
    mapper = Linear(replace(CONFIG, lr_discriminator=0.0))
    crops = batch(2, 32, torch.Generator().manual_seed(0))
    mapper.discriminators.requires_grad_(False)
    losses, fake = mapper.generator_losses({"a": crops.a, "b": crops.b})
    losses["adversarial_a2b"].backward()
    assert all(p.grad is None for p in mapper.discriminators.parameters())
    assert mapper.generators["a2b"].weight.grad is not None
    assert fake["b"].shape == crops.b.shape


def test_training_lowers_the_generators_objective():
    mapper = Linear(replace(CONFIG, lr_discriminator=0.0))
    nn.init.constant_(
        mapper.get_parameter("generators.a2b.bias"), 0.3
    )  # a start away from the optimum
    stage = mapper.stages()[0]
    optimisation = mapper.configure(stage, 30)
    crops = batch(2, 32, torch.Generator().manual_seed(0))
    totals = []
    for _ in range(30):
        losses = mapper.training_step(crops, stage, optimisation)
        totals.append(sum(v.item() for k, v in losses.items() if "discriminator" not in k))
    assert totals[-1] < 0.5 * totals[0]


def test_the_gradient_of_every_network_is_clipped():
    mapper = Linear(replace(CONFIG, clip_norm=1e-3))
    _step(mapper)
    for network in (*mapper.generators.values(), *mapper.discriminators.values()):
        norm = torch.stack([cast(Tensor, p.grad).norm() for p in network.parameters()]).norm()
        assert norm.item() == pytest.approx(1e-3, rel=1e-2)


def test_shared_weights_are_clipped_with_each_generator():
    class Shared(Linear):
        def build_generators(self):
            layers = [nn.Sequential(_identity(), _identity()) for _ in range(2)]
            layers[1][0] = layers[0][0]
            return dict(zip(("a2b", "b2a"), layers, strict=True))

    def gradients(clip_norm: float | None) -> list[Tensor]:
        torch.manual_seed(0)
        mapper = Shared(replace(CONFIG, clip_norm=clip_norm))
        _step(mapper)
        parts = (("a2b", 0), ("a2b", 1), ("b2a", 1))
        layers = (mapper.get_submodule(f"generators.{d}.{i}") for d, i in parts)
        return [
            torch.cat([p.grad.flatten() for p in layer.parameters() if p.grad is not None])
            for layer in layers
        ]

    shared, there, back = gradients(None)
    limit = 0.1 * torch.stack([shared, there, back]).norm(dim=1).min().item()
    first = limit / torch.stack([shared, there]).norm()
    second = limit / torch.stack([first * shared, back]).norm()
    clipped = gradients(limit)
    torch.testing.assert_close(clipped[0], first * second * shared, rtol=1e-4, atol=1e-8)
    torch.testing.assert_close(clipped[1], first * there, rtol=1e-4, atol=1e-8)
    torch.testing.assert_close(clipped[2], second * back, rtol=1e-4, atol=1e-8)


def test_batch_norms_see_identity_then_fake_then_cycle():
    class Normed(CycleMapper):
        def build_generators(self):
            return {d: nn.BatchNorm2d(4) for d in ("a2b", "b2a")}

    mapper, expected = Normed(CONFIG).train(), nn.BatchNorm2d(4)
    crops = batch(2, 32, torch.Generator().manual_seed(0))
    fake_a = expected(crops.b)
    expected.reset_running_stats()
    for seen in (crops.b, crops.a, fake_a):
        expected(seen)
    mapper.generator_losses({"a": crops.a, "b": crops.b})
    mean = mapper.get_buffer("generators.a2b.running_mean")
    torch.testing.assert_close(mean, expected.running_mean)


@pytest.mark.parametrize(("decay_from", "factors"), [(1.0, [1, 1, 1, 1]), (0.5, [1, 1, 1, 0.5])])
def test_rates_are_constant_then_fall_to_zero(decay_from, factors):
    mapper = Linear(replace(CONFIG, decay_from=decay_from, ema=0.9))
    optimisation = mapper.configure(mapper.stages()[0], 4)
    assert set(optimisation.optimizers) == {"generators", "discriminator_a", "discriminator_b"}
    assert optimisation.ema == 0.9
    rates = []
    for _ in range(4):
        rates.append(optimisation.optimizers["generators"].param_groups[0]["lr"])
        for optimizer in optimisation.optimizers.values():
            optimizer.step()
        for scheduler in optimisation.schedulers:
            scheduler.step()
    assert rates == pytest.approx([1e-2 * f for f in factors])
    last = optimisation.optimizers["discriminator_b"].param_groups[0]["lr"]
    assert last == pytest.approx(2e-4 if decay_from == 1 else 0)


def test_the_stage_says_what_the_config_says():
    stage = Linear(replace(CONFIG, steps=None, budget=0.01, augment=False)).stages()[0]
    assert (stage.batch_size, stage.crop_size, stage.augment) == (2, 32, False)
    assert stage.total_steps(crops=11) == 200 * 6_860 // 100 // 2, "of the published crops"
    assert Linear(replace(CONFIG, steps=7)).stages()[0].total_steps(crops=11) == 7


def test_a_run_continues_from_its_state():
    def run(resumed: bool) -> dict[str, torch.Tensor]:
        torch.manual_seed(0)
        mapper = Linear(replace(CONFIG, pool_size=2))
        stage = mapper.stages()[0]
        optimisation = mapper.configure(stage, 6)
        for step in range(6):
            if resumed and step == 3:
                other = Linear(mapper.config)
                other.load_state_dict(mapper.state_dict())
                other.load_training_state(mapper.training_state())
                fresh = other.configure(stage, 6)
                for name, optimizer in fresh.optimizers.items():
                    optimizer.load_state_dict(optimisation.optimizers[name].state_dict())
                for scheduler, old in zip(fresh.schedulers, optimisation.schedulers, strict=True):
                    scheduler.load_state_dict(old.state_dict())
                mapper, optimisation = other, fresh
            torch.manual_seed(step)
            crops = batch(2, 32, torch.Generator().manual_seed(step))
            mapper.training_step(crops, stage, optimisation)
            for scheduler in optimisation.schedulers:
                scheduler.step()
        return mapper.state_dict()

    straight, resumed = run(False), run(True)
    assert all(torch.equal(straight[name], resumed[name]) for name in straight)


def test_two_runs_are_bit_equal():
    first, second = (weights_after(lambda: Linear(CONFIG)) for _ in range(2))
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_the_discriminators_are_shown_fakes_of_the_pool():
    mapper = Linear(replace(CONFIG, pool_size=4))
    assert [len(v) for v in mapper.training_state()["pools"].values()] == [0, 0]
    _step(mapper)
    kept = mapper.training_state()["pools"]
    assert [len(v) for v in kept.values()] == [2, 2]
    crops = batch(2, 32, torch.Generator().manual_seed(0))
    assert l1(torch.stack(kept["b"]), crops.a) < 1e-6  # the identity's fakes of B
