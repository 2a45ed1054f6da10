"""What the ISPs of ETH Zurich share (PyNET, PyNET-V2 Mobile, MicroISP): planes, range, targets."""

from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

PLANES = (3, 1, 0, 2)  # B, Gr, R, Gb: Bayer phases (1,1), (0,1), (0,0), (1,0) of an RGGB mosaic


def zurich_order(raw: Tensor) -> Tensor:
    """The planes in the order of these networks.

    The published inputs are divided by 1020 with the black level left in; here they are black-
    subtracted and in [0, 1] for all ISPs alike.

    Args:
        raw: (N, 4, H, W), packed RGGB.

    Returns:
        (N, 4, H, W), planes B, Gr, R, Gb.
    """
    return raw[:, PLANES]


def shrink(srgb: Tensor, factor: int, mode: Literal["bilinear", "bicubic"] = "bilinear") -> Tensor:
    """The target of a coarse level: sRGB (N, 3, H, W) made smaller by a factor, antialiased."""
    if factor == 1:
        return srgb
    size = [side // factor for side in srgb.shape[2:]]
    return F.interpolate(srgb, size, mode=mode, antialias=True, align_corners=False).clamp(0, 1)


class WideTanh(nn.Module):
    """0.58 · tanh + 0.5, a head with the range (-0.08, 1.08): it reaches black and white."""

    def forward(self, x: Tensor) -> Tensor:
        """Any shape."""
        return 0.58 * torch.tanh(x) + 0.5
