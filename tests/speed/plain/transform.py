"""CSTPP's colour transform as the released code has it: every coefficient at every pixel."""

import torch
import torch.nn.functional as F
from torch import Tensor

from mappers.networks.polynomial import Terms, expand


def transform_patchwise(
    raw: Tensor, grid: Tensor, terms: Terms, size: tuple[int, int] | None = None
) -> Tensor:
    """A polynomial for each pixel, interpolated between those of a grid of patches.

    Args:
        raw: (N, 4, H, W).
        grid: (N, 4·T, h, w), the coefficients of each patch, output channel major.
        terms: the basis, T terms.
        size: (rows, columns) that the grid covers, at least H and W, the rest of the picture being
            padding below and on the right; (H, W) if None.

    Returns:
        (N, 4, H, W), not clamped.
    """
    height, width = raw.shape[2:]
    basis = expand(raw, terms)  # (N, T, H, W)
    channels = []
    for of_channel in grid.chunk(4, dim=1):  # one output channel at a time spares memory
        field = F.interpolate(
            of_channel, size=size or (height, width), mode="bilinear", align_corners=True
        )  # (N, T, rows, columns)
        channels.append((field[:, :, :height, :width] * basis).sum(dim=1))
    return torch.stack(channels, dim=1)
