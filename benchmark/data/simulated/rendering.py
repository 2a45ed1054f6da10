"""How a camera renders its raw to sRGB: white balance, colour matrix, tone, saturation.

It starts from the signal of the full sensor, before mosaic and noise. That amounts to ideal
demosaicing and denoising, so the sRGB is a clean target for a deep ISP.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmark.data.simulated.radiance import bands
from benchmark.data.simulated.spectra import Curves, Spectrum, light, observer, reflectances

LUMINANCE = np.array([0.2126, 0.7152, 0.0722])  # of linear sRGB, ITU-R BT.709
LEVELS = 1 << 16  # of the tone table: one step is less than one 8-bit level everywhere


@dataclass(frozen=True)
class Look:
    """What distinguishes one maker's pictures from another's.

    Attributes:
        gain: slope of the linear tone curve at black; highlights roll off so that white stays
            white. 1 for no curve.
        contrast: share of a smooth S curve mixed into the encoded curve, 0 to 1.
        saturation: 1 keeps colours as they are.
        warmth: after the white balance, red is multiplied and blue divided by it.
    """

    gain: float
    contrast: float
    saturation: float
    warmth: float


def render(
    signal: NDArray[np.float32], curves: Curves, spectrum: Spectrum, look: Look
) -> NDArray[np.uint8]:
    """The camera's sRGB, (3, 2H, 2W) uint8, gamma-encoded.

    Args:
        signal: (3, 2H, 2W) linear camera RGB; 1 is saturation.
        curves: (61, 3), the camera's sensitivities.
        spectrum: (61,), the light of the scene, which the white balance knows.
        look: the maker's style.
    """
    gains = white_balance(curves, spectrum)[:, None]
    matrix = (_taste(look) @ colour_matrix(curves, spectrum)).astype(np.float32)
    tone = tone_table(look)
    out = np.empty(signal.shape, dtype=np.uint8)
    for band in bands(*signal.shape[1:]):
        # Clipping at 1 before and after the gains keeps burnt-out highlights neutral.
        balanced = np.minimum(signal[:, band].reshape(3, -1).clip(0, 1) * gains, 1)
        rgb = (matrix @ balanced).clip(0, 1)
        index = (rgb * np.float32(LEVELS - 1) + np.float32(0.5)).astype(np.uint16)
        out[:, band] = tone[index].reshape(3, -1, signal.shape[2])
    return out


def white_balance(curves: Curves, spectrum: Spectrum) -> NDArray[np.float32]:
    """Gains (3,) that make a white surface equal in all channels; the smallest is 1."""
    white = spectrum @ curves
    return (white.max() / white).astype(np.float32)


def colour_matrix(curves: Curves, spectrum: Spectrum) -> NDArray[np.float64]:
    """(3, 3) from white-balanced camera RGB to linear sRGB, white to white.

    Least squares over the measured reflectances: what the camera sees in its light against what
    the standard observer sees in daylight (D65).
    """
    white_weight = 100.0  # against patches of 0..1: white is exact to a hundredth of a percent
    surfaces = np.vstack([reflectances(), np.full(len(spectrum), white_weight)])
    camera = (surfaces * spectrum) @ curves / (spectrum @ curves)
    standard = (surfaces * light("D65")) @ observer()
    return np.asarray(np.linalg.lstsq(camera, standard, rcond=None)[0].T, dtype=np.float64)


def tone_table(look: Look) -> NDArray[np.uint8]:
    """Encoded value (65536,) of each linear value 0..1."""
    x = np.linspace(0, look.gain, LEVELS)
    x = x * (1 + x / look.gain**2) / (1 + x)  # Reinhard et al. 2002, Eq. 4: 1 stays 1
    encoded = np.where(x <= 0.0031308, 12.92 * x, 1.055 * x ** (1 / 2.4) - 0.055)  # IEC 61966-2-1
    smooth = encoded**2 * (3 - 2 * encoded)
    encoded += look.contrast * (smooth - encoded)
    return np.rint(255 * encoded).astype(np.uint8)


def _taste(look: Look) -> NDArray[np.float64]:
    warmth = np.array([look.warmth, 1, 1 / look.warmth])
    grey = np.tile(LUMINANCE, (3, 1))
    return warmth[:, None] * (look.saturation * np.eye(3) + (1 - look.saturation) * grey)
