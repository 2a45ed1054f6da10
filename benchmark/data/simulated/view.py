"""How a camera is held in front of a scene."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from benchmark.data.charts import Points

Array = NDArray[np.float64]

SHIFT = 0.04  # of random views, at most: picture heights
ZOOM = 0.05
TURN = 3  # degrees


@dataclass(frozen=True)
class View:
    """How a camera is held; the default is exactly in front of the picture.

    Attributes:
        shift: of the view's centre, in picture heights.
        zoom: magnification.
        rotation: radians.
    """

    shift: tuple[float, float] = (0.0, 0.0)
    zoom: float = 1.0
    rotation: float = 0.0

    def to_scene(self, rows: int, columns: int) -> Array:
        """Affine map (2, 3) from mosaic pixels to the scene; pixel centres are at half-integers."""
        middle = np.array([columns / 2, rows / 2])
        linear = turn(self.rotation) / (self.zoom * rows)
        return np.column_stack([linear, middle / rows + self.shift - linear @ middle])

    def to_pixels(self, points: Points, rows: int, columns: int) -> Points:
        """Scene points (..., 2) in mosaic pixels."""
        affine = self.to_scene(rows, columns)
        return (points - affine[:, 2]) @ np.linalg.inv(affine[:, :2]).T


def random_view(rng: Generator) -> View:
    """A slightly different view: shifted by up to 4 % of the height, zoomed 5 %, turned 3°."""
    x, y, zoom, rotation = rng.uniform(-1, 1, 4)
    return View((SHIFT * x, SHIFT * y), 1 + ZOOM * zoom, np.deg2rad(TURN * rotation))


def reach(aspect: float) -> Array:
    """How far random views see beyond the picture: below and to the right (2,), in heights.

    Args:
        aspect: width over height of the picture.
    """
    half = np.array([0.5, aspect / 2])
    angle = np.deg2rad(TURN)
    seen = (half * np.cos(angle) + half[::-1] * np.sin(angle)) / (1 - ZOOM)
    return np.asarray(seen + SHIFT - half)


def turn(angle: float | Array) -> Array:
    """Rotation matrices (..., 2, 2) that turn x towards y."""
    c, s = np.cos(angle), np.sin(angle)
    return np.moveaxis(np.array([[c, -s], [s, c]]), (0, 1), (-2, -1))
