"""Rawformer's generator: a U-shape of attention with condensed queries and a styled decoder.

Perevozchikov, Mehta, Afifi, Timofte, "Rawformer: Unpaired Raw-to-Raw Translation for Learnable
Camera ISPs", ECCV 2024; sizes and details are those of the released code.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mappers.networks.vit import StyleViT

TOKEN = 4  # pixels on a side of an attention token


class CondensedAttention(nn.Module):
    """All tokens look at few, which looked at all: attention through a condensed query.

    A token is 4x4 pixels of all channels. A quarter as many query tokens, from the averaged query,
    gather the values; the full query then reads what they gathered. In the decoder a style scales
    the query, and the output is demodulated as in StyleGAN2.
    """

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.qkv = nn.Conv2d(dim, 3 * dim, 1)
        self.condense = nn.Conv2d(dim, dim, 1)
        self.out = nn.Conv2d(dim, dim, 1)

    def forward(self, x: Tensor, scales: Tensor | None = None) -> Tensor:
        """(N, dim, H, W) to the same shape; H and W multiples of 8; scales (N, dim)."""
        q, k, v = self.qkv(x).chunk(3, dim=1)
        if scales is not None:
            q = q * scales[:, :, None, None]
        few = F.normalize(_tokens(self.condense(F.avg_pool2d(q, 2))), dim=2)
        q, k = (F.normalize(_tokens(part), dim=2) for part in (q, k))  # (N, tokens, 16 · dim)
        temperature = x.shape[1] ** -0.5
        gathered = F.scaled_dot_product_attention(few, k, _tokens(v), scale=temperature)
        mixed = F.scaled_dot_product_attention(q, few, gathered, scale=temperature)
        grid = (x.shape[2] // TOKEN, x.shape[3] // TOKEN)
        y = self.out(F.pixel_shuffle(mixed.transpose(1, 2).unflatten(2, grid), TOKEN))
        if scales is None:
            return y
        energy = scales.square() @ self.out.weight.square().sum(dim=(2, 3)).T  # (N, dim)
        return y * torch.rsqrt(energy + 1e-6)[:, :, None, None]


class FeedForward(nn.Module):
    """Two branches, with depth-wise 3x3 and 5x5 convolutions, that are joined crosswise."""

    def __init__(self, dim: int, hidden: int) -> None:
        super().__init__()
        self.branches = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(dim, hidden, 1),
                nn.Conv2d(hidden, hidden, side, padding=side // 2, groups=hidden),
                nn.ReLU(),
            )
            for side in (3, 5)
        )
        self.joins = nn.ModuleList(nn.Conv2d(2 * hidden, dim, 1) for _ in self.branches)

    def forward(self, x: Tensor) -> Tensor:
        """(N, dim, H, W) to the same shape."""
        small, large = (branch(x) for branch in self.branches)
        of_small, of_large = self.joins
        return of_small(torch.cat([large, small], 1)) + of_large(torch.cat([small, large], 1))


class Block(nn.Module):
    """Attention parallel to a depth-wise convolution, feed-forward, then a convolution; no norms.

    Args:
        inputs: channels of the map that comes in.
        outputs: channels of the map that goes out.
        hidden: channels of the feed-forward branches.
        style: length of the style vector, which scales the query; None for no style.
    """

    def __init__(self, inputs: int, outputs: int, hidden: int, style: int | None = None) -> None:
        super().__init__()
        self.attention = CondensedAttention(inputs)
        self.local = nn.Conv2d(inputs, inputs, 3, padding=1, groups=inputs)
        self.merge = nn.Conv2d(2 * inputs, inputs, 1)
        self.feed_forward = FeedForward(inputs, hidden)
        self.out = nn.Conv2d(inputs, outputs, 3, padding=1)
        if style is not None:
            self.scales = nn.Linear(style, inputs)
            self.rezero = nn.Parameter(torch.zeros(()))

    def forward(self, x: Tensor, style: Tensor | None = None) -> Tensor:
        """(N, inputs, H, W), and the style (N, style) if any, to (N, outputs, H, W)."""
        scales = None if style is None else 1 + self.rezero * self.scales(style)
        local = F.leaky_relu(self.local(x))
        x = x + self.merge(torch.cat([self.attention(x, scales), local], dim=1))
        x = x + self.feed_forward(x)
        return F.leaky_relu(self.out(x))


class RawformerGenerator(nn.Module):
    """U-shape, its bottom a vision transformer that also gives the decoder's style; a sigmoid.

    9,136,052 parameters for four channels in the released size.

    Args:
        channels: of the picture.
        widths: channels of the levels, finest first.
        blocks: transformer blocks at the bottom.
        heads: of their attention.
        image_size: side of the pictures; the position code of the transformer is bound to it.
    """

    def __init__(
        self,
        channels: int = 4,
        widths: Sequence[int] = (24, 48, 96, 192),
        blocks: int = 12,
        heads: int = 6,
        image_size: int = 256,
    ) -> None:
        super().__init__()
        outside = (widths[0], *widths[:-1])
        dim, grid = widths[-1], image_size // 2 ** len(widths)
        self.inlet = nn.Conv2d(channels, widths[0], 3, padding=1)
        self.encoders = nn.ModuleList(map(Block, outside, widths, widths))
        self.downs = nn.ModuleList(nn.Conv2d(width, width, 2, stride=2) for width in widths)
        self.bottom = StyleViT(dim, blocks, heads, 4 * dim, grid)
        self.ups = nn.ModuleList(nn.Conv2d(width, width, 3, padding=1) for width in widths)
        self.decoders = nn.ModuleList(
            Block(2 * width, out, width, dim) for width, out in zip(widths, outside, strict=True)
        )
        self.head = nn.Conv2d(widths[0], channels, 1)

    @staticmethod
    def multiple(levels: int) -> int:
        """What `image_size` must be a multiple of: one condensed token on the coarsest level."""
        return 2**levels * TOKEN

    def forward(self, x: Tensor) -> Tensor:
        """(N, channels, image_size, image_size) in [0, 1] to the same shape, in (0, 1)."""
        x = F.leaky_relu(self.inlet(x))
        skips = []
        for encoder, down in zip(self.encoders, self.downs, strict=True):
            skips.append(encoder(x))
            x = down(skips[-1])
        x, style = self.bottom.with_style(x)
        for k in reversed(range(len(skips))):
            x = self.ups[k](F.interpolate(x, scale_factor=2))
            x = self.decoders[k](torch.cat([x, skips[k]], dim=1), style)
        return torch.sigmoid(self.head(x))


def _tokens(x: Tensor) -> Tensor:
    """(N, C, H, W) to (N, H·W / 16, 16·C), row by row."""
    return F.pixel_unshuffle(x, TOKEN).flatten(2).transpose(1, 2)
