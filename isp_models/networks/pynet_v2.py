"""The network of PyNET-V2 Mobile: three levels, residual groups, spatial and channel attention.

S is the packed size. Level n works at S / 2^(n-1); its head doubles that. Instance norms and
channel attention take the statistics of the picture at hand: of a crop in training, of all of it
in use.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from isp_models.networks.strips import in_strips, steady
from isp_models.networks.zurich import WideTanh

Norm = Callable[[Tensor], Tensor]
PRELU = 0.25
NORM_EPS = 1e-3  # Keras' default, which the reference takes


class ConvUnit(nn.Sequential):
    """Convolution with reflected borders, instance norm if asked for, PReLU."""

    def __init__(
        self,
        before: int,
        after: int,
        side: int,
        stride: int = 1,
        *,
        norm: bool = False,
        valid: bool = False,
    ) -> None:
        padding = 0 if valid else side // 2
        # To reflect 0 pixels, torch copies the input.
        mode: Literal["reflect", "zeros"] = "reflect" if padding else "zeros"
        super().__init__(
            nn.Conv2d(before, after, side, stride, padding, padding_mode=mode),
            *([nn.InstanceNorm2d(after, eps=NORM_EPS, affine=True)] if norm else []),
            nn.PReLU(after, PRELU),
        )

    def residual(self, x: Tensor, norm: Norm | None) -> Tensor:
        """The unit, of as many channels out as in, with `norm` in place of its own, plus `x`."""
        convolution, *_, activation = self
        features = convolution(x)
        return activation(norm(features) if norm else features) + x


class ResidualGroups(nn.Module):
    """RG: channels in `groups` slices, each through `depth` residual convolutions, then mixed.

    Only the even slices have instance norm: the odd ones keep the absolute brightness.
    """

    def __init__(self, channels: int, groups: int, depth: int) -> None:
        super().__init__()
        part = channels // groups
        self.groups = nn.ModuleList(
            nn.ModuleList(ConvUnit(part, part, 3, norm=index % 2 == 0) for _ in range(depth))
            for index in range(groups)
        )
        self.mix = nn.Conv2d(channels, channels, 1)

    def forward(self, x: Tensor, into: Tensor | None = None) -> Tensor:
        """(N, channels, H, W), the same out; for `into` see `in_strips`."""
        return in_strips(self.local(x), x, reach=self.reach, into=into)

    @property
    def reach(self) -> int:
        """Rows that the groups see on both sides."""
        return len(self._units()[0])

    def local(self, x: Tensor) -> Callable[[Tensor], Tensor]:
        """The groups as a function of strips of `x`, with norms of all of it."""
        parts = x.chunk(len(self.groups), dim=1)
        norms = [_steady_norms(*each) for each in zip(self._units(), parts, strict=True)]

        def of_strip(x: Tensor) -> Tensor:
            parts = x.chunk(len(self.groups), dim=1)
            done = [_chain(*each) for each in zip(self._units(), norms, parts, strict=True)]
            return self.mix(torch.cat(done, dim=1)) + x

        return of_strip

    def _units(self) -> list[list[ConvUnit]]:
        return [cast(list[ConvUnit], list(units.children())) for units in self.groups]


def _chain(units: Sequence[ConvUnit], norms: Sequence[Norm | None], x: Tensor) -> Tensor:
    for unit, norm in zip(units, norms, strict=True):
        x = unit.residual(x, norm)
    return x


def _steady_norms(units: Sequence[ConvUnit], x: Tensor) -> list[Norm | None]:
    """The norms of a slice, in order: the statistics of each need those before it."""
    norms: list[Norm | None] = []
    for index, unit in enumerate(units):
        norm = unit[1] if isinstance(unit[1], nn.InstanceNorm2d) else None
        features = partial(_features, unit, units[:index], tuple(norms))
        norms.append(norm and steady(norm, features, x, reach=index + 1))
    return norms


def _features(
    unit: ConvUnit, before: Sequence[ConvUnit], norms: Sequence[Norm | None], x: Tensor
) -> Tensor:
    """What a unit's norm is applied to."""
    features: Tensor = unit[0](_chain(before, norms, x))
    return features


