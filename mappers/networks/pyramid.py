"""One level of a Laplacian pyramid (Burt and Adelson 1983), without parameters."""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor


class Bands(NamedTuple):
    """A picture in two bands.

    Attributes:
        high: (N, C, H, W), what the low band does not hold.
        low: (N, C, H / 2, W / 2), the blurred picture at half the size.
    """

    high: Tensor
    low: Tensor


def laplacian(x: Tensor) -> Bands:
    """Splits (N, C, H, W), H and W even, so that x = high + expand(low)."""
    low = _blur(x)[:, :, ::2, ::2]
    sparse = torch.zeros_like(x)
    sparse[:, :, ::2, ::2] = low
    return Bands(x - 4 * _blur(sparse), low)


def _blur(x: Tensor) -> Tensor:
    """The 5x5 binomial filter / 256, reflect padded."""
    line = torch.tensor([1.0, 4.0, 6.0, 4.0, 1.0]).to(x) / 16
    channels = x.shape[1]
    x = F.conv2d(
        F.pad(x, (2, 2, 0, 0), mode="reflect"), line.expand(channels, 1, 1, 5), groups=channels
    )
    column = line[:, None].expand(channels, 1, 5, 1)
    return F.conv2d(F.pad(x, (0, 0, 2, 2), mode="reflect"), column, groups=channels)
