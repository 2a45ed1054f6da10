"""The network of PyNET: blocks, five levels of a pyramid, and the level that doubles the size.

S is the packed size, w the width multiplier. Level n has 32, 64, 128, 256, 512 · w features for
n = 1 … 5 and the size S / 2^(n-1). What the levels do is described in `isp_models/pynet.py`.
Instance norms see the whole picture, so a full sensor is developed whole; its convolutions go strip
by strip.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from isp_models.base import ISPConfig
from isp_models.networks.strips import StripConv2d
from isp_models.networks.zurich import WideTanh

FEATURES = (32, 64, 128, 256, 512)  # of levels 1 to 5


@dataclass(frozen=True)
class PyNETVariant(ISPConfig):
    """What differs between the authors' PyTorch code (the defaults) and their TensorFlow code.

    Attributes:
        width: factor on all channel numbers; 1 is published.
        upsample: bilinear and a convolution, or a transposed convolution without bias.
        head: last function of every level; "tanh" is 0.58 · tanh + 0.5.
        pad: padding of the convolutions.
        l5_residual: identity around the second and third block of level 5.
        l1_in: instance norm at level 1.
        level0_channels: features of level 0, times the width.
        norm_eps: epsilon of the instance norms.
    """

    width: float = 1.0
    upsample: Literal["bilinear", "tconv"] = "bilinear"
    head: Literal["sigmoid", "tanh"] = "sigmoid"
    pad: Literal["reflect", "zero"] = "reflect"
    l5_residual: bool = False
    l1_in: bool = True
    level0_channels: int = 16
    norm_eps: float = 1e-5

    def scaled(self, channels: int) -> int:
        """A published number of channels, times the width."""
        return max(1, round(self.width * channels))


TENSORFLOW = PyNETVariant(
    upsample="tconv",
    head="tanh",
    pad="zero",
    l5_residual=True,
    l1_in=False,
    level0_channels=8,
    norm_eps=1e-3,
)


class MultiConv(nn.Module):
    """MB_k: parallel pairs of convolutions with kernels 3, 5, … k, concatenated.

    Channels: `before` in, `features` out of each pair, `features` · (k - 1) / 2 out of the block.
    """

    def __init__(
        self, variant: PyNETVariant, kernel: int, before: int, features: int, norm: bool = True
    ) -> None:
        super().__init__()
        self.pairs = nn.ModuleList(
            nn.Sequential(
                *_conv_unit(variant, side, before, features, norm),
                *_conv_unit(variant, side, features, features, norm),
            )
            for side in range(3, kernel + 1, 2)
        )

    def forward(self, x: Tensor) -> Tensor:
        """(N, before, H, W) to (N, out, H, W)."""
        return torch.cat([pair(x) for pair in self.pairs], dim=1)


def _conv_unit(
    variant: PyNETVariant, kernel: int, before: int, after: int, norm: bool
) -> list[nn.Module]:
    layers: list[nn.Module] = [_conv(variant, kernel, before, after)]
    if norm:
        layers.append(nn.InstanceNorm2d(after, eps=variant.norm_eps, affine=True))
    return [*layers, nn.LeakyReLU(0.2, inplace=True)]


def _conv(variant: PyNETVariant, kernel: int, before: int, after: int) -> nn.Conv2d:
    return StripConv2d(before, after, kernel, "zeros" if variant.pad == "zero" else "reflect")


class Up(nn.Module):
    """Twice the size and fewer channels."""

    def __init__(self, variant: PyNETVariant, before: int, after: int) -> None:
        super().__init__()
        self.conv: nn.Module
        if variant.upsample == "tconv":
            self.conv = nn.ConvTranspose2d(before, after, 3, stride=2, bias=False)
        else:
            self.conv = _conv(variant, 3, before, after)

    def forward(self, x: Tensor) -> Tensor:
        """(N, before, H, W) to (N, after, 2H, 2W)."""
        height, width = 2 * x.shape[2], 2 * x.shape[3]
        if isinstance(self.conv, nn.ConvTranspose2d):
            grown = self.conv(x)[..., :height, :width]  # TensorFlow's SAME: the odd one goes
        else:
            x = F.interpolate(x, (height, width), mode="bilinear", align_corners=True)
            grown = self.conv(x)
        return F.leaky_relu(grown, 0.2)


class Level5(nn.Module):
    """1/16 of the packed size."""

    def __init__(self, variant: PyNETVariant, widths: Sequence[int]) -> None:
        super().__init__()
        w4, w5 = widths[3:5]
        self.enter = MultiConv(variant, 3, w4, w5)
        self.middle = nn.ModuleList(MultiConv(variant, 3, w5, w5) for _ in range(2))
        self.exit = MultiConv(variant, 3, w5, w5)
        self._residual = variant.l5_residual

    def forward(self, encoded: Tensor) -> Tensor:
        """(N, 256w, S/16, S/16) to (N, 512w, S/16, S/16)."""
        x = self.enter(encoded)
        for block in self.middle:
            x = block(x) + x if self._residual else block(x)
        return self.exit(x)


class Level4(nn.Module):
    """1/8 of the packed size."""

    def __init__(self, variant: PyNETVariant, widths: Sequence[int]) -> None:
        super().__init__()
        w4, w5 = widths[3:5]
        self.up_a, self.up_b = Up(variant, w5, w4), Up(variant, w5, w4)
        self.enter = MultiConv(variant, 3, 2 * w4, w4)
        self.residual = nn.ModuleList(MultiConv(variant, 3, w4, w4) for _ in range(2))
        self.plain = MultiConv(variant, 3, w4, w4)
        self.exit = MultiConv(variant, 3, 2 * w4, w4)

    def forward(self, encoded: Tensor, below: Tensor) -> Tensor:
        """(N, 256w, S/8, S/8) and (N, 512w, S/16, S/16) to (N, 256w, S/8, S/8)."""
        x = self.enter(torch.cat([encoded, self.up_a(below)], dim=1))
        for block in self.residual:
            x = block(x) + x
        return self.exit(torch.cat([self.plain(x), self.up_b(below)], dim=1))


class Level3(nn.Module):
    """1/4 of the packed size."""

    def __init__(self, variant: PyNETVariant, widths: Sequence[int]) -> None:
        super().__init__()
        w3, w4 = widths[2:4]
        self.up_a, self.up_b = Up(variant, w4, w3), Up(variant, w4, w3)
        self.residual = nn.ModuleList(MultiConv(variant, 5, 2 * w3, w3) for _ in range(3))
        self.plain = MultiConv(variant, 5, 2 * w3, w3)
        self.exit = MultiConv(variant, 3, 4 * w3, w3)

    def forward(self, encoded: Tensor, below: Tensor) -> Tensor:
        """(N, 128w, S/4, S/4) and (N, 256w, S/8, S/8) to (N, 128w, S/4, S/4)."""
        x = torch.cat([encoded, self.up_a(below)], dim=1)
        for block in self.residual:
            x = block(x) + x
        return self.exit(torch.cat([self.plain(x), encoded, self.up_b(below)], dim=1))


class Level2(nn.Module):
    """1/2 of the packed size."""

    def __init__(self, variant: PyNETVariant, widths: Sequence[int]) -> None:
        super().__init__()
        w2, w3 = widths[1:3]
        self.up_a, self.up_b = Up(variant, w3, w2), Up(variant, w3, w2)
        self.enter = MultiConv(variant, 5, 2 * w2, w2)
        self.residual = nn.ModuleList(MultiConv(variant, 7, 3 * w2, w2) for _ in range(3))
        self.plain = MultiConv(variant, 7, 3 * w2, w2)
        self.narrow = MultiConv(variant, 5, 4 * w2, w2)
        self.exit = MultiConv(variant, 3, 3 * w2, w2)

    def forward(self, encoded: Tensor, below: Tensor) -> Tensor:
        """(N, 64w, S/2, S/2) and (N, 128w, S/4, S/4) to (N, 64w, S/2, S/2)."""
        x = self.enter(torch.cat([encoded, self.up_a(below)], dim=1))
        x = torch.cat([x, encoded], dim=1)
        for block in self.residual:
            x = block(x) + x
        x = self.narrow(torch.cat([self.plain(x), encoded], dim=1))
        return self.exit(torch.cat([x, self.up_b(below)], dim=1))


class Level1(nn.Module):
    """The packed size."""

    def __init__(self, variant: PyNETVariant, widths: Sequence[int]) -> None:
        super().__init__()
        w1, w2 = widths[0:2]
        norm = variant.l1_in
        self.up_a, self.up_b = Up(variant, w2, w1), Up(variant, w2, w1)
        self.enter = MultiConv(variant, 5, 2 * w1, w1, norm=False)
        self.plain = nn.Sequential(
            MultiConv(variant, 7, 3 * w1, w1, norm), MultiConv(variant, 9, 3 * w1, w1, norm)
        )
        self.residual = nn.ModuleList(MultiConv(variant, 9, 4 * w1, w1, norm) for _ in range(3))
        self.narrow_7 = MultiConv(variant, 7, 4 * w1, w1, norm)
        self.narrow_5 = MultiConv(variant, 5, 4 * w1, w1, norm)
        self.exit = MultiConv(variant, 3, 4 * w1, w1, norm=False)

    def forward(self, encoded: Tensor, below: Tensor) -> Tensor:
        """(N, 32w, S, S) and (N, 64w, S/2, S/2) to (N, 32w, S, S)."""
        x = self.enter(torch.cat([encoded, self.up_a(below)], dim=1))
        x = self.plain(torch.cat([x, encoded], dim=1))
        for block in self.residual:
            x = block(x) + x
        x = self.narrow_5(torch.cat([self.narrow_7(x), encoded], dim=1))
        return self.exit(torch.cat([x, self.up_b(below), encoded], dim=1))


class Head(nn.Sequential):
    """Features to sRGB."""

    def __init__(self, variant: PyNETVariant, before: int) -> None:
        last = WideTanh() if variant.head == "tanh" else nn.Sigmoid()
        super().__init__(_conv(variant, 3, before, 3), last)


class PyNETNetwork(nn.Module):
    """The pyramid, evaluated up to the level that is asked for."""

    def __init__(self, variant: PyNETVariant | None = None) -> None:
        super().__init__()
        variant = variant or PyNETVariant()
        widths = [variant.scaled(features) for features in FEATURES]
        self.encoder = nn.ModuleList(
            MultiConv(variant, 3, before, after, norm=level > 1)
            for level, (before, after) in enumerate(pairwise([4, *widths[:4]]), start=1)
        )
        self.level5 = Level5(variant, widths)
        self.level4 = Level4(variant, widths)
        self.level3 = Level3(variant, widths)
        self.level2 = Level2(variant, widths)
        self.level1 = Level1(variant, widths)
        last = variant.scaled(variant.level0_channels)
        self.level0 = Up(variant, widths[0], last)
        self.heads = nn.ModuleList(Head(variant, before) for before in [last, *widths])

    def forward(self, raw: Tensor, level: int = 0) -> Tensor:
        """Develops to 1 / 2^level of the sRGB size; only what that level needs is computed.

        Args:
            raw: (N, 4, S, S'), planes B, Gr, R, Gb in [0, 1]; sides multiples of 16, at least 32.
            level: 5 (coarsest) to 0.

        Returns:
            (N, 3, 2S / 2^level, 2S' / 2^level), sRGB in (0, 1).
        """
        encoded = [self.encoder[0](raw)]  # (N, 32w · 2^k, S / 2^k, S' / 2^k)
        for block in self.encoder[1:]:
            encoded.append(block(F.max_pool2d(encoded[-1], 2)))
        x = self.level5(F.max_pool2d(encoded[-1], 2))
        finer = ((4, self.level4), (3, self.level3), (2, self.level2), (1, self.level1))
        for number, block in finer:
            if number >= level:
                x = block(encoded[number - 1], x)
        if level == 0:
            x = self.level0(x)
        return self.heads[level](x)