class SpatialAttention(nn.Module):
    """SAM: a weight for each pixel and channel from a depth-wise 5x5 convolution."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.features = ConvUnit(channels, channels, 3)
        self.mask = nn.Conv2d(
            channels, channels, 5, padding=2, padding_mode="reflect", groups=channels
        )

    def forward(self, x: Tensor) -> Tensor:
        """(N, channels, H, W), the same out."""
        return in_strips(self._strip, x, reach=3)

    def _strip(self, x: Tensor) -> Tensor:
        features = self.features(x)
        return features * self.mask(features).sigmoid() + x


class ChannelAttention(nn.Module):
    """CAM: a weight for each channel from every ninth pixel; sides from 7."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.features = ConvUnit(channels, channels, 3)
        self.weights = nn.Sequential(
            ConvUnit(channels, channels, 1, stride=3, valid=True),
            ConvUnit(channels, channels, 3, stride=3, valid=True),
            nn.AdaptiveAvgPool2d(1),  # (N, channels, 1, 1)
            ConvUnit(channels, channels, 1),
            nn.Conv2d(channels, channels, 1),
            nn.Sigmoid(),
        )

    def forward(self, x: Tensor) -> Tensor:
        """(N, channels, H, W), the same out."""
        features = in_strips(self.features, x, reach=1)
        weights = self.weights(features)  # (N, channels, 1, 1)
        return in_strips(lambda features, x: features * weights + x, features, x, into=features)


class Pointwise(nn.Module):
    """R1: a residual 1x1 convolution."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.unit = ConvUnit(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(N, channels, H, W), the same out."""
        return self.unit(x) + x


class Merge(nn.Module):
    """The level below, doubled in size, plus the encoder's features after a convolution."""

    def __init__(self, below: int, channels: int) -> None:
        super().__init__()
        self.up = ConvUnit(below, channels, 3)
        self.skip = ConvUnit(channels, channels, 3)

    def forward(self, below: Tensor, encoded: Tensor, then: nn.Module) -> Tensor:
        """What `then`, pointwise, makes of the sum.

        (N, below, H, W) and (N, channels, 2H, 2W) to (N, channels, 2H, 2W).
        """
        grown = in_strips(self._grown, below, reach=2, scale=2)
        return in_strips(
            lambda encoded, grown: then(self.skip(encoded) + grown),
            encoded,
            grown,
            reach=1,
            into=grown,
        )

    def _grown(self, below: Tensor) -> Tensor:
        twice = F.interpolate(below, scale_factor=2, mode="bilinear", align_corners=False)
        return self.up(twice)


class PyNETV2Network(nn.Module):
    """Levels 3 to 1, evaluated up to the one that is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder1 = ConvUnit(4, 32, 3)
        self.encoder2 = ConvUnit(32, 64, 2, stride=2, valid=True)
        self.encoder3 = ConvUnit(64, 128, 2, stride=2, valid=True)
        self.level3 = nn.Sequential(
            ResidualGroups(128, groups=4, depth=2), SpatialAttention(128), ChannelAttention(128)
        )
        self.merge2 = Merge(128, 64)
        self.level2 = nn.Sequential(
            Pointwise(64), ResidualGroups(64, groups=2, depth=3), ChannelAttention(64)
        )
        self.merge1 = Merge(64, 32)
        self.level1 = nn.Sequential(
            Pointwise(32),
            ResidualGroups(32, groups=4, depth=1),
            ResidualGroups(32, groups=2, depth=1),
        )
        self.head3 = nn.Sequential(nn.Conv2d(128, 12, 1), nn.PixelShuffle(2), WideTanh())
        self.head2 = nn.Sequential(nn.Conv2d(64, 12, 1), nn.PixelShuffle(2), WideTanh())
        self.head1 = nn.Sequential(
            ConvUnit(32, 16, 1),
            nn.PixelShuffle(2),
            nn.Conv2d(4, 3, 3, padding=1, padding_mode="reflect"),
            WideTanh(),
        )

    def forward(self, raw: Tensor, level: int = 1) -> Tensor:
        """Develops to 1 / 2^(level-1) of the sRGB size.

        Args:
            raw: (N, 4, S, S'), planes B, Gr, R, Gb in [0, 1]; sides multiples of 4, at least 28.
            level: 3, 2 or 1.

        Returns:
            (N, 3, 2S / 2^(level-1), 2S' / 2^(level-1)), sRGB in (-0.08, 1.08).
        """
        encoded1 = in_strips(self.encoder1, raw, reach=1)  # (N, 32, S, S')
        encoded2 = in_strips(self.encoder2, encoded1, scale=0.5)  # (N, 64, S / 2, S' / 2)
        encoded3 = in_strips(self.encoder3, encoded2, scale=0.5)  # (N, 128, S / 4, S' / 4)
        x = self.level3(encoded3)
        if level == 3:
            return self.head3(x)
        pointwise, groups, attention = self.level2
        x = groups(self.merge2(x, encoded2, pointwise), into=encoded2)
        x = attention(x)
        if level == 2:
            return self.head2(x)
        pointwise, *early, last = self.level1
        x = self.merge1(x, encoded1, pointwise)
        for groups in early:
            x = groups(x, into=encoded1)
        assert isinstance(last, ResidualGroups)
        local = last.local(x)
        return in_strips(lambda x: self.head1(local(x)), x, reach=last.reach + 1, scale=2)
