"""What the networks that turn pictures into features have in common."""

from contextlib import AbstractContextManager
from typing import TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray

from benchmark.errors import BenchError

Picture: TypeAlias = NDArray[np.uint8]  # (3, h, w) sRGB
Features: TypeAlias = NDArray[np.float64]  # (N, d), one row per picture


def require_picture(image: Picture) -> None:
    """Checks shape and type of a picture.

    Raises:
        BenchError: it is not uint8 of shape (3, h, w).
    """
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[0] != 3 or image.size == 0:
        raise BenchError(
            f"Features need pictures (3, h, w) uint8, not {image.shape} {image.dtype}."
        )


def exact_convolutions() -> AbstractContextManager[None]:
    """Convolutions in full float32, the same on every call: distances magnify rounding errors."""
    return torch.backends.cudnn.flags(
        enabled=True, benchmark=False, deterministic=True, allow_tf32=False
    )
