"""UVCGAN's generator: a U-Net with a vision transformer at the bottom.

Torbunov et al., "UVCGAN: UNet Vision Transformer Cycle-consistent GAN for Unpaired Image-to-Image
Translation", WACV 2023, Sec. 3.1.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from mappers.networks.unet import Decoder, Encoder
from mappers.networks.vit import PixelwiseViT


class UNetViT(nn.Module):
    """U-Net, its bottom a pixel-wise vision transformer; a sigmoid at the end.

    Args:
        channels: of the picture.
        widths: channels of the levels, finest first.
        blocks: transformer blocks.
        heads: attention heads.
        image_size: side of the pictures; the position code of the tokens is bound to it.
    """

    def __init__(
        self,
        channels: int = 4,
        widths: Sequence[int] = (48, 96, 192, 384),
        blocks: int = 12,
        heads: int = 6,
        image_size: int = 256,
    ) -> None:
        super().__init__()
        dim, grid = widths[-1], image_size // 2 ** len(widths)
        self.encoder = Encoder(channels, widths)
        self.bottom = PixelwiseViT(dim, blocks, heads, 4 * dim, grid)
        self.decoder = Decoder(channels, widths)

    def forward(self, x: Tensor) -> Tensor:
        """(N, channels, image_size, image_size) in [0, 1] to the same shape, in (0, 1)."""
        encoded = self.encoder(x)
        bottom = self.bottom(encoded.bottom)
        return torch.sigmoid(self.decoder(encoded._replace(bottom=bottom)))
