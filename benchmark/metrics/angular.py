"""Colour difference of raws: the angle between mapped and true colour.

CIEDE2000 needs CIE Lab, and so a colour matrix and a white point per camera and light, which raw
pictures do not bring along. The angle between two RGB vectors needs neither, is blind to exposure
(what PSNR is dominated by), and is the measure of raw colour in illuminant estimation (Gijsenij,
Gevers, Lucassen, JOSA A 2009).
"""

import numpy as np
from numpy.typing import NDArray

from benchmark.errors import ContractError

CHANNELS = 4


def rgb(raw: NDArray[np.floating]) -> NDArray[np.float64]:
    """Packed raw (4, H, W) as [R, mean of the greens, B], (3, H, W).

    >>> rgb(np.array([0.1, 0.2, 0.4, 0.5]).reshape(4, 1, 1)).ravel().round(3).tolist()
    [0.1, 0.3, 0.5]
    """
    red, green, other_green, blue = raw.astype(np.float64)
    return np.stack([red, (green + other_green) / 2, blue])


def angular_error(prediction: NDArray[np.floating], reference: NDArray[np.floating]) -> float:
    """Angle between the colours [R, mean of the greens, B], mean over pixels.

    Pixels that are black in the reference have no colour and are left out; one that is black in
    the prediction alone counts 90. NaN if the whole reference is black.

    Unit: degrees. Range: 0 to 90. Lower is better.

    Args:
        prediction: (4, H, W) float in [0, 1], packed raw.
        reference: (4, H, W) float in [0, 1].

    Raises:
        ContractError: the shapes differ or are not those of packed raw.

    >>> grey, red = np.ones((4, 2, 2)), np.array([1, 0, 0, 0.0]).repeat(4).reshape(4, 2, 2)
    >>> round(angular_error(0.5 * grey, grey), 3), round(angular_error(red, grey), 3)
    (0.0, 54.736)
    """
    if prediction.shape != reference.shape or reference.ndim != 3 or len(reference) != CHANNELS:
        raise ContractError(
            "The angular error compares two packed raws of one shape (4, H, W); the prediction is "
            f"{prediction.shape}, the reference {reference.shape}."
        )
    x, y = rgb(prediction), rgb(reference)
    coloured = y.any(axis=0)
    x, y = x[:, coloured], y[:, coloured]  # (3, P)
    if not y.size:
        return float("nan")
    # The arc cosine of nearly 1 loses half the digits; the arc tangent none.
    across = np.linalg.norm(np.cross(x, y, axis=0), axis=0)
    angles = np.where(x.any(axis=0), np.arctan2(across, (x * y).sum(axis=0)), np.pi / 2)
    return float(np.degrees(angles).mean())
