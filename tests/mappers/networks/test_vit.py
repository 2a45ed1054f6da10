import torch

from mappers.networks.vit import PixelwiseViT, SelfAttention
from tests.golden import fill


@torch.no_grad()
def test_attention_follows_its_equation():
    layer = fill(SelfAttention(8, 2))
    x = torch.rand(1, 5, 8)
    q, k, v = layer.qkv(x)[0].split(8, dim=1)
    heads = []
    for part in (slice(0, 4), slice(4, 8)):
        weights = torch.softmax(q[:, part] @ k[:, part].T / 2, dim=1)
        heads.append(weights @ v[:, part])
    torch.testing.assert_close(layer(x)[0], layer.out(torch.cat(heads, dim=1)))


@torch.no_grad()
def test_blocks_begin_as_the_identity():
    vit = PixelwiseViT(8, blocks=3, heads=2, hidden=16, grid=4)
    tokens = torch.rand(2, 16, 8)
    assert torch.equal(vit.blocks(tokens), tokens)


@torch.no_grad()
def test_every_block_has_weights_of_its_own():
    # Equal filling makes a block shared by all look right in the golden values.
    vit = fill(PixelwiseViT(16, blocks=3, heads=2, hidden=32, grid=4))
    x = torch.rand(1, 16, 4, 4)
    outputs = []
    for block in vit.blocks:
        weight = block.get_parameter("mlp.0.weight")
        weight[0] += 1
        outputs.append(vit(x))
        weight[0] -= 1
    for k in range(3):
        assert (outputs[k] - outputs[k - 1]).abs().max() > 1e-5


@torch.no_grad()
def test_position_code_distinguishes_rows_and_columns():
    vit = fill(PixelwiseViT(16, blocks=1, heads=2, hidden=32, grid=4))
    x = torch.ones(1, 16, 4, 4)
    y = vit(x)
    assert (y - y.transpose(2, 3)).abs().max() > 1e-3
