"""UVCGAN with CSTPP in place of its decoder: the ablation of Table 3 of CSTPP.

Xie, Qiao, Liang, Wang, Li, Liu, Li, Wang, Yang, "Generalizing ISP Model by Unsupervised Raw-to-raw
Mapping", ACM MM 2024, Sec. 5. The paper gives one sentence ("we replace the decoder part of UVCGAN
with the CSTPP module"); the rest is a reconstruction. UVCGAN has one token per 16x16 patch, as
many as CSTPP's own backbone: U-Net encoder and ViT stay, each token gives the transform of its
patch, and decoder, skips and sigmoid go.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from mappers.base import register_mapper
from mappers.networks import initialise, polynomial
from mappers.networks.patchwise import transform_patchwise
from mappers.networks.unet import Decoder, Encoder
from mappers.networks.vit import PixelwiseViT
from mappers.uvcgan import UVCGAN, UVCGANConfig


@dataclass(frozen=True)
class UVCGANCSTPPConfig(UVCGANConfig):
    """The recipe of UVCGAN."""


class TransformGenerator(nn.Module):
    """U-Net encoder, ViT, and a quadratic colour transform for each token.

    The ViT's output layer and the head are the two linear layers, without an activation between
    them, of CSTPP's own head.
    """

    def __init__(self, config: UVCGANCSTPPConfig) -> None:
        super().__init__()
        dim = config.widths[-1]
        self.encoder = Encoder(4, config.widths)
        self.bottom = PixelwiseViT(
            dim, config.blocks, config.heads, 4 * dim, config.crop_size // 2 ** len(config.widths)
        )
        self.head = nn.Conv2d(dim, 4 * len(polynomial.PAPER), 1)

    def forward(self, raw: Tensor) -> Tensor:
        """Input plus basis times coefficients: (N, 4, S, S) to the same shape, not bounded."""
        grid = self.head(self.bottom(self.encoder(raw).bottom))  # (N, 4 * 14, S / 16, S / 16)
        return raw + transform_patchwise(raw, grid, polynomial.PAPER)


@register_mapper(
    "uvcgan-cstpp",
    title="Generalizing ISP Model by Unsupervised Raw-to-raw Mapping (ablation on UVCGAN)",
    authors="Xie, Qiao, Liang, Wang, Li, Liu, Li, Wang, Yang",
    year=2024,
    link="https://github.com/ydxxxx/Unsupervised-Raw-to-raw-Mapping",
    licence="none",
    supervision="unpaired",
    adds=("uvcgan", "CSTPP"),
    deviations=(
        "A reconstruction from one sentence of the paper; no code is known. For the pre-training "
        "a decoder as UVCGAN's is added and thrown away afterwards. Otherwise as uvcgan."
    ),
    version=2,
)
class UVCGANCSTPP(UVCGAN):
    """CycleGAN with transform generators that start as the encoder of one autoencoder.

    Attributes:
        decoder: completes the generator "a2b" to an autoencoder, in the pre-training only.
    """

    Config = UVCGANCSTPPConfig
    config: UVCGANCSTPPConfig

    def __init__(self, config: UVCGANCSTPPConfig | None = None) -> None:
        super().__init__(config)
        self.decoder = Decoder(4, self.config.widths).apply(initialise.normal(0.02))

    def build_generators(self) -> dict[str, nn.Module]:
        """One transform generator per direction."""
        self.require_crops_of(2 ** len(self.config.widths))
        return {direction: TransformGenerator(self.config) for direction in ("a2b", "b2a")}

    def reconstruct(self, masked: Tensor) -> Tensor:
        """Encoder and ViT of the generator "a2b", then the decoder and a sigmoid."""
        generator = self.generators["a2b"]
        assert isinstance(generator, TransformGenerator)
        encoded = generator.encoder(masked)
        bottom = generator.bottom(encoded.bottom)
        return torch.sigmoid(self.decoder(encoded._replace(bottom=bottom)))

    def pretrained_parameters(self) -> list[nn.Parameter]:
        """The weights of the autoencoder; the head gets no gradient and stays as it is."""
        return [*super().pretrained_parameters(), *self.decoder.parameters()]
