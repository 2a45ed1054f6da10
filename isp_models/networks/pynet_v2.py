"""The network of PyNET-V2 Mobile: three levels, residual groups, spatial and channel attention.

S is the packed size. Level n works at S / 2^(n-1); its head doubles that. Instance norms and
channel attention take the statistics of the picture at hand: of a crop in training, of all of it
in use.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from isp_models.networks.zurich import WideTanh

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
        super().__init__(
            nn.Conv2d(before, after, side, stride, padding, padding_mode="reflect"),
            *([nn.InstanceNorm2d(after, eps=NORM_EPS, affine=True)] if norm else []),
            nn.PReLU(after, PRELU),
        )


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

    def forward(self, x: Tensor) -> Tensor:
        """(N, channels, H, W), the same out."""
        done = []
        for part, units in zip(x.chunk(len(self.groups), dim=1), self.groups, strict=True):
            for unit in units.children():
                part = unit(part) + part
            done.append(part)
        return self.mix(torch.cat(done, dim=1)) + x


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
        features = self.features(x)
        return features * self.weights(features) + x


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

    def forward(self, below: Tensor, encoded: Tensor) -> Tensor:
        """(N, below, H, W) and (N, channels, 2H, 2W) to (N, channels, 2H, 2W)."""
        size = encoded.shape[2:]
        grown = F.interpolate(below, size, mode="bilinear", align_corners=False)
        return self.up(grown) + self.skip(encoded)


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
        encoded1 = self.encoder1(raw)  # (N, 32, S, S')
        encoded2 = self.encoder2(encoded1)  # (N, 64, S / 2, S' / 2)
        x = self.level3(self.encoder3(encoded2))  # (N, 128, S / 4, S' / 4)
        if level == 3:
            return self.head3(x)
        x = self.level2(self.merge2(x, encoded2))
        if level == 2:
            return self.head2(x)
        return self.head1(self.level1(self.merge1(x, encoded1)))
