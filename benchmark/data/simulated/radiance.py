"""What reaches the sensor: a scene from a view, through given spectral curves.

Spectra are integrated once per material and light (2K materials x L lights x C curves), then
combined per pixel by linear algebra: no pixel has a spectrum of its own, except in photographs,
whose spectra are tables of what the curves make of them. Pictures are made in bands
of rows that fit the processor's cache, so memory use is small at any size.

Least cost at 256 x 256 mosaic pixels, three curves, one light: about 150 passes over 65 536
float32, 10 M operations, 5 to 10 ms with numpy; 186 times that at 3024 x 4032.

Leaf edges are comparisons of float32 numbers computed with +, - and * only, which give the same on
every machine; only the sines of a leaf's parameters may differ, in the last bit of float64. So the
probability that an edge moves from one platform to another is about 1e-8 per pixel.
"""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmark.data.simulated.backdrop import Backdrop, Seen
from benchmark.data.simulated.scenes import GRAIN_PERIOD, Leaves, Scene
from benchmark.data.simulated.spectra import Curves
from benchmark.data.simulated.view import View

Plane = NDArray[np.float32]  # (rows, columns)
Indices = NDArray[np.intp]

BAND = 1 << 18  # pixels computed at a time
SQUARINGS = 5  # exponent 2^5 of the specular lobe: a highlight about 20 degrees wide


def radiance(
    scene: Scene, view: View, curves: Curves, rows: int, columns: int
) -> NDArray[np.float32]:
    """Linear responses of every pixel, (C, rows, columns) float32, 0 or more, in a relative unit.

    Args:
        scene: what is seen.
        view: how the camera is held.
        curves: (61, C), e.g. the three sensitivities of one camera, or six of two cameras.
        rows: mosaic rows.
        columns: mosaic columns.
    """
    to_scene = view.to_scene(rows, columns)
    out = np.empty((curves.shape[1], rows, columns), dtype=np.float32)
    for band in bands(rows, columns):
        _Band(scene, to_scene, rows, band, columns).respond(curves, out[:, band])
    return out


