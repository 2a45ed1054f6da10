"""Transforms fitted on the test picture itself: the best that a family of mappers can reach.

No mapper may do this. Each oracle gives the least squared error over the samples of one pair, so
on pixels no gain, and no linear map, scores a higher PSNR before clipping.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]  # (P, 4), packed colours
Matrix = NDArray[np.float64]  # (4, 4)


def best_gain(source: Samples, target: Samples) -> Matrix:
    """One gain per channel, Σ x·y / Σ x², as a diagonal; 1 for a channel that is black."""
    power = (source**2).sum(axis=0)
    gains = np.divide((source * target).sum(axis=0), power, np.ones(4), where=power > 0)
    return np.diag(gains)


def best_linear(source: Samples, target: Samples) -> Matrix:
    """The linear map of the four channels.

    It holds every 3x3 matrix on [R, G, B]; unlike one it need not average the two greens, whose
    difference is detail.
    """
    matrix, *_ = np.linalg.lstsq(source.T @ source, source.T @ target, rcond=None)
    return np.asarray(matrix.T, np.float64)


ORACLES: dict[str, Callable[[Samples, Samples], Matrix]] = {
    "gain": best_gain,
    "least-squares": best_linear,
}


def transformed(raw: NDArray[np.float32], matrix: Matrix) -> NDArray[np.float32]:
    """Each pixel of (4, H, W) times the matrix, clipped to [0, 1] as a mapper's output is."""
    mapped = np.tensordot(matrix, raw, axes=1)
    return np.clip(mapped, 0.0, 1.0).astype(np.float32)


def samples(raw: NDArray[np.float32]) -> Samples:
    """All pixels of (4, H, W) as (H·W, 4)."""
    return raw.reshape(4, -1).T.astype(np.float64)
