"""From the colour of a pixel to a spectrum: non-negative mixes of measured reflectances.

Three numbers do not decide a spectrum. So there are several *palettes*, each a random part of the
measured reflectances, triangulated in the plane of u', v' (CIE 1976), where distances are about
those that people see. A colour inside a triangle is exactly one non-negative mix of the surfaces at
its three corners, the nearest ones on all sides (interpolation of measured spectra over triangles:
Abed, Amirshahi and Abed, JOSA A 26(3), 2009). Another palette makes the same colour of other
surfaces: a metamer, which the next camera or light tells apart. Between two palettes, spectra are
interpolated, which changes no colour.

Spectra that are a function of the colour, as those of Smits, Meng, Jakob or Mallett are, would make
the way from one camera to the other a fixed table; and spectra of three basis functions, a 3x3
matrix. Mixes of measured ones have the dimensions of measured ones.

Colours are linear and of any brightness: a mix is scaled to the brightness of the pixel, which is
that of its shading as much as of its surface. Colours more saturated than every measured surface
(less than 1 % of the pixels of photographs) are brought to the edge of what surfaces reach, towards
white, at the same luminance.
"""

from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import scipy  # whose parts load when first used
from numpy.typing import NDArray

from benchmark.data.files.colour_tags import XYZ_OF_SRGB
from benchmark.data.simulated.spectra import Curves, light, observer, reflectances
from benchmark.seeds import seed_of

PALETTES = 16
SHARE = 0.1  # of the measured reflectances in each palette, besides the most saturated ones
GRID = 96  # nodes along u' and along v'; between them, mixes are interpolated
NEAR_BLACK = 1e-9

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Primaries:
    """What the three numbers of a pixel mean.

    Attributes:
        curves: (61, 3): a surface of reflectance r has the numbers r @ curves; white is (1, 1, 1).
        to_xyz: (3, 3) from these numbers to about XYZ. It only decides which surfaces count as
            near to each other; the numbers of a mix are right in any case.
    """

    curves: Curves
    to_xyz: Array


@cache
def daylight_srgb() -> Primaries:
    """Linear sRGB: what the standard observer sees of a surface in daylight (D65)."""
    return Primaries(light("D65")[:, None] * observer(), XYZ_OF_SRGB)


