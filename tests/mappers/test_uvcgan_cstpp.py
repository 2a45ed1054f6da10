from dataclasses import asdict, replace

import pytest
import torch

import mappers
from mappers.networks import polynomial
from mappers.uvcgan import UVCGANConfig
from mappers.uvcgan_cstpp import UVCGANCSTPP, UVCGANCSTPPConfig
from tests.golden import fill
from tests.mappers.test_uvcgan import TINY as UVCGAN_TINY
from tests.mappers.tiny import learn, weights_after

TINY = UVCGANCSTPPConfig(**asdict(UVCGAN_TINY))


def test_the_recipe_is_that_of_uvcgan():
    assert asdict(UVCGANCSTPPConfig()) == asdict(UVCGANConfig())
    assert mappers.info("uvcgan-cstpp").supervision == "unpaired"


def test_parameters_are_those_of_uvcgan_without_decoder_plus_the_head():
    mapper = UVCGANCSTPP(UVCGANCSTPPConfig())
    counts = {n: sum(p.numel() for p in m.parameters()) for n, m in mapper.named_children()}
    assert counts["generators"] // 2 == 31_360_720 - counts["decoder"] + 384 * 56 + 56


@torch.no_grad()
def test_the_transform_is_the_quadratic_of_each_pixel_plus_the_input():
    generator = UVCGANCSTPP(TINY).generators["a2b"]
    generator.get_parameter("head.weight").zero_()
    generator.get_parameter("head.bias").copy_(torch.linspace(-1, 1, 56))
    raw = torch.rand(1, 4, 32, 32)
    expected = raw + polynomial.transform(
        raw, torch.linspace(-1, 1, 56).reshape(4, 14), polynomial.PAPER
    )
    torch.testing.assert_close(generator(raw), expected)


@torch.no_grad()
def test_it_begins_near_the_identity():
    mapper = UVCGANCSTPP(TINY).eval()
    raw = torch.rand(1, 4, 32, 32)
    assert (mapper(raw, "a2b") - raw).abs().mean() < 0.05


@pytest.mark.parametrize("size", [(32, 32), (33, 47), (70, 41)])
@torch.no_grad()
def test_any_size(size):
    y = fill(UVCGANCSTPP(TINY)).map(torch.rand(2, 4, *size), "b2a")
    assert y.shape == (2, 4, *size)


def test_pre_training_reaches_encoder_and_vit_of_both_generators():
    weights = weights_after(lambda: UVCGANCSTPP(replace(TINY, steps=1, pretrain_steps=3)))
    torch.manual_seed(0)
    before = UVCGANCSTPP(TINY).state_dict()
    for part in ("encoder.downs.3.weight", "bottom.out.weight"):
        there, back = (weights[f"generators.{d}.{part}"] for d in ("a2b", "b2a"))
        torch.testing.assert_close(there, back, atol=5e-3, rtol=0)  # one step apart
        assert (there - before[f"generators.b2a.{part}"]).abs().max() > 0.02


@pytest.mark.slow
def test_it_learns_a_colour_change_without_pairs():
    torch.manual_seed(0)
    learned = learn(UVCGANCSTPP(TINY))
    restored = [
        learned.mean_of(lambda n: "reconstruction" in n, s) for s in (slice(10), slice(90, 100))
    ]
    assert restored[1] < 0.75 * restored[0]
    assert learned.gain > 1  # measured 2.1 dB


def test_two_runs_are_bit_equal():
    short = replace(TINY, steps=3, pretrain_steps=2)
    first, second = (weights_after(lambda: UVCGANCSTPP(short)) for _ in range(2))
    assert all(torch.equal(first[name], second[name]) for name in first)
