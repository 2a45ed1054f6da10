"""The generator of Swin-UNIT: Swin blocks at low resolution, refinement at high resolution.

Li, Li, Tang, Zhu, Yang, Liu, "Swin-UNIT: Transformer-based GAN for High-resolution Unpaired Image
Translation", ACM MM 2023.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mappers.networks.pyramid import laplacian
from mappers.networks.swin import SwinBlock

WINDOW = 8
POSITION_GRID = 18
RECURRENCES = 2


class TwoScales(NamedTuple):
    """A picture at two sizes, both in [-1, 1].

    Attributes:
        full: (N, C, H, W).
        low: (N, C, H / 2, W / 2).
    """

    full: Tensor
    low: Tensor


class AverageGrid(nn.Module):
    """Adaptive average pooling to a square grid: (N, C, H, W) to (N, C, cells, cells)."""

    def __init__(self, cells: int) -> None:
        super().__init__()
        self.cells = cells

    def forward(self, x: Tensor) -> Tensor:
        """Pools; in a graph that is exported by matrix products, which need no fixed size."""
        if not torch.compiler.is_exporting():
            return F.adaptive_avg_pool2d(x, self.cells)
        rows, columns = (self._shares(side, x) for side in x.shape[2:])
        return rows @ x @ columns.T

    def _shares(self, side: int, like: Tensor) -> Tensor:
        """(cells, side): the weight of each pixel in the mean of each cell."""
        cell, pixel = torch.arange(self.cells)[:, None], torch.arange(side)
        start = cell * side // self.cells
        end = ((cell + 1) * side + self.cells - 1) // self.cells
        return ((pixel >= start) & (pixel < end)).to(like) / (end - start)


class LowBranch(nn.Module):
    """Translates the low band: two steps down, Swin blocks, two steps up with skips.

    3,245,787 parameters for 3 channels.

    Args:
        channels: of the picture.
        width: channels of the first convolution; the Swin blocks have four times as many.
        blocks: Swin blocks, every second one shifted.
    """

    def __init__(self, channels: int, width: int, blocks: int) -> None:
        super().__init__()
        dim, between = 4 * width, 2 * width
        self.encoders = nn.ModuleList(
            [
                _activated(nn.ReflectionPad2d(3), nn.Conv2d(channels, width, 7)),
                _activated(nn.Conv2d(width, between, 3, stride=2, padding=1)),
                _activated(nn.Conv2d(between, dim, 3, stride=2, padding=1)),
            ]
        )
        self.position = nn.Sequential(AverageGrid(POSITION_GRID), nn.Conv2d(dim, dim, 1))
        drops = [0.1 * k / max(blocks - 1, 1) for k in range(blocks)]
        self.blocks = nn.Sequential(
            *(
                SwinBlock(dim, dim // 16, WINDOW, k % 2 * WINDOW // 2, drop_path=drops[k])
                for k in range(blocks)
            )
        )
        self.norm = nn.LayerNorm(dim)
        self.joins = nn.ModuleList(
            _activated(nn.Conv2d(2 * inside, inside, 1)) for inside in (dim, between, width)
        )
        self.ups = nn.ModuleList(
            _activated(_double(), nn.Conv2d(inside, inside // 2, 3, padding=1))
            for inside in (dim, between)
        )
        self.head = nn.Sequential(nn.ReflectionPad2d(3), nn.Conv2d(width, channels, 7), nn.Tanh())

    def features(self, low: Tensor) -> Tensor:
        """(N, channels, H, W), H and W multiples of 32, to (N, width, H, W)."""
        x, skips = low, []
        for encoder in self.encoders:
            x = encoder(x)
            skips.append(x)
        # Content-aware position code: the mean features of the place.
        x = x + F.interpolate(self.position(x), size=x.shape[2:], mode="bilinear")
        x = self.norm(self.blocks(x.permute(0, 2, 3, 1)))  # (N, H / 4, W / 4, dim)
        x = x.permute(0, 3, 1, 2)
        for join, up in zip(self.joins, [*self.ups, nn.Identity()], strict=True):
            x = up(join(torch.cat([x, skips.pop()], dim=1)))
        return x


class Refinement(nn.Module):
    """Brings the high band in, by attention of high to low features. 108,318 parameters for 3.

    As in the released code, every block of every recurrence begins with the same high features, so
    that only the last block has an effect; the first has weights, and so has a side head whose
    output the code never uses.
    """

    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        self.inlet = _activated(nn.Conv2d(channels, width, 3, stride=2, padding=1))
        self.blocks = nn.ModuleList(
            SwinBlock(width, 4, WINDOW, shift, cross=True) for shift in (0, WINDOW // 2)
        )
        self.norm = nn.LayerNorm(width)
        self.join = nn.Sequential(nn.Conv2d(2 * width, width, 1), _double())
        self.residual = nn.Sequential(
            *_activated(nn.Conv2d(width, width, 3, padding=1)),
            nn.Conv2d(width, width, 3, padding=1),
            nn.InstanceNorm2d(width),
        )
        self.head = nn.Sequential(nn.Conv2d(width, channels, 3, padding=1), nn.Tanh())
        self.side_head = nn.Conv2d(width, channels, 3, padding=1)

    def forward(self, high: Tensor, low: Tensor) -> Tensor:
        """The translated picture.

        Args:
            high: (N, channels, H, W), high band of the input, H and W multiples of 16.
            low: (N, width, H / 2, W / 2), features of the low branch.

        Returns:
            (N, channels, H, W) in [-1, 1].
        """
        high = self.inlet(high)  # (N, width, H / 2, W / 2)
        queries = high.permute(0, 2, 3, 1)
        for _ in range(RECURRENCES):
            attended = self.norm(self.blocks[-1](queries, low.permute(0, 2, 3, 1)))
            low = low + attended.permute(0, 3, 1, 2)
        x = self.join(torch.cat([high, low], dim=1))  # (N, width, H, W)
        return self.head(x + self.residual(x))


class SwinUnitGenerator(nn.Module):
    """Both branches around a Laplacian pyramid of one level.

    3,354,105 parameters for 3 channels as released; 3,360,108 for 4.

    Args:
        channels: of the picture.
        width: channels of both branches at half the size; a multiple of 4.
        blocks: Swin blocks of the low branch.
    """

    MULTIPLE = 64  # height and width must be multiples of it

    def __init__(self, channels: int = 4, width: int = 48, blocks: int = 6) -> None:
        super().__init__()
        self.low_branch = LowBranch(channels, width, blocks)
        self.refinement = Refinement(channels, width)

    def forward(self, x: Tensor) -> TwoScales:
        """(N, channels, H, W) in [-1, 1], H and W multiples of 64, to the mapped picture."""
        bands = laplacian(x)
        features = self.low_branch.features(bands.low)
        return TwoScales(self.refinement(bands.high, features), self.low_branch.head(features))


def _activated(*layers: nn.Module) -> nn.Sequential:
    """The layers, the last a convolution; then instance norm and LeakyReLU."""
    last = layers[-1]
    assert isinstance(last, nn.Conv2d)
    return nn.Sequential(*layers, nn.InstanceNorm2d(last.out_channels), nn.LeakyReLU())


def _double() -> nn.Module:
    return nn.Upsample(scale_factor=2, mode="bilinear")
