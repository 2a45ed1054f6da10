"""The discriminator of Swin-UNIT: one PatchGAN for the picture, one for its half size.

Li et al., "Swin-UNIT", ACM MM 2023.
"""

from torch import Tensor, nn

from mappers.networks.swin_unit_generator import TwoScales


class TwoScalePatchGAN(nn.Module):
    """Two branches that share nothing. 5,401,410 parameters for 3 channels, 5,404,482 for 4.

    Args:
        channels: of the picture.
        width: channels after the first convolution of the high branch.
    """

    def __init__(self, channels: int = 4, width: int = 64) -> None:
        super().__init__()
        self.high = nn.Sequential(
            nn.Conv2d(channels, width, 4, stride=2, padding=1),
            nn.LeakyReLU(0.2),
            *_halve(width, 2 * width),
            *_halve(2 * width, 4 * width),
            *_halve(4 * width, 8 * width),
            *_verdict(8 * width),
        )
        self.low = nn.Sequential(
            *_halve(channels, 2 * width),
            *_halve(2 * width, 4 * width),
            *_halve(4 * width, 8 * width),
            *_verdict(8 * width),
        )

    def forward(self, image: TwoScales) -> tuple[Tensor, Tensor]:
        """A picture at both scales to the maps of both branches, each (N, 1, H / 16, W / 16)."""
        return self.high(image.full), self.low(image.low)


def _halve(inside: int, outside: int) -> list[nn.Module]:
    convolution = nn.Conv2d(inside, outside, 4, stride=2, padding=1)
    return [convolution, nn.InstanceNorm2d(outside), nn.LeakyReLU(0.2)]


def _verdict(inside: int) -> list[nn.Module]:
    return [nn.ZeroPad2d((2, 1, 2, 1)), nn.Conv2d(inside, 1, 4)]
