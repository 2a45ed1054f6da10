"""Losses of adversarial raw-to-raw mapping.

Equation numbers are those of the CSTPP paper (Xie et al., ACM MM 2024, Sec. 3.2).
"""

import torch
from torch import Tensor


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
