"""CIEDE2000: how different two pictures look to a person, pixel by pixel."""

import numpy as np
from numpy.typing import NDArray

from benchmark.data.colour_science import colour
from benchmark.metrics.pixel import Image, check_pair


def ciede2000(prediction: Image, reference: Image) -> float:
    """Colour difference ΔE00 (CIE 142-2001, ISO/CIE 11664-6), mean over pixels.

    Unit: none; about 1 is just noticeable side by side. Range: 0 (equal) to about 100. Lower is
    better.

    Args:
        prediction: (3, H, W) float in [0, 1], sRGB, gamma-encoded, white point D65.
        reference: (3, H, W) float in [0, 1], the same.

    Raises:
        ContractError: the shapes differ, or the values are not floats.

    >>> black, grey = np.zeros((3, 8, 8)), np.full((3, 8, 8), 0.5)
    >>> ciede2000(grey, grey), 30 < ciede2000(black, grey) < 50
    (0.0, True)
    """
    check_pair("CIEDE2000", prediction, reference)
    difference = colour().difference.delta_E_CIE2000(_lab(prediction), _lab(reference))
    return float(np.mean(difference))


def _lab(srgb: Image) -> NDArray[np.float64]:
    """(3, H, W) sRGB to (H, W, 3) CIE L*a*b*."""
    white = colour().CCS_ILLUMINANTS["CIE 1931 2 Degree Standard Observer"]["D65"]
    xyz = colour().sRGB_to_XYZ(np.moveaxis(srgb.astype(np.float64), 0, -1))
    return np.asarray(colour().XYZ_to_Lab(xyz, white))
