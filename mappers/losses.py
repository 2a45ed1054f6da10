"""Losses of adversarial raw-to-raw mapping.

Equation numbers are those of the CSTPP paper (Xie et al., ACM MM 2024, Sec. 3.2).
"""

import torch
import torch.nn.functional as F
from torch import Tensor

SSIM_WINDOW = 11  # pixels; Gaussian of sigma 1.5, as in Wang et al. 2004
SSIM_SIGMA = 1.5  # pixels
SSIM_C1, SSIM_C2 = 0.01**2, 0.03**2  # for a range of 1


def lsgan(verdict: Tensor, real: bool) -> Tensor:
    """Least-squares adversarial loss, one term of Eq. 10 and 12: mean (verdict - target)².

    Args:
        verdict: output of a discriminator, any shape.
        real: what the verdict should say; the target is 1 if true, else 0.
    """
    return torch.mean((verdict - float(real)) ** 2)


def l1(image: Tensor, reference: Tensor) -> Tensor:
    """Mean absolute difference, one term of the cycle loss (Eq. 8) and identity loss (Eq. 9)."""
    return torch.mean(torch.abs(image - reference))


def l1_ssim(image: Tensor, reference: Tensor, ssim_weight: float = 0.15) -> Tensor:
    """L1 + ssim_weight · (1 - SSIM), the picture loss of Rawformer and cmKAN.

    SSIM is taken of the picture clamped to [0, 1], so that what lies outside counts in L1 only.
    """
    return l1(image, reference) + ssim_weight * (1 - ssim(image.clamp(0, 1), reference))


def ssim(image: Tensor, reference: Tensor) -> Tensor:
    """Structural similarity (Wang et al. 2004), at most 1, best 1.

    Mean over pictures, channels and the 11 x 11 windows that lie wholly inside the picture.

    Args:
        image: (N, C, H, W) in [0, 1], H and W at least 11.
        reference: the same.
    """
    offset = torch.arange(SSIM_WINDOW, device=image.device) - SSIM_WINDOW // 2
    line = torch.softmax(-(offset**2) / (2 * SSIM_SIGMA**2), dim=0)
    window = (line[:, None] * line).to(image).expand(image.shape[1], 1, -1, -1)
    products = [image, reference, image**2, reference**2, image * reference]
    means = F.conv2d(torch.cat(products), window, groups=image.shape[1])
    x, y, xx, yy, xy = means.chunk(5)
    likeness = (2 * x * y + SSIM_C1) * (2 * (xy - x * y) + SSIM_C2)
    return (likeness / ((x**2 + y**2 + SSIM_C1) * (xx - x**2 + yy - y**2 + SSIM_C2))).mean()
