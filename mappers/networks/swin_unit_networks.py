"""Generator and discriminator of Swin-UNIT.

Li, Li, Tang, Zhu, Yang, Liu, "Swin-UNIT: Transformer-based GAN for High-resolution Unpaired Image
Translation", ACM MM 2023, Sec. 3.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mappers.networks.pyramid import laplacian
from mappers.networks.swin import SwinBlock

WINDOW = 8


class LowFeatures(NamedTuple):
    """What the low branch gives: features (N, width, H, W) and output (N, channels, H, W)."""

    features: Tensor
    output: Tensor


class LowBranch(nn.Module):
    def __init__(self, channels: int, width: int, blocks: int, opts) -> None:
        super().__init__()
        dim = 4 * width
        self.encoders = nn.ModuleList(
            [
                nn.Sequential(nn.ReflectionPad2d(3), nn.Conv2d(channels, width, 7), *_norm(width)),
                nn.Sequential(nn.Conv2d(width, 2 * width, 3, 2, 1), *_norm(2 * width)),
                nn.Sequential(nn.Conv2d(2 * width, dim, 3, 2, 1), *_norm(dim)),
            ]
        )
        self.position = nn.Sequential(nn.AdaptiveAvgPool2d(18), nn.Conv2d(dim, dim, 1))
        rates = torch.linspace(0, 0.1, blocks).tolist()
        self.blocks = nn.Sequential(
            *(
                SwinBlock(dim, dim // 16, WINDOW, WINDOW // 2 * (k % 2), drop_path=rates[k])
                for k in range(blocks)
            )
        )
        self.norm = nn.LayerNorm(dim)
        self.joins = nn.ModuleList(nn.Sequential(nn.Conv2d(2 * w, w, 1), *act(opts[0], w)) for w in (dim, 2 * width, width))
        self.ups = nn.ModuleList(
            nn.Sequential(nn.Upsample(scale_factor=2, mode="bilinear"), nn.Conv2d(w, w // 2, 3, padding=1), *act(opts[1], w//2))
            for w in (dim, 2 * width)
        )
        self.head = nn.Sequential(nn.ReflectionPad2d(3), nn.Conv2d(width, channels, 7), nn.Tanh())

    def forward(self, x: Tensor) -> LowFeatures:
        skips = []
        for encoder in self.encoders:
            x = encoder(x)
            skips.append(x)
        x = x + F.interpolate(self.position(x), size=x.shape[2:], mode="bilinear")
        x = self.norm(self.blocks(x.permute(0, 2, 3, 1))).permute(0, 3, 1, 2)
        for k, join in enumerate(self.joins):
            x = join(torch.cat([x, skips.pop()], dim=1))
            if k < len(self.ups):
                x = self.ups[k](x)
        return LowFeatures(x, self.head(x))


class Refinement(nn.Module):
    def __init__(self, channels: int, width: int, opts) -> None:
        super().__init__()
        self.inlet = nn.Sequential(nn.Conv2d(channels, width, 3, stride=2, padding=1), *act(opts[2], width))
        self.blocks = nn.ModuleList(SwinBlock(width, 4, WINDOW, s, cross=True) for s in (0, 4))
        self.norm = nn.LayerNorm(width)
        self.join = nn.Sequential(nn.Conv2d(2 * width, width, 1), *act(opts[3], width))
        self.residual = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1), nn.InstanceNorm2d(width), nn.LeakyReLU(),
            nn.Conv2d(width, width, 3, padding=1), *([nn.InstanceNorm2d(width)] if opts[4] != 2 else []),
        )
        if opts[4]==3:
            self.residual = nn.Sequential(nn.InstanceNorm2d(width), nn.LeakyReLU(),
            nn.Conv2d(width, width, 3, padding=1), nn.InstanceNorm2d(width), nn.LeakyReLU(),
            nn.Conv2d(width, width, 3, padding=1))
        self.opts = opts
        self.head = nn.Sequential(nn.Conv2d(width, channels, 3, padding=1), nn.Tanh())
        self.side_head = nn.Conv2d(width, channels, 3, padding=1)

    def forward(self, high: Tensor, low: Tensor) -> Tensor:
        high = self.inlet(high)
        hp = high.permute(0, 2, 3, 1)
        for _ in range(2):
            lp = low.permute(0, 2, 3, 1)
            low = low + self.norm(self.blocks[1](hp, lp)).permute(0, 3, 1, 2)
        x = self.join(torch.cat([high, low], dim=1))
        x = F.interpolate(x, scale_factor=2, mode="bilinear")
        x = x + self.residual(x)
        if self.opts[4] == 1:
            x = F.leaky_relu(x)
        return self.head(x)


def act(o, w):
    return [[], [nn.LeakyReLU()], [nn.InstanceNorm2d(w), nn.LeakyReLU()], [nn.InstanceNorm2d(w)]][o]


def _norm(width: int) -> list[nn.Module]:
    return [nn.InstanceNorm2d(width), nn.LeakyReLU()]


class SwinUnitGenerator(nn.Module):
    def __init__(self, channels: int = 4, width: int = 48, blocks: int = 6, opts=(0,0,0,0,0)) -> None:
        super().__init__()
        self.low = LowBranch(channels, width, blocks, opts)
        self.refinement = Refinement(channels, width, opts)

    def forward(self, x: Tensor):
        bands = laplacian(x)
        low = self.low(bands.low)
        return self.refinement(bands.high, low.features), low.output
