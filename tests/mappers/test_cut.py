import copy
from dataclasses import replace

import pytest
import torch

import mappers
from mappers.base import MapperBatch
from mappers.cut import CUT, CUTConfig, OneSided
from tests.golden import assert_golden, fill, golden_input
from tests.mappers.tiny import batch, learn, train, weights_after
from tests.speed.plain import cut as plain

TINY = CUTConfig(
    steps=200,
    batch_size=2,
    crop_size=32,
    width=8,
    blocks=5,
    discriminator_width=8,
    feature_width=32,
    patches=64,
    lr_generator=1e-3,
    lr_discriminator=1e-3,
)
FAST = replace(TINY, nce_weight=10, identity_nce=False, flip_equivariance=True, decay_from=0.75)


def parameters(network):
    return sum(p.numel() for p in network.parameters())


def test_the_default_is_the_published_recipe():
    c = CUTConfig()
    assert (c.steps, c.batch_size, c.crop_size) == (None, 1, 256)
    assert (c.lr_generator, c.lr_discriminator) == (2e-4, 2e-4)
    assert (c.betas, c.decay_from) == ((0.5, 0.999), 0.5)
    assert (c.nce_weight, c.identity_nce, c.patches, c.temperature) == (1, True, 256, 0.07)
    for side in CUT(c).sides.values():
        assert parameters(side.generator) == 11_384_452
        assert parameters(side.discriminator) == 2_765_761
        assert parameters(side.features) == 560_640
    assert mappers.info("cut").supervision == "unpaired"


@torch.no_grad()
def test_the_discriminator_gives_the_golden_values():
    mapper = CUT(replace(TINY, discriminator_width=64))
    discriminator = fill(mapper.get_submodule("sides.a2b.discriminator"))
    verdict = discriminator(golden_input(1, 4, 256, 256))
    assert verdict.shape == (1, 1, 30, 30)
    assert_golden(verdict, 0.001113, 0.596326, [-0.86433], [-0.37476])


@pytest.mark.parametrize("tile", [0, 32])
@pytest.mark.parametrize("size", [(32, 32), (33, 47), (70, 34)])
@torch.no_grad()
def test_any_size_is_mapped_into_the_unit_range(size, tile):
    y = CUT(replace(TINY, tile=tile)).eval().map(torch.rand(2, 4, *size), "b2a")
    assert y.shape == (2, 4, *size)
    assert y.min() > 0 and y.max() < 1


@pytest.mark.parametrize("config", [TINY, FAST])
def test_a_step_moves_every_weight_that_its_loss_reaches(config):
    torch.manual_seed(0)
    mapper = CUT(config)
    before = {name: value.clone() for name, value in mapper.state_dict().items()}
    stage = mapper.stages()[0]
    optimisation = mapper.configure(stage, 10)
    crops = batch(2, 32, torch.Generator().manual_seed(0))
    losses = mapper.training_step(crops, stage, optimisation)
    assert all(torch.isfinite(loss) and not loss.requires_grad for loss in losses.values())
    assert ("identity_nce_a2b" in losses) == config.identity_nce
    for name, value in mapper.state_dict().items():
        if name.endswith("weight"):
            assert not torch.equal(value, before[name]), name


def test_the_two_directions_have_nothing_in_common():
    mapper = CUT(TINY)
    one, other = (set(map(id, mapper.sides[d].parameters())) for d in ("a2b", "b2a"))
    assert not one & other


@pytest.mark.parametrize("mirrored", [False, True], ids=["upright", "mirrored"])
@pytest.mark.parametrize("identity", [True, False], ids=["identity", "no-identity"])
def test_losses_and_gradients_are_those_of_single_calls(monkeypatch, mirrored, identity):
    config = replace(TINY, identity_nce=identity, flip_equivariance=True, steps=1)
    monkeypatch.setattr(torch, "rand", lambda *size: torch.tensor(0.0 if mirrored else 1.0))
    monkeypatch.setattr("mappers.cut.descend", lambda optimizer, loss: loss.backward())
    torch.manual_seed(0)
    ours = CUT(config).double()
    theirs = copy.deepcopy(ours)
    crops = torch.empty(2, 2, 4, 32, 32, dtype=torch.float64).uniform_()
    signed = 2 * crops - 1
    stage = ours.stages()[0]

    torch.manual_seed(1)
    losses = ours.training_step(MapperBatch(*crops), stage, ours.configure(stage, 1))
    torch.manual_seed(1)
    for direction, source, target in (("a2b", *signed), ("b2a", *signed.flip(0))):
        side = theirs.sides[direction]
        assert isinstance(side, OneSided)
        wanted = plain.losses(side, source, target, mirrored)
        torch.stack(list(wanted.values())).sum().backward()
        for name, loss in wanted.items():
            torch.testing.assert_close(losses[f"{name}_{direction}"], loss.detach())
    for (name, ours_), (_, theirs_) in zip(
        ours.named_parameters(), theirs.named_parameters(), strict=True
    ):
        torch.testing.assert_close(ours_.grad, theirs_.grad, msg=name)


@pytest.mark.slow
def test_it_learns_a_colour_change_without_pairs():
    torch.manual_seed(0)
    learned = learn(CUT(TINY))
    nce = [learned.mean_of(lambda n: "nce" in n, s) for s in (slice(20), slice(-20, None))]
    assert nce[1] < 0.5 * nce[0]
    assert learned.gain > 0.7  # measured 1.7 dB


@pytest.mark.parametrize("config", [TINY, FAST])
def test_two_runs_are_bit_equal(config):
    first, second = (weights_after(lambda: CUT(replace(config, steps=3))) for _ in range(2))
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_the_rate_falls_in_the_second_half():
    mapper = CUT(replace(TINY, steps=4))
    optimisation = mapper.configure(mapper.stages()[0], 4)
    rates = []
    for _ in range(4):
        rates.append(
            optimisation.optimizers["generator_a2b"].param_groups[0]["lr"] / TINY.lr_generator
        )
        optimisation.optimizers["generator_a2b"].step()
        optimisation.schedulers[0].step()
    assert rates == [1, 1, 1, 0.5]
    assert len(train(mapper)) == 4
