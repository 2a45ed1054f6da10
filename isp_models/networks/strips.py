"""Convolutions over pictures of a full sensor, in strips that overlap.

A network with instance norm or attention sees the whole picture in every pixel, so that cutting
the picture into tiles changes its result. Its convolutions see a few pixels only: computed strip
by strip, with the rows that a kernel reaches on both sides, they give the same numbers up to
rounding, while the copies that padding and the convolution itself make stay small.
"""

from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

STRIP_VALUES = 2**26  # input values of a strip without its overlap: 256 MiB in float32


class StripConv2d(nn.Conv2d):
    """A convolution of odd kernel that keeps the size; large pictures in strips, in inference.

    Args:
        before: channels in.
        after: channels out.
        side: side of the kernel, odd.
        padding_mode: "reflect" or "zeros".
    """

    def __init__(
        self, before: int, after: int, side: int, padding_mode: Literal["reflect", "zeros"]
    ) -> None:
        super().__init__(before, after, side, padding=side // 2, padding_mode=padding_mode)

    def forward(self, x: Tensor) -> Tensor:
        """(N, before, H, W) to (N, after, H, W)."""
        height, reach = x.shape[2], self.kernel_size[0] // 2
        rows = max(reach + 1, STRIP_VALUES // (x.shape[0] * x.shape[1] * x.shape[3]))
        if torch.is_grad_enabled() or height <= rows:
            return super().forward(x)
        mode = "constant" if self.padding_mode == "zeros" else self.padding_mode
        strips = []
        for top in range(0, height, rows):
            bottom = min(top + rows, height)
            first, last = max(top - reach, 0), min(bottom + reach, height)
            beyond = (reach, reach, reach - (top - first), reach - (last - bottom))
            strip = F.pad(x[:, :, first:last], beyond, mode)
            strips.append(F.conv2d(strip, self.weight, self.bias))
        return torch.cat(strips, dim=2)