class Recovery:
    """Responses of any camera to the spectra behind pixels.

    Args:
        primaries: what the numbers of the pixels mean.

    Attributes:
        white: amount of light D of a white surface, see `coordinates`.
    """

    def __init__(self, primaries: Primaries) -> None:
        self._to_uv = _UVD @ primaries.to_xyz
        measured = reflectances() @ primaries.curves @ self._to_uv.T  # (N, 3)
        points = measured[:, :2] / measured[:, 2:]
        self._low, self._high = points.min(axis=0), points.max(axis=0)
        axes = [np.linspace(*ends, GRID) for ends in zip(self._low, self._high, strict=True)]
        nodes = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2)
        hull = scipy.spatial.ConvexHull(points)
        white = self._to_uv.sum(axis=1)
        self.white = float(white[2])  # D of a white surface
        inside = _towards(nodes, white[:2] / white[2], hull.equations)
        # The luminance of a pixel is v' D / 9, and is kept by those that move.
        scale = nodes[:, 1] / inside[:, 1]
        mixes = [_mixes(points, hull.vertices, inside, number) for number in range(PALETTES)]
        self._corners = np.stack([mix[0] for mix in mixes])  # (T, G * G, 3)
        weights = np.stack([mix[1] for mix in mixes]) * scale[:, None]
        self._weights = weights / measured[self._corners, 2]

    def coordinates(self, pixels: NDArray[np.float32]) -> tuple[Array, Array]:
        """u', v' as places on the grid (2, N), and the amount of light D = X + 15Y + 3Z (N,).

        Args:
            pixels: (3, N) linear, in the primaries.
        """
        u, v, amount = self._to_uv @ pixels
        amount = np.maximum(amount, NEAR_BLACK)
        uv = np.stack([u / amount, v / amount])
        inside = np.clip(uv, self._low[:, None], self._high[:, None])
        amount *= np.maximum(uv[1], 0) / inside[1]  # as in `__init__`, luminance is kept
        places = (inside - self._low[:, None]) / (self._high - self._low)[:, None]
        return places * (GRID - 1), amount

    def responses(self, curves: Curves, palette: Array, places: Array, amount: Array) -> Array:
        """What curves make of the spectra of pixels, (C, N).

        Args:
            curves: (61, C), the light included.
            palette: (N,) which palette, at fractions between two; beyond the last, the first
                follows.
            places: (2, N), and
            amount: (N,) of `coordinates`.
        """
        table = _table(self, curves.tobytes(), curves.shape[1])
        at = np.stack([palette % PALETTES, *places])
        floor = np.minimum(at.astype(np.intp), np.array([[PALETTES - 1], [GRID - 2], [GRID - 2]]))
        part = (at - floor).astype(np.float32)
        first = (floor[0] * GRID + floor[1]) * GRID + floor[2]
        seen = np.zeros((len(amount), curves.shape[1]), np.float32)
        for corner in np.ndindex(2, 2, 2):  # of the cell of the table, trilinear
            share = np.prod(
                [p if up else 1 - p for p, up in zip(part, corner, strict=True)], axis=0
            )
            seen += share[:, None] * table[first + np.dot(corner, (GRID * GRID, GRID, 1))]
        return np.asarray(seen.T * amount)

    def table(self, curves: Curves) -> NDArray[np.float32]:
        """Responses per unit of D at all nodes, ((T + 1) G G, C); the last palette is the first."""
        surfaces = reflectances() @ curves  # (N, C)
        table = np.zeros((PALETTES, GRID * GRID, curves.shape[1]))
        for corner in range(3):
            table += self._weights[..., corner, None] * surfaces[self._corners[..., corner]]
        around = np.concatenate([table, table[:1]])
        return around.reshape(-1, curves.shape[1]).astype(np.float32)


# From XYZ to 4X, 9Y and D = X + 15Y + 3Z: u' and v' are the first two over the third.
_UVD = np.array([[4.0, 0, 0], [0, 9, 0], [1, 15, 3]])


@lru_cache(maxsize=64)  # all lights and cameras of a data set; 0.6 MB for each curve
def _table(recovery: Recovery, curves: bytes, channels: int) -> NDArray[np.float32]:
    return recovery.table(np.frombuffer(curves).reshape(-1, channels))


def _towards(points: Array, white: Array, facets: Array) -> Array:
    """Points (n, 2) outside a convex hull, moved straight towards white until they are inside."""
    normals, offsets = facets[:, :2], facets[:, 2]
    room = -(normals @ white + offsets)  # (F,) distance of white from each facet
    needed = (points - white) @ normals.T  # (n, F) how far a point goes towards each facet
    share = np.min(np.where(needed > 0, room / np.maximum(needed, NEAR_BLACK), np.inf), axis=1)
    return white + np.minimum(share * (1 - 1e-6), 1)[:, None] * (points - white)


def _mixes(
    points: Array, extremes: NDArray[np.intp], nodes: Array, number: int
) -> tuple[NDArray[np.intp], Array]:
    """The surfaces (n, 3) around each node in a palette, and their barycentric weights (n, 3)."""
    rng = np.random.default_rng(seed_of("palette", number))
    chosen = np.union1d(np.flatnonzero(rng.random(len(points)) < SHARE), extremes)
    triangles = scipy.spatial.Delaunay(points[chosen])
    found = triangles.find_simplex(nodes, tol=1e-9)
    transform = triangles.transform[found]  # (n, 3, 2)
    first = np.einsum("nij,nj->ni", transform[:, :2], nodes - transform[:, 2])
    weights = np.column_stack([first, 1 - first.sum(axis=1)]).clip(0)
    return chosen[triangles.simplices[found]], weights
