from dataclasses import replace

import pytest
import torch

import mappers
from benchmark.errors import BenchError
from mappers.afifi import Afifi, AfifiConfig
from tests.mappers.tiny import batch, learn, weights_after

TINY = AfifiConfig(steps=300, batch_size=2, crop_size=32, widths=(8, 16, 32), lr=3e-3)


def parameters(*networks):
    return sum(p.numel() for network in networks for p in network.parameters())


def test_default_sizes_and_supervision():
    mapper = Afifi()
    assert parameters(mapper.encoders["a"], mapper.decoders["a"]) == 1_947_268
    assert parameters(mapper) == 2 * 1_947_268
    assert mappers.info("afifi").supervision == "anchors"
    assert "reconstruction" in mappers.info("afifi").deviations


def test_a_mapping_is_one_encoder_with_the_other_decoder():
    mapper = Afifi(TINY)
    raw = torch.rand(1, 4, 32, 32)
    expected = mapper.decoders["a"](mapper.encoders["b"](raw))
    torch.testing.assert_close(mapper.map(raw, "b2a"), expected)


def test_losses_are_those_of_the_description():
    mapper = Afifi(replace(TINY, cross_weight=2, latent_weight=3))
    crops = batch(2, 32, torch.Generator().manual_seed(0), anchors=True)
    assert crops.anchor_a is not None and crops.anchor_b is not None
    losses = mapper.losses(crops)
    assert set(losses) == {
        "reconstruction_a",
        "reconstruction_b",
        "anchor_reconstruction_a",
        "anchor_reconstruction_b",
        "cross_a2b",
        "cross_b2a",
        "latent",
    }
    mapped = mapper.map(crops.anchor_a, "a2b")
    torch.testing.assert_close(losses["cross_a2b"], 2 * (mapped - crops.anchor_b).abs().mean())
    pairs = zip(
        mapper.encoders["a"](crops.anchor_a), mapper.encoders["b"](crops.anchor_b), strict=True
    )
    distance = torch.stack([(a - b).abs().mean() for a, b in pairs]).mean()
    torch.testing.assert_close(losses["latent"], 3 * distance)


def test_without_anchors_it_says_so():
    mapper = Afifi(TINY)
    crops = batch(2, 32, torch.Generator().manual_seed(0))
    with pytest.raises(BenchError, match="anchor"):
        mapper.losses(crops)


@pytest.mark.parametrize("size", [(32, 32), (33, 47), (70, 41)])
@torch.no_grad()
def test_any_size(size):
    assert Afifi(TINY).map(torch.rand(2, 4, *size), "a2b").shape == (2, 4, *size)


def test_the_rate_is_constant_unless_a_decay_is_asked_for():
    for decay_from, count in ((1.0, 0), (0.5, 1)):
        mapper = Afifi(replace(TINY, decay_from=decay_from, ema=0.9))
        optimisation = mapper.configure(mapper.stages()[0], 10)
        assert (len(optimisation.schedulers), optimisation.ema) == (count, 0.9)


@pytest.mark.slow
def test_it_learns_a_colour_change_from_anchors():
    torch.manual_seed(0)
    learned = learn(Afifi(TINY), anchors=True)
    total = [learned.mean_of(lambda n: True, s) for s in (slice(10), slice(-10, None))]
    assert total[1] < 0.3 * total[0]
    assert learned.gain > 5  # measured 8.7 dB


def test_two_runs_are_bit_equal():
    runs = [weights_after(lambda: Afifi(replace(TINY, steps=5)), anchors=True) for _ in range(2)]
    assert all(torch.equal(runs[0][name], runs[1][name]) for name in runs[0])
