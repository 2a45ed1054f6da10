"""What is deployed: a mapper, an ISP, or one after the other, as one network."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from benchmark.cameras import Direction
from isp_models.base import DeepISP
from mappers.base import Mapper


class Pipeline(nn.Module):
    """Packed raw through a mapper, if any, and an ISP, if any.

    Args:
        mapper: a fitted mapper, or None.
        direction: of the mapper.
        isp: a trained ISP, or None.
    """

    def __init__(
        self, mapper: Mapper | None = None, direction: Direction = "a2b", isp: DeepISP | None = None
    ) -> None:
        super().__init__()
        self.mapper, self.direction = mapper, direction
        self.isp = None if isp is None else isp.slim()

    def forward(self, raw: Tensor) -> Tensor:
        """Develops, or maps where there is no ISP.

        Args:
            raw: (1, 4, H, W) float32 in [0, 1], packed RGGB, black level subtracted.

        Returns:
            (1, 3, 2H, 2W), sRGB in [0, 1]; without an ISP (1, 4, H, W), mapped raw in [0, 1].
        """
        if self.mapper is not None:
            raw = self.mapper(raw, self.direction)
        return raw if self.isp is None else self.isp(raw)


class Packing(nn.Module):
    """The counts of an RGGB mosaic to packed raw."""

    def forward(self, mosaic: Tensor, black: Tensor, white: Tensor) -> Tensor:
        """Packs, subtracts black and scales, as the benchmark's own reader of raw files does.

        Args:
            mosaic: (1, 1, 2H, 2W) float32, counts.
            black: (4,) float32, black levels of R, Gr, Gb, B.
            white: () float32, the count at which a pixel is saturated.

        Returns:
            (1, 4, H, W) float32 in [0, 1].
        """
        counts = F.pixel_unshuffle(mosaic, 2) - black[:, None, None]
        return (counts / (white - black.max())).clamp(0, 1)


def example(height: int, width: int) -> Tensor:
    """Packed raw (1, 4, H, W) of independent random values: what a network likes least."""
    return torch.rand(1, 4, height, width, generator=torch.Generator().manual_seed(0))
