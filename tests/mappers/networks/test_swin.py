import pytest
import torch
import torch.nn.functional as F

from mappers.networks import swin
from mappers.networks.swin import DropPath, SwinBlock, WindowAttention
from tests.golden import fill


def window_of(k, shift, side, window):
    """Window of row or column k, and the part of the picture it belongs to when rolled."""
    rolled = (k - shift) % side
    return rolled // window, k < shift  # what was rolled over the border is apart


@pytest.mark.parametrize("cross", [False, True])
@pytest.mark.parametrize("shift", [0, 2])
@torch.no_grad()
def test_attention_follows_its_definition_pixel_by_pixel(shift, cross):
    side, window, dim, heads = 8, 4, 8, 2
    layer = fill(WindowAttention(dim, heads, window, cross))
    x = torch.rand(1, side, side, dim)
    context = torch.rand(1, side, side, dim) if cross else x
    if cross:
        q, k, v = layer.q(x)[0], layer.k(context)[0], layer.v(context)[0]
    else:
        q, k, v = layer.qkv(x)[0].chunk(3, dim=2)
    y = layer(x, context, shift)[0]

    def place(row, column):
        return window_of(row, shift, side, window), window_of(column, shift, side, window)

    for row, column in [(0, 0), (1, 5), (2, 2), (6, 7), (7, 1)]:
        near = [
            (r, c) for r in range(side) for c in range(side) if place(r, c) == place(row, column)
        ]
        heads_out = []
        for h in range(heads):
            part = slice(h * dim // heads, (h + 1) * dim // heads)
            scores = []
            for r, c in near:
                # Neighbours in a rolled window: the distance along the roll is the plain one.
                index = (row - r + window - 1) * (2 * window - 1) + (column - c + window - 1)
                score = q[row, column, part] @ k[r, c, part] / (dim / heads) ** 0.5
                scores.append(score + layer.table[index, h])
            weights = torch.softmax(torch.stack(scores), dim=0)
            heads_out.append(weights @ torch.stack([v[r, c, part] for r, c in near]))
        torch.testing.assert_close(y[row, column], layer.out(torch.cat(heads_out)))


def test_drop_path_keeps_the_mean_and_does_nothing_in_inference():
    torch.manual_seed(0)
    drop, x = DropPath(0.25), torch.ones(4000, 1, 1, 1)
    y = drop(x)
    kept = y.flatten() > 0
    torch.testing.assert_close(y.flatten()[kept], torch.full((int(kept.sum()),), 4 / 3))
    assert y.mean().item() == pytest.approx(1, abs=0.03)
    assert torch.equal(drop.eval()(x), x)


@torch.no_grad()
def test_cross_block_keeps_the_queries_as_residual():
    block = SwinBlock(8, 2, 4, 0, cross=True)
    for parameter in (*block.attention.out.parameters(), *block.mlp[2].parameters()):
        parameter.zero_()
    x, context = torch.rand(1, 8, 8, 8), torch.rand(1, 8, 8, 8)
    assert torch.equal(block(x, context), x)


@pytest.mark.parametrize("shift", [0, 2])
def test_a_few_windows_at_a_time_give_the_same(monkeypatch, shift):
    layer, x = fill(WindowAttention(8, 2, 4, cross=False)), torch.rand(2, 12, 16, 8)
    expected = layer(x, x, shift)  # with gradients, all windows at once
    attended = []
    monkeypatch.setattr(swin, "WINDOWS", 5)
    attend = F.scaled_dot_product_attention

    def watched(q, k, v, attn_mask):
        attended.append(q.shape[1])
        return attend(q, k, v, attn_mask=attn_mask)

    monkeypatch.setattr(F, "scaled_dot_product_attention", watched)
    with torch.inference_mode():
        torch.testing.assert_close(layer(x, x, shift), expected)
    assert attended == [5, 5, 2]
