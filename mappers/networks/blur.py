"""Anti-aliased change of size by 2 (Zhang, "Making convolutional networks shift-invariant again").

Fixed filters without parameters, as used in the networks of CUT.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CHANNELS = 16  # padded at a time in whole pictures


class BlurDown(nn.Module):
    """Binomial filter (1, 2, 1) ⊗ (1, 2, 1) / 16 with reflected borders, then every second pixel.

    (N, C, H, W) -> (N, C, ceil(H / 2), ceil(W / 2)).
    """

    def __init__(self) -> None:
        super().__init__()
        line = torch.tensor([1.0, 2.0, 1.0]) / 4
        self.register_buffer("kernel", torch.outer(line, line)[None, None], persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """Blurs, then halves; a few channels at a time where no gradients are wanted."""
        if torch.is_grad_enabled():
            return self._halved(x)
        return torch.cat([self._halved(some) for some in x.split(CHANNELS, dim=1)], dim=1)

    def _halved(self, x: Tensor) -> Tensor:
        kernel = self.get_buffer("kernel").expand(x.shape[1], 1, 3, 3)
        x = F.pad(x, (1, 1, 1, 1), mode="reflect")
        return F.conv2d(x, kernel, stride=2, groups=x.shape[1])


class BlurUp(nn.Module):
    """Twice the size with the filter (1, 3, 3, 1) / 4 and replicated edges.

    This is half-pixel bilinear interpolation. (N, C, H, W) -> (N, C, 2H, 2W).
    """

    def forward(self, x: Tensor) -> Tensor:
        """Doubles."""
        return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
