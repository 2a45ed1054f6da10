from dataclasses import replace

import pytest
import torch

import mappers
from mappers.chai import Chai, ChaiConfig, GlobalQuadratic
from mappers.networks import polynomial
from tests.golden import fill
from tests.mappers.tiny import learn, weights_after

TINY = ChaiConfig(
    steps=4, batch_size=2, crop_size=32, width=4, discriminator_width=4, lr_generator=1e-3
)


def _count(module) -> int:
    return sum(p.numel() for p in module.parameters())


def test_both_directions_share_all_but_batch_norms():
    mapper = mappers.create("chai")
    assert isinstance(mapper, Chai)
    there, back = mapper.generators.values()
    norms = 2 * (32 + 64 + 128 + 256 + 256)
    assert _count(there) == _count(back) == 1_060_732
    assert _count(mapper.generators) == 1_060_732 + norms
    assert there.get_submodule("head.2") is back.get_submodule("head.2")
    assert there.get_submodule("features.1") is not back.get_submodule("features.1")


def test_it_starts_as_the_identity():
    raw = torch.rand(2, 4, 33, 47)
    mapper = Chai(TINY).eval()
    assert torch.equal(mapper.map(raw, "b2a"), raw)


@torch.no_grad()
def test_one_quadratic_transform_serves_the_whole_picture():
    generator = fill(GlobalQuadratic(width=4))
    raw = torch.rand(1, 4, 40, 50)
    change = (generator(raw) - raw)[0].flatten(1).T  # (H·W, 4)
    values = polynomial.expand(raw, polynomial.QUADRATIC)[0].flatten(1).T  # (H·W, 15)
    solution = torch.linalg.lstsq(values.double(), change.double()).solution
    torch.testing.assert_close(values.double() @ solution, change.double(), atol=1e-5, rtol=1e-5)


@torch.no_grad()
@pytest.mark.parametrize(("discriminator", "side"), [("scalar", 1), ("map", 6)])
def test_the_discriminator_gives_one_verdict_or_a_map(discriminator, side):
    judge = Chai(replace(TINY, discriminator=discriminator)).discriminators["a"]
    assert judge(torch.rand(2, 4, 64, 64)).shape == (2, 1, side, side)


@torch.no_grad()
def test_the_two_directions_differ_by_their_batch_norms():
    mapper = Chai(TINY)
    fill(mapper)
    mapper.get_parameter("generators.a2b.features.1.bias").add_(1)
    raw = torch.rand(1, 4, 64, 64)
    assert not torch.equal(mapper.map(raw, "a2b"), mapper.map(raw, "b2a"))


def test_two_runs_are_bit_equal():
    first, second = (weights_after(lambda: Chai(TINY)) for _ in range(2))
    assert all(torch.equal(first[name], second[name]) for name in first)


@pytest.mark.slow
def test_it_learns_a_colour_change_without_pairs():
    torch.manual_seed(0)
    config = replace(
        TINY,
        steps=250,
        batch_size=4,
        width=8,
        discriminator_width=16,
        lr_generator=2e-3,
        lr_discriminator=1e-4,
        decay_from=0.5,
    )
    learned = learn(Chai(config))
    assert learned.gain > 2  # measured 6.3 dB
