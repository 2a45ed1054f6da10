from typing import Any

import pytest
import torch
import torch.nn.functional as F

from mappers.networks.rawformer_generator import Block, CondensedAttention, RawformerGenerator
from tests.golden import assert_golden, fill, golden_input

SMALL: dict[str, Any] = {"widths": (4, 4, 8), "blocks": 1, "heads": 2, "image_size": 32}


@pytest.mark.parametrize(("channels", "expected"), [(4, 9_136_052), (3, 9_135_811)])
def test_parameter_counts_of_the_released_code(channels, expected):
    assert sum(p.numel() for p in RawformerGenerator(channels).parameters()) == expected


@torch.no_grad()
def test_golden_values():
    # The released generator (version 0.1.0, four channels), filled alike, gave the same output as
    # this one to 9e-7 at this size.
    network = fill(RawformerGenerator(4, image_size=128))
    assert_golden(
        network(golden_input(1, 4, 128, 128)),
        0.492980,
        0.063158,
        (0.46383, 0.53865, 0.48448, 0.45893),
        (0.57009, 0.56063, 0.52030, 0.50171),
        value_atol=2e-5,
    )


@torch.no_grad()
def test_shape_and_range():
    y = RawformerGenerator(**SMALL)(torch.rand(2, 4, 32, 32))
    assert y.shape == (2, 4, 32, 32)
    assert y.min() > 0 and y.max() < 1


@torch.no_grad()
def test_attention_is_softmax_over_tokens_of_4x4_pixels():
    # The same thing written out with explicit tokens and matrices.
    attention = CondensedAttention(2)
    x = torch.rand(1, 2, 8, 16)

    def tokens(image):  # (1, 2, 4·h, 4·w) to (h·w, 32), channels first
        squares = image[0].unfold(1, 4, 4).unfold(2, 4, 4)  # (2, h, w, 4, 4)
        return squares.permute(1, 2, 0, 3, 4).flatten(2).flatten(0, 1)

    q, k, v = attention.qkv(x).chunk(3, dim=1)
    few = F.normalize(tokens(attention.condense(F.avg_pool2d(q, 2))), dim=1)
    q, k, v = F.normalize(tokens(q), dim=1), F.normalize(tokens(k), dim=1), tokens(v)
    gathered = (few @ k.T / 2**0.5).softmax(1) @ v
    mixed = (q @ few.T / 2**0.5).softmax(1) @ gathered  # (8, 32)
    image = mixed.reshape(2, 4, 2, 4, 4).permute(2, 0, 3, 1, 4).reshape(1, 2, 8, 16)
    torch.testing.assert_close(attention(x), attention.out(image))


@torch.no_grad()
def test_demodulation_undoes_the_size_of_the_style():
    # A style that scales all channels alike leaves the normalised query as it is, and the output
    # is divided by the norm of the scaled output weights.
    attention, x = CondensedAttention(4), torch.rand(1, 4, 8, 8)
    norm = attention.out.weight.flatten(1).norm(dim=1)[:, None, None]
    attention.get_parameter("condense.bias").zero_()
    once, twice = (attention(x, torch.full((1, 4), s)) for s in (1.0, 2.0))
    torch.testing.assert_close(once, 2 * twice, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(once * norm, attention(x), rtol=1e-3, atol=1e-4)


@torch.no_grad()
def test_style_has_no_effect_before_training_and_one_after():
    block, x = Block(4, 4, 8, style=6), torch.rand(2, 4, 8, 8)
    first, second = torch.rand(2, 6), torch.rand(2, 6)
    assert torch.equal(block(x, first), block(x, second))
    block.rezero.fill_(0.5)
    assert not torch.allclose(block(x, first), block(x, second))


def test_every_parameter_has_an_effect():
    torch.manual_seed(0)
    network = RawformerGenerator(**SMALL)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if "rezero" in name:
                parameter.fill_(0.5)
    network(torch.rand(1, 4, 32, 32)).square().mean().backward()
    without = [n for n, p in network.named_parameters() if p.grad is None or not p.grad.any()]
    assert without == []
