"""How the numbers of a picture file become linear light: tone curves, then a 3x3 matrix.

The result is linear sRGB (ITU-R BT.709 primaries, white D65) without limits: colours outside sRGB
have numbers below 0, and light brighter than white has numbers above 1.
"""

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmark.data.files.colour_tags import XYZ_OF_SRGB

Array = NDArray[np.float64]

# Bradford's adaptation from D50, the white of colour profiles, to D65 (ICC.1:2022, Annex E).
_D65_OF_D50 = np.array(
    [
        [0.9555766, -0.0230393, 0.0631636],
        [-0.0282895, 1.0099416, 0.0210077],
        [0.0122982, -0.0204830, 1.3299098],
    ]
)
BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)
D65_XY = (0.3127, 0.3290)
_LEVELS = 1 << 12  # of a table made of a formula; between them, values are interpolated


@dataclass(frozen=True, eq=False)
class LightCoding:
    """From stored numbers to linear sRGB.

    Attributes:
        matrix: (3, 3) from linear R, G, B of the file to linear sRGB.
        tones: (3, n) linear value of evenly spaced numbers from 0 to 1, for each channel; None if
            the numbers are linear.
    """

    matrix: Array
    tones: Array | None = None

    def linear(self, stored: NDArray[np.generic]) -> NDArray[np.float32]:
        """Linear sRGB (..., 3) of stored pixels (..., 3): whole numbers, or floating-point ones.

        What is no number counts as black, what is infinite as the largest half-precision number.
        """
        if np.issubdtype(stored.dtype, np.integer):
            top = np.iinfo(stored.dtype).max  # type: ignore[type-var]
            steps = np.arange(top + 1) / top
            table = steps[None].repeat(3, 0) if self.tones is None else self._toned(steps)
            table = table.astype(np.float32)
            light = np.stack([table[c][stored[..., c]] for c in range(3)], axis=-1)
        else:
            most = float(np.finfo(np.float16).max)
            light = np.nan_to_num(stored.astype(np.float32), posinf=most, neginf=0)
        return light @ self.matrix.T.astype(np.float32)

    def _toned(self, values: Array) -> Array:
        assert self.tones is not None
        at = np.linspace(0, 1, self.tones.shape[1])
        return np.stack([np.interp(values, at, tone) for tone in self.tones])


def srgb_coding() -> LightCoding:
    """That of sRGB, IEC 61966-2-1."""
    x = np.linspace(0, 1, 1 << 16)
    linear = np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)
    return LightCoding(np.eye(3), np.tile(linear, (3, 1)))


def linear_coding(chromaticities: tuple[float, ...]) -> LightCoding:
    """That of linear numbers with their own primaries.

    Args:
        chromaticities: x and y of red, green, blue and white, as OpenEXR has them. The white is
            adapted to D65 (Bradford).

    Raises:
        ValueError: they span no colours.
    """
    xy = np.array(chromaticities, float).reshape(4, 2)
    xyz = np.column_stack([xy, 1 - xy.sum(axis=1)]) / np.where(xy[:, 1:] == 0, np.nan, xy[:, 1:])
    # A y of 0 would be infinitely saturated; no file in use has one.
    if not np.isfinite(xyz).all() or abs(np.linalg.det(xyz[:3])) < 1e-6:
        raise ValueError(f"the chromaticities {chromaticities} span no colours")
    to_xyz = xyz[:3].T * np.linalg.solve(xyz[:3].T, xyz[3])  # white is (1, 1, 1)
    x, y = D65_XY
    cones, wanted = BRADFORD @ xyz[3], BRADFORD @ (x / y, 1, (1 - x - y) / y)
    adapted = np.linalg.inv(BRADFORD) @ np.diag(wanted / cones) @ BRADFORD
    return LightCoding(np.linalg.inv(XYZ_OF_SRGB) @ adapted @ to_xyz)


def profile_coding(profile: bytes) -> LightCoding | None:
    """That of an ICC profile made of three curves and a matrix; None for any other profile.

    Source: ICC.1:2022, sections 7.2 (header), 10.6 (curves), 10.18 (parametric curves).
    """
    try:
        tags = _tags(profile)
        if profile[16:20] != b"RGB " or profile[20:24] != b"XYZ ":
            return None
        colorants = np.array([_numbers(tags[c + b"XYZ"], 3) for c in (b"r", b"g", b"b")]).T
        tones = np.stack([_curve(tags[c + b"TRC"]) for c in (b"r", b"g", b"b")])
    except (KeyError, IndexError, struct.error, ValueError):
        return None  # a table in place of curves, or damaged: Pillow's library knows more
    return LightCoding(np.linalg.inv(XYZ_OF_SRGB) @ _D65_OF_D50 @ colorants, tones)


def _tags(profile: bytes) -> dict[bytes, bytes]:
    (count,) = struct.unpack_from(">I", profile, 128)
    tags = {}
    for number in range(min(count, 200)):
        name, offset, size = struct.unpack_from(">4sII", profile, 132 + 12 * number)
        tags[name] = profile[offset : offset + size]
    return tags


def _numbers(tag: bytes, count: int, offset: int = 8) -> Array:
    return np.array(struct.unpack_from(f">{count}i", tag, offset)) / 65536


def _curve(tag: bytes) -> Array:
    """The linear values of 65536 evenly spaced numbers."""
    x = np.linspace(0, 1, 1 << 16)
    if tag[:4] == b"curv":
        (count,) = struct.unpack_from(">I", tag, 8)
        values = np.array(struct.unpack_from(f">{count}H", tag, 12))
        if count == 0:
            return x
        if count == 1:
            return np.asarray(x ** (values[0] / 256))
        return np.interp(x, np.linspace(0, 1, count), values / 65535)
    if tag[:4] != b"para":
        raise ValueError(f"a curve of the type {tag[:4]!r}")
    (kind,) = struct.unpack_from(">H", tag, 8)
    g, a, b, c, d, e, f = (*_numbers(tag, (1, 3, 4, 5, 7)[kind], 12), *[0.0] * 7)[:7]
    if kind == 0:
        return np.asarray(x**g)
    power = np.maximum(a * x + b, 0) ** g
    if kind in (1, 2):  # what is below -b / a is c, which type 1 leaves out
        return np.where(a * x + b >= 0, power, 0) + (c if kind == 2 else 0)
    if kind == 3:
        return np.where(x >= d, power, c * x)
    return np.where(x >= d, power + e, c * x + f)
