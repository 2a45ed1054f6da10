"""The U-Net of UVCGAN's generator, around any bottom that keeps the shape.

Torbunov et al., "UVCGAN: UNet Vision Transformer Cycle-consistent GAN for Unpaired Image-to-Image
Translation", WACV 2023, Sec. 3.1; Ronneberger et al., "U-Net", MICCAI 2015.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn


class Encoded(NamedTuple):
    """What an encoder gives.

    Attributes:
        bottom: (N, widths[-1], H / 2^levels, W / 2^levels).
        skips: per level, (N, widths[k], H / 2^k, W / 2^k), finest first.
    """

    bottom: Tensor
    skips: list[Tensor]


class Encoder(nn.Module):
    """Levels of two convolutions each, and a strided convolution between levels.

    Args:
        channels: of the picture.
        widths: channels of the levels, finest first.
    """

    def __init__(self, channels: int, widths: Sequence[int]) -> None:
        super().__init__()
        inside = (widths[0], *widths[:-1])
        self.inlet = nn.Sequential(nn.Conv2d(channels, widths[0], 3, padding=1), nn.LeakyReLU())
        self.levels = nn.ModuleList(map(_two_convolutions, inside, widths, widths))
        self.downs = nn.ModuleList(nn.Conv2d(width, width, 2, stride=2) for width in widths)

    def forward(self, x: Tensor) -> Encoded:
        """(N, channels, H, W) to features; H and W multiples of 2^levels."""
        x = self.inlet(x)
        skips = []
        for level, down in zip(self.levels, self.downs, strict=True):
            skips.append(level(x))
            x = down(skips[-1])
        return Encoded(x, skips)


class Decoder(nn.Module):
    """Doubles the size, joins the skip and convolves twice, level by level; then a 1x1 head."""

    def __init__(self, channels: int, widths: Sequence[int]) -> None:
        super().__init__()
        joined = (2 * width for width in widths)
        outside = (widths[0], *widths[:-1])
        self.ups = nn.ModuleList(map(_up, widths))
        self.levels = nn.ModuleList(map(_two_convolutions, joined, widths, outside))
        self.head = nn.Conv2d(widths[0], channels, 1)

    def forward(self, encoded: Encoded) -> Tensor:
        """Features of the encoder to (N, channels, H, W), unbounded."""
        x = encoded.bottom
        for k in reversed(range(len(self.levels))):
            x = self.levels[k](torch.cat([self.ups[k](x), encoded.skips[k]], dim=1))
        return self.head(x)


def _two_convolutions(inside: int, between: int, outside: int) -> nn.Module:
    return nn.Sequential(
        nn.InstanceNorm2d(inside),
        nn.Conv2d(inside, between, 3, padding=1),
        nn.LeakyReLU(),
        nn.InstanceNorm2d(between),
        nn.Conv2d(between, outside, 3, padding=1),
        nn.LeakyReLU(),
    )


def _up(width: int) -> nn.Module:
    return nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(width, width, 3, padding=1))
