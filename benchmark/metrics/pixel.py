"""Per-pixel metrics of aligned pictures: PSNR, MAE and SSIM.

One number per image over all channels; a table gives the mean of these numbers over images. For
PSNR that differs from the PSNR of the pooled squared error (torchmetrics' default), which weighs
bad images more. Pictures are (C, H, W) float in [0, 1]: packed raw (C = 4) or sRGB (C = 3).
"""

import numpy as np
import scipy  # whose parts load when first used
from numpy.typing import NDArray

from benchmark.errors import BenchError, ContractError

WINDOW = 11  # side of the SSIM window, pixels
SIGMA = 1.5  # of its Gaussian, pixels
C1 = 0.01**2
C2 = 0.03**2

Image = NDArray[np.floating]


def psnr(prediction: Image, reference: Image) -> float:
    """Peak signal-to-noise ratio, 10 log10(1 / mean squared error over all values).

    Unit: dB. Range: 0 to infinity (equal pictures). Higher is better.

    Args:
        prediction: (C, H, W) float in [0, 1].
        reference: (C, H, W) float in [0, 1].

    Raises:
        ContractError: the shapes differ, or the values are not floats.

    >>> round(psnr(np.full((4, 8, 8), 0.5), np.full((4, 8, 8), 0.4)), 6)
    20.0
    """
    check_pair("PSNR", prediction, reference)
    error = np.subtract(prediction, reference, dtype=np.float64)
    squared = float(np.mean(error**2))
    return float("inf") if squared == 0 else -10.0 * float(np.log10(squared))


def mae(prediction: Image, reference: Image) -> float:
    """Mean absolute error over all values.

    Unit: none (1 is white). Range: 0 to 1. Lower is better.

    Args:
        prediction: (C, H, W) float in [0, 1].
        reference: (C, H, W) float in [0, 1].

    Raises:
        ContractError: the shapes differ, or the values are not floats.

    >>> mae(np.full((4, 8, 8), 0.75), np.full((4, 8, 8), 0.5))
    0.25
    """
    check_pair("MAE", prediction, reference)
    return float(np.mean(np.abs(np.subtract(prediction, reference, dtype=np.float64))))


def ssim(prediction: Image, reference: Image) -> float:
    """Structural similarity of each channel's plane, mean over the windows, then over channels.

    Wang et al. 2004, as published: Gaussian window of 11 x 11 pixels with sigma 1.5, K1 = 0.01,
    K2 = 0.03, data range 1, population covariance, only windows that lie inside the picture. So
    does scikit-image; torchmetrics also averages windows that reach into a mirrored border, and
    differs by 0.01 on small pictures.

    Unit: none. Range: -1 to 1 (equal pictures). Higher is better.

    Args:
        prediction: (C, H, W) float in [0, 1], H and W at least 11.
        reference: (C, H, W) float in [0, 1].

    Raises:
        ContractError: the shapes differ, or the values are not floats.
        BenchError: a side is shorter than the window.

    >>> picture = np.random.default_rng(0).random((3, 16, 16))
    >>> round(ssim(picture, picture), 6), ssim(picture, 1 - picture) < 0
    (1.0, True)
    """
    check_pair("SSIM", prediction, reference)
    if min(prediction.shape[1:]) < WINDOW:
        raise BenchError(
            f"SSIM needs pictures of at least {WINDOW} x {WINDOW} pixels, "
            f"not {prediction.shape[1]} x {prediction.shape[2]}."
        )
    return float(np.mean([_ssim_plane(x, y) for x, y in zip(prediction, reference, strict=True)]))


def _ssim_plane(prediction: Image, reference: Image) -> float:
    x, y = prediction.astype(np.float64), reference.astype(np.float64)
    mean_x, mean_y = _local_mean(x), _local_mean(y)
    variance_x = _local_mean(x * x) - mean_x**2
    variance_y = _local_mean(y * y) - mean_y**2
    covariance = _local_mean(x * y) - mean_x * mean_y
    luminance = (2 * mean_x * mean_y + C1) / (mean_x**2 + mean_y**2 + C1)
    structure = (2 * covariance + C2) / (variance_x + variance_y + C2)
    return float(np.mean(luminance * structure))


def _local_mean(plane: NDArray[np.float64]) -> NDArray[np.float64]:
    """Gaussian-weighted mean over every window inside the plane: (H - 10, W - 10)."""
    radius = WINDOW // 2
    weights = np.exp(-0.5 * (np.arange(-radius, radius + 1) / SIGMA) ** 2)
    weights /= weights.sum()
    rows = scipy.ndimage.correlate1d(plane, weights, axis=0)[radius:-radius]
    return scipy.ndimage.correlate1d(rows, weights, axis=1)[:, radius:-radius]


def check_pair(metric: str, prediction: Image, reference: Image) -> None:
    """Whether two pictures can be compared pixel by pixel.

    Raises:
        ContractError: the shapes differ, or the values are not floats.
    """
    if prediction.shape != reference.shape or prediction.ndim != 3:
        raise ContractError(
            f"{metric} compares two pictures of one shape (C, H, W); the prediction is "
            f"{prediction.shape}, the reference {reference.shape}."
        )
    if not (_is_float(prediction) and _is_float(reference)):
        raise ContractError(
            f"{metric} compares float pictures in [0, 1]; the prediction is {prediction.dtype}, "
            f"the reference {reference.dtype}. Divide 8-bit values by 255."
        )


def _is_float(image: Image) -> bool:
    return np.issubdtype(image.dtype, np.floating)
