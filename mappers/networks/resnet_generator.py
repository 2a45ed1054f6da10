"""The generator of CycleGAN, and its anti-aliased form of CUT.

Zhu, Park, Isola, Efros, "Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial
Networks", ICCV 2017, after Johnson et al. 2016; Park, Efros, Zhang, Zhu, "Contrastive Learning for
Unpaired Image-to-Image Translation", ECCV 2020, after Zhang, "Making Convolutional Networks
Shift-Invariant Again", 2019.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from mappers.networks.blur import BlurDown, BlurUp


class ResidualBlock(nn.Module):
    """x + IN(conv3(ReLU(IN(conv3(x))))), reflect padded; the shape stays (N, width, H, W)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.ReflectionPad2d(1),
            nn.Conv2d(width, width, 3),
            nn.InstanceNorm2d(width),
            nn.ReLU(),
            nn.ReflectionPad2d(1),
            nn.Conv2d(width, width, 3),
            nn.InstanceNorm2d(width),
        )

    def forward(self, x: Tensor) -> Tensor:
        """(N, width, H, W) to the same shape."""
        return x + self.body(x)


class ResnetGenerator(nn.Module):
    """Two steps down, residual blocks, two steps up.

    Args:
        channels: of the picture.
        width: channels after the first layer; the residual blocks have four times as many.
        blocks: residual blocks.
        antialias: CUT's form: stride-1 convolutions, then a fixed blur and every second sample;
            on the way up a fixed interpolation, then a convolution. Otherwise strided and
            transposed convolutions.
    """

    MULTIPLE = 4  # height and width must be multiples of it

    def __init__(
        self, channels: int = 4, width: int = 64, blocks: int = 9, antialias: bool = False
    ) -> None:
        super().__init__()
        down = _blurred_down if antialias else _strided_down
        up = _blurred_up if antialias else _transposed_up
        self.layers = nn.Sequential(
            nn.ReflectionPad2d(3),
            nn.Conv2d(channels, width, 7),
            nn.InstanceNorm2d(width),
            nn.ReLU(),
            *down(width, 2 * width),
            *down(2 * width, 4 * width),
            *(ResidualBlock(4 * width) for _ in range(blocks)),
            *up(4 * width, 2 * width),
            *up(2 * width, width),
            nn.ReflectionPad2d(3),
            nn.Conv2d(width, channels, 7),
            nn.Tanh(),
        )

    def forward(self, x: Tensor) -> Tensor:
        """(N, channels, H, W) in [-1, 1] to the same shape and range; H and W multiples of 4."""
        return self._taps(x, (), len(self.layers))[0]

    def features(self, x: Tensor, positions: Sequence[int]) -> list[Tensor]:
        """What the layers at `positions` (ascending) give; the layers after the last do not run."""
        return self._taps(x, positions, positions[-1] + 1)[1]

    def with_features(self, x: Tensor, positions: Sequence[int]) -> tuple[Tensor, list[Tensor]]:
        """The output, and what the layers at `positions` give on the way."""
        return self._taps(x, positions, len(self.layers))

    def _taps(self, x: Tensor, positions: Sequence[int], end: int) -> tuple[Tensor, list[Tensor]]:
        taps = []
        # Channels last: a convolution of few channels takes half the time.
        x = x.contiguous(memory_format=torch.channels_last)
        for position, layer in enumerate(self.layers[:end]):
            x = layer(x)
            if position in positions:
                taps.append(x)
        return x, taps


def _strided_down(inside: int, outside: int) -> list[nn.Module]:
    convolution = nn.Conv2d(inside, outside, 3, stride=2, padding=1)
    return [convolution, nn.InstanceNorm2d(outside), nn.ReLU()]


def _blurred_down(inside: int, outside: int) -> list[nn.Module]:
    convolution = nn.Conv2d(inside, outside, 3, padding=1)
    return [convolution, nn.InstanceNorm2d(outside), nn.ReLU(), BlurDown()]


def _transposed_up(inside: int, outside: int) -> list[nn.Module]:
    convolution = nn.ConvTranspose2d(inside, outside, 3, stride=2, padding=1, output_padding=1)
    return [convolution, nn.InstanceNorm2d(outside), nn.ReLU()]


def _blurred_up(inside: int, outside: int) -> list[nn.Module]:
    convolution = nn.Conv2d(inside, outside, 3, padding=1)
    return [BlurUp(), convolution, nn.InstanceNorm2d(outside), nn.ReLU()]