def bands(rows: int, columns: int) -> Iterator[slice]:
    """Slices of rows with at most :data:`BAND` pixels (or one row)."""
    step = max(1, BAND // columns)
    return (slice(top, min(top + step, rows)) for top in range(0, rows, step))


class _Shading(NamedTuple):
    """One light at each pixel, relative: the part the material colours, and the mirrored part."""

    diffuse: Plane
    specular: Plane


class _Band:
    """Some rows of the picture, with everything that does not depend on the camera.

    Args:
        scene: what is seen.
        to_scene: (2, 3) affine map from mosaic pixels to the scene.
        rows: mosaic rows of the whole picture.
        band: rows of this band.
        columns: mosaic columns.
    """

    def __init__(
        self, scene: Scene, to_scene: NDArray[np.float64], rows: int, band: slice, columns: int
    ) -> None:
        self.lights = scene.lights
        self.leaves = scene.leaves
        self.x = (np.arange(columns) + 0.5).astype(np.float32)
        self.y = (np.arange(band.start, band.stop) + 0.5).astype(np.float32)[:, None]
        self.labels = _labels(self.leaves, to_scene, self.x, self.y)
        self.mix = self._mix(to_scene, rows)
        self.shading = self._shade(to_scene)
        self.behind = self._behind(scene.backdrop, to_scene) if scene.backdrop else None

    def respond(self, curves: Curves, out: NDArray[np.float32]) -> None:
        """Responses of C curves (61, C) into `out`, (C, rows of the band, columns)."""
        out[:] = 0
        for lamp, shading in zip(self.lights, self.shading, strict=True):
            lit = lamp.spectrum[:, None] * curves  # (61, C)
            materials = (self.leaves.reflectance @ lit).astype(np.float32)  # (K, 2, C)
            highlight = lit.sum(axis=0, dtype=np.float64).astype(np.float32)  # (C,): white
            behind = None if self.behind is None else self.behind.responses(lit)
            for c in range(curves.shape[1]):
                first = materials[:, 0, c]
                response = (materials[:, 1, c] - first)[self.labels]
                response *= self.mix
                response += first[self.labels]
                if behind is not None:
                    response[self.labels == 0] = behind[c]
                response *= shading.diffuse
                response += highlight[c] * shading.specular
                out[c] += response

    def _behind(self, backdrop: Backdrop, to_scene: NDArray[np.float64]) -> Seen:
        """The photograph where no leaf but the first is seen."""
        rows, columns = np.nonzero(self.labels == 0)
        at = np.stack([self.x[columns], self.y[rows, 0], np.ones(len(rows))])
        return backdrop.seen(*(to_scene @ at))

    def _mix(self, to_scene: NDArray[np.float64], rows: int) -> Plane:
        """Share of the second material, in [0, 1]."""
        linear = self.leaves.grain[:, :, :2] * rows
        grain = np.concatenate([linear, self.leaves.grain[:, :, 2:]], axis=2)
        texels = _compose(grain, to_scene)
        noise = _grain_at(self._apply(texels[:, 0]), self._apply(texels[:, 1]))
        noise *= self.leaves.contrast.astype(np.float32)[self.labels]
        noise += 0.5
        return np.clip(noise, 0, 1, out=noise)

    def _apply(self, affine: NDArray[np.float64]) -> Plane:
        """The affine function (K, 3) of each pixel's leaf at the pixel."""
        a, b, c = affine.T.astype(np.float32)
        return a[self.labels] * self.x + b[self.labels] * self.y + c[self.labels]

    def _shade(self, to_scene: NDArray[np.float64]) -> list[_Shading]:
        """Lambert and Blinn-Phong shading of the domed leaves, for each light."""
        (ax, bx, cx), (ay, by, cy) = to_scene.astype(np.float32)
        x, y = ax * self.x + bx * self.y + cx, ay * self.x + by * self.y + cy
        steepness, middle_x, middle_y = self.leaves.dome.T.astype(np.float32)
        steepness = steepness[self.labels]
        normal_x = steepness * (x - middle_x[self.labels])
        normal_y = steepness * (y - middle_y[self.labels])
        length = np.sqrt(normal_x**2 + normal_y**2 + 1)
        gloss = self.leaves.gloss.astype(np.float32)[self.labels]
        by_light = []
        for lamp in self.lights:
            to_x, to_y, to_z = (
                np.float32(p) - q for p, q in zip(lamp.position, (x, y, 0), strict=True)
            )
            square = to_x**2 + to_y**2 + to_z**2
            distance = np.sqrt(square)
            facing = np.maximum(normal_x * to_x + normal_y * to_y + to_z, 0) / (length * distance)
            fall = np.float32(lamp.strength * lamp.position[2] ** 2) / square
            ambient = np.float32(lamp.ambient)
            diffuse = fall * (ambient + (1 - ambient) * facing)
            # The half vector of the light and the camera, which is far away and looks along -z.
            half = np.sqrt(2 * square + 2 * distance * to_z)
            lobe = (normal_x * to_x + normal_y * to_y + to_z + distance) / (length * half)
            lobe = np.maximum(lobe, 0)
            for _ in range(SQUARINGS):
                lobe *= lobe
            by_light.append(_Shading(diffuse, lobe * gloss * fall))
        return by_light


def _compose(affine: NDArray[np.float64], to_scene: NDArray[np.float64]) -> NDArray[np.float64]:
    """(K, 2, 3) maps of scene points, turned into maps of mosaic pixels."""
    composed = affine[:, :, :2] @ to_scene
    composed[:, :, 2] += affine[:, :, 2]
    return composed


def _labels(leaves: Leaves, to_scene: NDArray[np.float64], x: Plane, y: Plane) -> Indices:
    """Number of the leaf seen at each pixel, painted from the back to the front."""
    labels = np.zeros((y.size, x.size), dtype=np.intp)
    place = _compose(leaves.place, to_scene)[1:]
    square = leaves.square[1:]
    inverse = np.linalg.inv(place[:, :, :2])
    middle = -(inverse @ place[:, :, 2:])[:, :, 0]  # (K - 1, 2)
    reach = np.where(
        square[:, None], np.abs(inverse).sum(axis=2), np.sqrt((inverse**2).sum(axis=2))
    )
    origin = np.array([x[0], y[0, 0]])  # one pixel outwards: the box need not be tight
    low = np.floor(middle - reach - origin).astype(int).clip(0)
    high = np.ceil(middle + reach - origin + 1).astype(int).clip(0)
    seen = (low[:, 0] < x.size) & (low[:, 1] < y.size) & (high > low).all(axis=1)
    place = place.astype(np.float32)
    for k in np.flatnonzero(seen):
        (ax, bx, cx), (ay, by, cy) = place[k]
        columns, rows = slice(low[k, 0], high[k, 0]), slice(low[k, 1], high[k, 1])
        px, py = x[columns], y[rows]
        u = ax * px + (bx * py + cx)
        v = ay * px + (by * py + cy)
        inside = np.maximum(np.abs(u), np.abs(v)) <= 1 if square[k] else u * u + v * v <= 1
        labels[rows, columns][inside] = k + 1
    return labels


@cache
def _grain() -> NDArray[np.float32]:
    """A periodic noise picture, (512, 512), mean 0, standard deviation 1, amplitude ~ 1/f."""
    rng = np.random.default_rng(1)
    frequency = np.fft.fftfreq(GRAIN_PERIOD)
    radius = np.hypot(frequency, frequency[:, None])
    radius[0, 0] = np.inf
    white = np.fft.fft2(rng.standard_normal((GRAIN_PERIOD, GRAIN_PERIOD)))
    # Flat below 1/32: blotches as large as a leaf would just change its colour.
    noise = np.fft.ifft2(white / np.maximum(radius, 1 / 32)).real
    return (noise / noise.std()).astype(np.float32)


def _grain_at(x: Plane, y: Plane) -> Plane:
    """The grain at points in texels, bilinear."""
    floor_x, floor_y = np.floor(x), np.floor(y)
    x, y = x - floor_x, y - floor_y
    wrap = GRAIN_PERIOD - 1  # a power of two: `&` is the remainder
    left, top = floor_x.astype(np.intp) & wrap, (floor_y.astype(np.intp) & wrap) * GRAIN_PERIOD
    right, below = (left + 1) & wrap, (top + GRAIN_PERIOD) & (GRAIN_PERIOD**2 - 1)
    grain = _grain().ravel()
    upper, lower = grain[top + left], grain[below + left]
    upper += (grain[top + right] - upper) * x
    lower += (grain[below + right] - lower) * x
    upper += (lower - upper) * y
    return upper
