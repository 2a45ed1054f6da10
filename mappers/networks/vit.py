"""The pixel-wise vision transformer at the bottom of the generators of UVCGAN and Rawformer.

Torbunov et al., "UVCGAN: UNet Vision Transformer Cycle-consistent GAN for Unpaired Image-to-Image
Translation", WACV 2023, Sec. 3.1.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class SelfAttention(nn.Module):
    """Multi-head attention of all tokens to all tokens; one packed projection for q, k and v."""

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.out = nn.Linear(dim, dim)

    def forward(self, tokens: Tensor) -> Tensor:
        """(N, tokens, dim) to the same shape."""
        packed = self.qkv(tokens).unflatten(2, (3, self.heads, -1))
        q, k, v = packed.permute(2, 0, 3, 1, 4)  # each (N, heads, tokens, dim / heads)
        mixed = F.scaled_dot_product_attention(q, k, v)
        return self.out(mixed.transpose(1, 2).flatten(2))  # (N, tokens, dim)


class TransformerBlock(nn.Module):
    """Pre-norm attention and MLP; one ReZero scalar, at first 0, scales what both add."""

    def __init__(self, dim: int, heads: int, hidden: int) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(dim)
        self.attention = SelfAttention(dim, heads)
        self.mlp_norm = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(nn.Linear(dim, hidden), nn.GELU(), nn.Linear(hidden, dim))
        self.rezero = nn.Parameter(torch.zeros(()))

    def forward(self, tokens: Tensor) -> Tensor:
        """(N, tokens, dim) to the same shape."""
        tokens = tokens + self.rezero * self.attention(self.attention_norm(tokens))
        return tokens + self.rezero * self.mlp(self.mlp_norm(tokens))


class PixelwiseViT(nn.Module):
    """A transformer whose tokens are the pixels of a feature map.

    Args:
        dim: channels of the map, and of the tokens.
        blocks: transformer blocks.
        heads: attention heads.
        hidden: width of the MLPs.
        grid: side of the feature map; the position code knows no other.
    """

    coordinates: Tensor

    def __init__(self, dim: int, blocks: int, heads: int, hidden: int, grid: int) -> None:
        super().__init__()
        self.position = nn.Linear(2, dim)
        self.embed = nn.Linear(2 * dim, dim)
        self.blocks = nn.Sequential(*(TransformerBlock(dim, heads, hidden) for _ in range(blocks)))
        self.out = nn.Linear(dim, dim)
        line = torch.linspace(-1, 1, grid)
        rows, columns = torch.meshgrid(line, line, indexing="ij")
        coordinates = torch.stack([rows, columns], dim=2).flatten(0, 1)  # (tokens, 2)
        self.register_buffer("coordinates", coordinates, persistent=False)

    def embedded(self, features: Tensor) -> Tensor:
        """(N, dim, grid, grid) to the tokens before the first block, (N, grid * grid, dim)."""
        pixels = features.flatten(2).transpose(1, 2)  # (N, tokens, dim), row by row
        code = torch.sin(self.position(self.coordinates)).expand_as(pixels)
        return self.embed(torch.cat([code, pixels], dim=2))

    def tokens(self, features: Tensor) -> Tensor:
        """(N, dim, grid, grid) to the tokens after the last block, (N, grid * grid, dim)."""
        return self.blocks(self.embedded(features))

    def forward(self, features: Tensor) -> Tensor:
        """(N, dim, grid, grid) to the same shape."""
        return self.out(self.tokens(features)).transpose(1, 2).reshape(features.shape)


class Styled(NamedTuple):
    """What a transformer with a style token gives.

    Attributes:
        features: (N, dim, grid, grid).
        style: (N, dim), the style token after the last block.
    """

    features: Tensor
    style: Tensor


class StyleViT(PixelwiseViT):
    """A pixel-wise transformer with one more, learned token that becomes a style.

    Torbunov et al., "Rethinking CycleGAN: Improving Quality of GANs for Unpaired Image-to-Image
    Translation", arXiv 2303.16280.
    """

    def __init__(self, dim: int, blocks: int, heads: int, hidden: int, grid: int) -> None:
        super().__init__(dim, blocks, heads, hidden, grid)
        self.style_token = nn.Parameter(torch.randn(1, 1, dim))

    def with_style(self, features: Tensor) -> Styled:
        """(N, dim, grid, grid) to the same shape and the style."""
        extra = self.style_token.expand(features.shape[0], -1, -1)
        tokens = self.blocks(torch.cat([self.embedded(features), extra], dim=1))
        mapped = self.out(tokens[:, :-1]).transpose(1, 2).reshape(features.shape)
        return Styled(mapped, tokens[:, -1])
