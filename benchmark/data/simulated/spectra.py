"""Measured lights, reflectances and observers from colour-science, on one wavelength grid.

All spectra of the simulator are sampled at 400..700 nm in steps of 5 nm (61 samples), so light of
spectral power `e` on a surface of reflectance `r` gives a camera with sensitivities `s` the
response ``(r * e) @ s``: three sums over wavelength. Returned arrays are read-only.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from benchmark.data.colour_science import colour
from benchmark.errors import unknown_name

FIRST, LAST, STEP = 400.0, 700.0, 5.0  # nm
WAVELENGTHS: NDArray[np.float64] = np.arange(FIRST, LAST + STEP, STEP)

Spectrum = NDArray[np.float64]  # (61,)
Spectra = NDArray[np.float64]  # (..., 61)
Curves = NDArray[np.float64]  # (61, channels)


def resample(wavelengths: NDArray[np.floating], values: NDArray[np.floating]) -> Spectrum:
    """A measured curve on the grid: linear between its samples, zero outside them.

    Args:
        wavelengths: (n,) in nm, increasing.
        values: (n,).
    """
    return np.interp(WAVELENGTHS, wavelengths, values, left=0.0, right=0.0)


def light_names() -> list[str]:
    """Names of the lights: CIE and ISO illuminants, and measured lamps."""
    return [*colour().SDS_ILLUMINANTS, *colour().SDS_LIGHT_SOURCES]


@cache
def light(name: str) -> Spectrum:
    """Relative spectral power of a light, (61,), mean 1.

    Source: the tables of CIE 015, ISO 7589 and the lamp measurements in colour-science.

    Raises:
        BenchError: unknown name.
    """
    tables = colour().SDS_ILLUMINANTS, colour().SDS_LIGHT_SOURCES
    found = next((table[name] for table in tables if name in list(table)), None)
    if found is None:
        raise unknown_name("light", name, light_names())
    power = resample(found.wavelengths, found.values)
    return _frozen(power / power.mean())


@cache
def reflectances() -> Spectra:
    """Measured reflectances of 244 surfaces, (244, 61) in [0, 1].

    The 190 training patches of rawtoaces (Academy, Apache-2.0: natural and man-made surfaces,
    skin, foliage), the ColorChecker of :func:`colorchecker`, and the 30 patches of colour's "PMC"
    chart. The few fluorescent values above 1 are clipped.
    """
    patches = colour().characterisation.read_training_data_rawtoaces_v1()
    training = [resample(patches.wavelengths, column) for column in patches.values.T]
    charts = [_chart("BabelColor Average"), _chart("PMC")]
    return _frozen(np.clip(np.concatenate([np.stack(training), *charts]), 0.0, 1.0))


@cache
def colorchecker() -> Spectra:
    """Reflectances of the ColorChecker, (24, 61) in [0, 1], row by row from dark skin to black.

    Source: BabelColor's average of 30 charts, in colour-science.
    """
    return _frozen(np.clip(_chart("BabelColor Average"), 0.0, 1.0))


@cache
def observer() -> Curves:
    """The CIE 1931 standard observer in linear sRGB, (61, 3): what D65 makes white is (1, 1, 1)."""
    cmfs = colour().MSDS_CMFS["CIE 1931 2 Degree Standard Observer"]
    xyz = np.stack([resample(cmfs.wavelengths, column) for column in cmfs.values.T], axis=1)
    rgb = xyz @ colour().RGB_COLOURSPACES["sRGB"].matrix_XYZ_to_RGB.T
    return _frozen(rgb / (light("D65") @ rgb))


def _chart(name: str) -> Spectra:
    patches = colour().SDS_COLOURCHECKERS[name].values()
    return np.stack([resample(patch.wavelengths, patch.values) for patch in patches])


def _frozen(array: NDArray[np.float64]) -> NDArray[np.float64]:
    array.flags.writeable = False
    return array
