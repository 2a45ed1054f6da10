"""Distance between the value distributions of two pictures (Eq. 14 of the paper).

For every channel, with p and q the frequencies of the 256 values of 8 bits in the two pictures,

    sum_i p_i ln((p_i + eps) / (q_i + eps)) + sum_i q_i ln((q_i + eps) / (p_i + eps)),  eps = 1e-7,

and the mean over channels. The paper writes "Count"; frequencies (counts over pixels) are meant,
since only they give values near the published ones, 0.3 to 1.1.
"""

import numpy as np
from numpy.typing import NDArray

from benchmark.errors import BenchError, ContractError

BINS = 256
EPS = 1e-7  # the paper's; a value that one picture lacks altogether costs p ln(p / eps)


def kl_divergence(prediction: NDArray[np.uint8], reference: NDArray[np.uint8]) -> float:
    """Symmetric Kullback-Leibler divergence of the value histograms, mean over channels.

    Unit: nat. Range: 0 (same histograms) to 2 ln(1 / eps) = 32.2. Lower is better. Says nothing
    about where the values lie, so the pictures need not be aligned.

    Args:
        prediction: (C, h, w) uint8; C = 3 for sRGB, 4 for packed raw (see :func:`eight_bit`).
        reference: (C, h2, w2) uint8; the size may differ.

    Raises:
        ContractError: not uint8, not three axes, or different numbers of channels.

    >>> dark, bright = np.zeros((3, 8, 8), np.uint8), np.full((3, 4, 4), 255, np.uint8)
    >>> kl_divergence(dark, dark), round(kl_divergence(dark, bright), 1)
    (0.0, 32.2)
    """
    _check("prediction", prediction)
    _check("reference", reference)
    if len(prediction) != len(reference):
        raise ContractError(
            f"KL: the prediction has {len(prediction)} channels, the reference {len(reference)}."
        )
    return divergence(frequencies(prediction), frequencies(reference))


def divergence(p: NDArray[np.float64], q: NDArray[np.float64]) -> float:
    """The same from the frequencies (C, 256) of both pictures."""
    log_ratio = np.log((p + EPS) / (q + EPS))  # (C, 256)
    return float(((p - q) * log_ratio).sum(axis=1).mean())


def eight_bit(image: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Values in [0, 1] as 8-bit values: clipped, times 255, rounded to the nearest.

    Raises:
        BenchError: a value is NaN or infinite.

    >>> eight_bit(np.array([-0.1, 0.0, 0.5, 1.0])).tolist()
    [0, 0, 128, 255]
    """
    if not np.isfinite(image).all():
        raise BenchError("The picture holds values that are NaN or infinite.")
    return np.rint(np.clip(image, 0.0, 1.0) * 255.0).astype(np.uint8)


def frequencies(image: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Share of the pixels that have each value: (C, 256), rows sum to 1."""
    counts = [np.bincount(channel.ravel(), minlength=BINS) for channel in image]
    return np.stack(counts) / image[0].size


def _check(name: str, image: NDArray[np.uint8]) -> None:
    if image.dtype != np.uint8 or image.ndim != 3 or image.size == 0:
        raise ContractError(
            f"KL: the {name} must be uint8 of shape (C, h, w), not {image.dtype} {image.shape}; "
            "eight_bit() converts values in [0, 1]."
        )
