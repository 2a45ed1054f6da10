"""A part of a photograph as the surface of a scene: every pixel gets a spectrum of its own.

The colour of a pixel is taken for that of its surface and shading; its spectrum is a mix of
measured reflectances of that colour (see `recovery.py`). Which mix changes slowly over the picture,
over lightness and over colour. So a wall has one spectrum that hardly drifts, two things of the
same colour have different ones, and there are no borders within a sky, as there would be between
regions cut from it.
"""

from dataclasses import dataclass

import numpy as np
import scipy  # whose parts load when first used
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image

from benchmark.data.simulated.recovery import GRID, PALETTES, Recovery
from benchmark.data.simulated.spectra import Curves
from benchmark.data.simulated.view import reach

Array = NDArray[np.float64]

MEAN = 0.18  # luminance of a whole photograph, where white paper has 1
FINEST = 2 / 3  # pixels of a photograph per mosaic pixel, at least: enlarged by up to a half
COARSEST = 4.0
WAVES = 4
SPREAD = 2.5  # palettes, standard deviation over a picture
# Cycles, standard deviation: per picture height across and down, from black to white (cube root),
# and from end to end of the colours of surfaces along u' and v'.
RATES = np.array([0.5, 0.5, 0.3, 1.0, 1.0])


@dataclass(frozen=True, eq=False)
class Photograph:
    """A photograph, ready to be cut.

    Attributes:
        name: of its file.
        pixels: (3, H, W) float16, linear, with a mean luminance of :data:`MEAN`.
        recovery: knows what its numbers mean.
    """

    name: str
    pixels: NDArray[np.float16]
    recovery: Recovery


@dataclass(frozen=True, eq=False)
class Seen:
    """The spectra at N places of a picture, before a camera sees them."""

    recovery: Recovery
    palette: Array
    places: Array
    amount: Array

    def responses(self, curves: Curves) -> Array:
        """What curves (61, C), light included, make of them: (C, N)."""
        return self.recovery.responses(curves, self.palette, self.places, self.amount)


@dataclass(frozen=True, eq=False)
class Backdrop:
    """A part of a photograph that lies over the plane of a scene.

    Attributes:
        photograph: where it is from.
        splines: (3, rows, columns) cubic spline coefficients, a pixel of the mosaic apart.
        rows: mosaic rows of a picture, whose height is 1.
        margin: (2,) rows and columns above and left of the picture, for views that are moved.
        waves: (WAVES, 5) rates, and
        phases: (WAVES + 1,) of the drift from palette to palette; the last is where it starts.
    """

    photograph: Photograph
    splines: NDArray[np.float32]
    rows: int
    margin: NDArray[np.intp]
    waves: Array
    phases: Array

    def seen(self, x: Array, y: Array) -> Seen:
        """The spectra at points of the scene, x and y (N,) in picture heights."""
        at = np.stack([y, x]) * self.rows - 0.5 + self.margin[:, None]
        pixels = np.stack(
            [
                scipy.ndimage.map_coordinates(plane, at, order=3, mode="mirror", prefilter=False)
                for plane in self.splines
            ]
        )
        recovery = self.photograph.recovery
        places, amount = recovery.coordinates(pixels)
        lightness = np.cbrt(amount / recovery.white)
        features = np.stack([x, y, lightness, *(places / (GRID - 1))])
        angles = 2 * np.pi * (self.waves @ features + self.phases[:-1, None])
        drift = SPREAD * np.sqrt(2 / WAVES) * np.cos(angles).sum(axis=0)
        return Seen(recovery, PALETTES * self.phases[-1] + drift, places, amount)


def least_size(rows: int, columns: int) -> tuple[int, int]:
    """Rows and columns that a photograph must have at least for pictures of this mosaic size."""
    height, width = np.ceil((np.array([rows, columns]) + 2 * _margin(rows, columns)) * FINEST)
    return int(height), int(width)


def _margin(rows: int, columns: int) -> NDArray[np.intp]:
    return np.ceil(reach(columns / rows) * rows).astype(np.intp) + 2  # what cubic splines need


def draw_backdrop(rng: Generator, photograph: Photograph, rows: int, columns: int) -> Backdrop:
    """A random part of a photograph, in its own orientation.

    Args:
        rng: draws place, size and materials.
        photograph: at least of :func:`least_size`.
        rows: mosaic rows of the pictures to make.
        columns: mosaic columns.
    """
    margin = _margin(rows, columns)
    size = np.array([rows, columns]) + 2 * margin
    have = np.array(photograph.pixels.shape[1:])
    coarsest = min(float((have / size).min()), COARSEST)
    scale = np.exp(rng.uniform(np.log(min(1.0, coarsest)), np.log(coarsest)))
    extent = np.minimum(size * scale, have)
    top, left = rng.random(2) * (have - extent)
    inside = (slice(int(top), int(np.ceil(top + extent[0]))),
              slice(int(left), int(np.ceil(left + extent[1]))))  # fmt: skip
    box = (left % 1, top % 1, left % 1 + extent[1], top % 1 + extent[0])
    planes = [
        np.asarray(
            Image.fromarray(plane[inside].astype(np.float32)).resize(
                (int(size[1]), int(size[0])), Image.Resampling.BICUBIC, box
            )
        )
        for plane in photograph.pixels
    ]
    splines = [scipy.ndimage.spline_filter(p, order=3, output=np.float32, mode="mirror")
               for p in planes]  # fmt: skip
    return Backdrop(
        photograph,
        np.stack(splines),
        rows,
        margin,
        rng.normal(0, RATES, (WAVES, len(RATES))),
        rng.random(WAVES + 1),
    )
