"""Scenes of the simulator: dead leaves, or photographs, under one or two nearby lights.

A scene is a flat world of opaque shapes that hide each other (the dead-leaves model: Matheron
1968; its statistics are those of natural pictures: Lee, Mumford, Huang, IJCV 41, 2001). Each leaf
is made of two measured materials mixed by a grain, is flat or domed, and matt or glossy. Materials
are spectra drawn from measured sets, not upsampled from RGB: as reflectances have more than three
dimensions, no 3x3 matrix maps one camera to another exactly.

Lengths are in picture heights, x to the right and y down from the top left corner of the unmoved
view; z points to the camera. Nothing here depends on the camera or on the number of pixels.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from benchmark.data.charts import HEIGHT, WIDTH, Points, patch_boxes
from benchmark.data.simulated.backdrop import Backdrop
from benchmark.data.simulated.spectra import (
    FIRST,
    LAST,
    WAVELENGTHS,
    Spectra,
    Spectrum,
    colorchecker,
    light,
    reflectances,
)
from benchmark.data.simulated.view import turn

Array = NDArray[np.float64]

MARGIN = 0.2  # the world extends beyond the picture, for views that are moved
LEAVES_PER_AREA = 170
RADII = (0.035, 0.6)  # density falls with the cube of the radius: no preferred scale
GRAIN_PERIOD = 512  # texels after which the grain repeats
CHART_WIDTH = 0.26
CHART_PLACES = np.array([[0.25, 0.22], [0.74, 0.5], [0.27, 0.78]])  # fractions of the picture
GAIN_STOPS = 3.0  # the darkest scenes need 2^3 times the analog gain of the brightest


@dataclass(frozen=True)
class Leaves:
    """K surfaces; a later one hides an earlier one.

    Attributes:
        place: (K, 2, 3) affine map of a point to the leaf's own coordinates: the leaf is
            the unit disc there, or the square [-1, 1]^2.
        square: (K,) bool.
        dome: (K, 3) steepness and centre (x, y): the normal is (steepness * (p - centre), 1).
        gloss: (K,) strength of the specular reflection of the lights; 0 is matt.
        grain: (K, 2, 3) affine map of a point, in mosaic pixels, to texels of the grain.
        contrast: (K,) how strongly the grain moves the mix of the two materials.
        reflectance: (K, 2, 61) in [0, 1].
    """

    place: Array
    square: NDArray[np.bool_]
    dome: Array
    gloss: Array
    grain: Array
    contrast: Array
    reflectance: Spectra

    def __len__(self) -> int:
        return len(self.square)

    def under(self, others: "Leaves") -> "Leaves":
        """These leaves with the others on top of them."""
        pairs = ((getattr(self, f.name), getattr(others, f.name)) for f in fields(self))
        return Leaves(*(np.concatenate(pair) for pair in pairs))


@dataclass(frozen=True)
class PointLight:
    """A small lamp, or the sun if far away.

    Attributes:
        name: of its spectrum.
        spectrum: (61,) relative power, mean 1.
        position: (x, y, z).
        strength: irradiance at the centre of the plane, relative.
        ambient: share of its light that comes from all directions, 0 to 1.
    """

    name: str
    spectrum: Spectrum
    position: tuple[float, float, float]
    strength: float = 1.0
    ambient: float = 0.3


@dataclass(frozen=True)
class Scene:
    """What the cameras see.

    Attributes:
        leaves: the first is the background and covers everything.
        lights: one or two.
        aspect: width over height of the picture.
        gain: analog gain a camera needs at this light level; 1 in the brightest scenes.
        charts: corners (4, 2) of each ColorChecker, order as in `charts.py`.
        backdrop: a photograph that is seen in place of the first of the leaves; None for none.
    """

    leaves: Leaves
    lights: tuple[PointLight, ...]
    aspect: float = 1.0
    gain: float = 1.0
    charts: tuple[Points, ...] = ()
    backdrop: Backdrop | None = None

    def spectrum(self) -> Spectrum:
        """Mean spectrum of the lights, (61,), weighted by strength."""
        total = sum(lamp.strength for lamp in self.lights)
        return np.asarray(sum(lamp.strength * lamp.spectrum for lamp in self.lights) / total)


def draw_scene(
    rng: Generator,
    lights: Sequence[str],
    mixed: float,
    aspect: float,
    charts: bool = False,
    backdrop: Backdrop | None = None,
) -> Scene:
    """A random scene.

    Args:
        rng: draws everything random.
        lights: names of lights to draw from (see `spectra.light`).
        mixed: probability of two lights instead of one.
        aspect: width over height of the picture.
        charts: whether it has three ColorCheckers, at about :data:`CHART_PLACES`.
        backdrop: a photograph to show in place of leaves.
    """
    lamps = _draw_lights(rng, lights, 2 if rng.random() < mixed else 1, aspect)
    leaves = (
        _draw_leaves(rng, aspect) if backdrop is None else background(np.ones(len(WAVELENGTHS)))
    )
    gain = 2 ** rng.uniform(0, GAIN_STOPS)
    corners = tuple(_draw_chart(rng, place, aspect) for place in CHART_PLACES) if charts else ()
    for chart in corners:
        leaves = leaves.under(chart_leaves(chart))
    return Scene(leaves, lamps, aspect, gain, corners, backdrop)


def flat_leaves(centres: Points, half: Points, angle: float, reflectance: Spectra) -> Leaves:
    """Matt, flat, even squares.

    Args:
        centres: (K, 2).
        half: (K, 2) half the sides, along their own axes.
        angle: of all squares, radians.
        reflectance: (K, 61).
    """
    count = len(centres)
    return Leaves(
        place=_affine(turn(-angle) / half[:, :, None], centres),
        square=np.ones(count, dtype=bool),
        dome=np.zeros((count, 3)),
        gloss=np.zeros(count),
        grain=np.zeros((count, 2, 3)),
        contrast=np.zeros(count),
        reflectance=np.repeat(reflectance[:, None], 2, axis=1),
    )


def background(reflectance: Spectrum) -> Leaves:
    """One even surface that covers everything."""
    leaf = flat_leaves(np.zeros((1, 2)), np.ones((1, 2)), 0.0, reflectance[None])
    return Leaves(np.zeros((1, 2, 3)), *(getattr(leaf, f.name) for f in fields(leaf)[1:]))


def chart_leaves(corners: Points) -> Leaves:
    """A ColorChecker: its dark frame and 24 patches, from its corners (4, 2)."""
    across, down = corners[1] - corners[0], corners[3] - corners[0]
    frame = np.array([[[0, 0], [1, 0], [1, 1], [0, 1]]])
    boxes = np.concatenate([frame, patch_boxes()])  # (25, 4, 2), fractions of the chart
    size = np.array([np.hypot(*across), np.hypot(*down)])
    black_first = np.concatenate([colorchecker()[-1:], colorchecker()])
    centres = corners[0] + boxes.mean(axis=1) @ np.stack([across, down])
    half = (boxes[:, 2] - boxes[:, 0]) * size / 2
    return flat_leaves(centres, half, float(np.arctan2(across[1], across[0])), black_first)


def _affine(linear: Array, origin: Array) -> Array:
    """(K, 2, 3): p to linear @ (p - origin)."""
    return np.concatenate([linear, -linear @ origin[:, :, None]], axis=2)


def _draw_lights(
    rng: Generator, names: Sequence[str], count: int, aspect: float
) -> tuple[PointLight, ...]:
    chosen = rng.choice(len(names), size=count, replace=False)
    angle = rng.uniform(0, 2 * np.pi)
    lamps = []
    for k, name in enumerate(names[i] for i in chosen):
        # A single light is far and falls off little; two are near, opposite each other, and mix.
        aside = rng.uniform(0.5, 0.9) if count == 2 else rng.uniform(0.2, 1.5)
        height = rng.uniform(0.5, 0.9) if count == 2 else rng.uniform(1.5, 3.0)
        x = aspect * (0.5 + aside * np.cos(angle + k * np.pi))
        y = 0.5 + aside * np.sin(angle + k * np.pi)
        strength, ambient = 2 ** rng.uniform(-0.7, 0.7), rng.uniform(0.15, 0.4)
        lamps.append(PointLight(name, light(name), (x, y, height), strength, ambient))
    return tuple(lamps)


def _draw_leaves(rng: Generator, aspect: float) -> Leaves:
    area = (aspect + 2 * MARGIN) * (1 + 2 * MARGIN)
    count = 1 + int(LEAVES_PER_AREA * area)
    centres = rng.uniform(-MARGIN, (aspect + MARGIN, 1 + MARGIN), (count, 2))
    low, high = RADII
    radius = (low**-2 - rng.random(count) * (low**-2 - high**-2)) ** -0.5  # inverse of its CDF
    half = radius[:, None] * np.stack([np.ones(count), rng.uniform(0.35, 1, count)], axis=1)
    linear = turn(-rng.uniform(0, np.pi, count)) / half[:, :, None]
    linear[0] = 0  # the background
    steepness = np.where(rng.random(count) < 0.6, rng.uniform(0.3, 1.4, count), 0.0) / radius
    steepness[0] = 0
    rate = np.exp(rng.uniform(np.log(0.06), np.log(0.7), count))  # texels per pixel: no aliasing
    stretch = np.stack([np.ones(count), rng.uniform(0.15, 1, count)], axis=1)
    grain = (rate[:, None] * stretch)[:, :, None] * turn(rng.uniform(0, np.pi, count))
    offset = rng.uniform(0, GRAIN_PERIOD, (count, 2, 1))
    return Leaves(
        place=_affine(linear, centres),
        square=rng.random(count) < 0.4,
        dome=np.column_stack([steepness, centres]),
        gloss=np.where(rng.random(count) < 0.25, rng.uniform(0.2, 1.2, count), 0.0),
        grain=np.concatenate([grain, offset], axis=2),
        contrast=np.where(rng.random(count) < 0.85, rng.uniform(0.1, 0.5, count), 0.0),
        reflectance=_draw_materials(rng, count),
    )


def _draw_materials(rng: Generator, count: int) -> Spectra:
    """(count, 2, 61): pairs of materials, the second a mixture of the first and something else."""
    measured = reflectances()

    def some() -> Spectra:
        return measured[rng.integers(len(measured), size=count)]

    mix = np.where(rng.random(count) < 0.7, rng.random(count), 1.0)[:, None]
    first = mix * some() + (1 - mix) * some()
    mix = rng.uniform(0, 0.6, (count, 1))
    second = mix * first + (1 - mix) * some()
    pairs = np.stack([first, second], axis=1)
    # Some variety beyond the measured sets: three slow waves over the spectrum.
    phase = (WAVELENGTHS - FIRST) / (LAST - FIRST)  # (61,)
    for wave in (1, 2, 3):
        size, start = rng.normal(0, 0.015, (count, 1, 1)), rng.random((count, 1, 1))
        pairs = pairs + size * np.cos(2 * np.pi * (wave * phase + start))
    return np.clip(pairs, 0.0, 1.0)


def _draw_chart(rng: Generator, place: Array, aspect: float) -> Points:
    """Corners (4, 2) of a chart near its place, turned by up to 8 degrees."""
    centre = place * (aspect, 1) + rng.uniform(-0.02, 0.02, 2)
    half = np.array([1, HEIGHT / WIDTH]) * (CHART_WIDTH / 2)
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half
    return np.asarray(centre + corners @ turn(np.deg2rad(rng.uniform(-8, 8))).T)
