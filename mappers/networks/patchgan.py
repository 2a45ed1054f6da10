"""The 70 x 70 PatchGAN discriminator (Isola et al. 2017; Zhu et al., CycleGAN, 2017)."""

import torch
from torch import Tensor, nn

from mappers.networks import initialise
from mappers.networks.blur import BlurDown


class PatchGAN(nn.Module):
    """Judges overlapping patches: five 4x4 convolutions, instance norm without affine terms.

    2,765,761 parameters for 4 channels and width 64.

    Args:
        channels: of the image.
        width: channels after the first convolution; doubled three times.
        scalar: averages the map to one number per image (the released CSTPP code).
        blur: convolutions of stride 1 followed by a blur-pool in place of stride 2 (CUT).
        zero_bias: biases start at 0; if False as torch draws them (the released CSTPP code).
    """

    def __init__(
        self,
        channels: int = 4,
        width: int = 64,
        scalar: bool = False,
        blur: bool = False,
        zero_bias: bool = True,
    ) -> None:
        super().__init__()
        self.scalar = scalar
        self.layers = nn.Sequential(
            *_halve(channels, width, blur, norm=False),
            *_halve(width, 2 * width, blur),
            *_halve(2 * width, 4 * width, blur),
            nn.Conv2d(4 * width, 8 * width, 4, stride=1, padding=1),
            nn.InstanceNorm2d(8 * width),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(8 * width, 1, 4, stride=1, padding=1),
        )
        self.apply(initialise.normal(0.02, zero_bias))

    def forward(self, image: Tensor) -> Tensor:
        """The higher, the more real.

        Args:
            image: (N, C, H, W), H and W at least 32.

        Returns:
            (N, 1, H/8 - 2, W/8 - 2), or (N, 1, 1, 1) if `scalar`; not bounded.
        """
        # Channels last: a convolution of few channels takes half the time.
        verdict = self.layers(image.contiguous(memory_format=torch.channels_last))
        return verdict.mean(dim=(2, 3), keepdim=True) if self.scalar else verdict


def _halve(inputs: int, outputs: int, blur: bool, norm: bool = True) -> list[nn.Module]:
    """4x4 convolution, norm, LeakyReLU; half the size out."""
    return [
        nn.Conv2d(inputs, outputs, 4, stride=1 if blur else 2, padding=1),
        *([nn.InstanceNorm2d(outputs)] if norm else []),
        nn.LeakyReLU(0.2, inplace=True),
        *([BlurDown()] if blur else []),
    ]
