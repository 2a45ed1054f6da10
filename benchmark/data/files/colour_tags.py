"""The colour description of a raw file, and of a mapped raw.

A DNG describes its colours by tags: matrices from XYZ to the camera's R, G, B for one or more
lights, corrections of them, the white balance of the picture, a profile. They are copied unchanged,
so that every converter develops a raw whose values were not changed to the same colours. Only a
white balance given as the x, y of the light is rewritten as the equal one in R, G, B, the only form
that LibRaw knows; and a picture without a white balance stays without one. Of other formats, what
LibRaw knows is taken: how it develops them, and the white balance.

Lens corrections (opcode lists), which are not colours, and profiles in directories of their own are
not copied.

Values that a mapper has changed need another description: see :meth:`Colours.after`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import rawpy
from numpy.typing import NDArray

from benchmark.data.files.dng import Tag
from benchmark.data.files.opening import opened
from benchmark.data.files.tiff_tags import RATIONAL, SHORT, SRATIONAL, Value, fractions, tiff_tags

D65 = 21  # EXIF's number of the light
XYZ_OF_SRGB = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
# CCT in K of EXIF's numbers of lights, as in the DNG specification.
KELVIN = {
    1: 5500, 2: 4200, 3: 2850, 4: 5500, 9: 5500, 10: 6500, 11: 7500, 12: 6400, 13: 5050, 14: 4150,
    15: 3525, 17: 2850, 18: 5000, 19: 6500, 20: 5500, 21: 6500, 22: 7500, 23: 5000, 24: 3200,
}  # fmt: skip
COLOR_MATRIX = (50721, 50722, 52531)  # of the first, second and third light
CALIBRATION = (50723, 50724, 52530)
ILLUMINANT = (50778, 50779, 52529)
ILLUMINANT_DATA = (52533, 52534, 52535)
ANALOG_BALANCE, NEUTRAL, WHITE_XY, EXPOSURE = 50727, 50728, 50729, 50730
# What holds for all pictures of a camera: the matrices above; reduction and forward matrices; the
# signatures of calibration; the profile: name, policy, copyright, hue and saturation, tone, look,
# exposure; BaselineExposure.
OF_CAMERA = frozenset(
    (*COLOR_MATRIX, *CALIBRATION, *ILLUMINANT, *ILLUMINANT_DATA, ANALOG_BALANCE, EXPOSURE,
     50725, 50726, 52538, 50964, 50965, 52532, 50931, 50932, 50934, 50936, 50937, 50938, 50939,
     52537, 51107, 50940, 50941, 50942, 50981, 50982, 51108, 51109, 51110)
)  # fmt: skip
# White balance of one picture; colorimetric reference and the profiles for it; linear response.
OF_PICTURE = frozenset((NEUTRAL, WHITE_XY, 50879, 50831, 50832, 50833, 50834, 50734))

GREY, BRIGHTER = 0.2, 0.25  # shares of white, of the fields that LibRaw develops
RIDGE = 1e-4  # of the mean energy: what a picture does not decide stays a gain for each channel
SATURATED = 0.999
HALF_A_COUNT = 0.5 / 65535  # a mapped raw that differs less is not changed


@dataclass(frozen=True)
class Colours:
    """The colour description of a raw.

    Attributes:
        tags: as a DNG has them, by number.
        origin: where it comes from, a phrase.
    """

    tags: Mapping[int, Value] = field(default_factory=dict)
    origin: str = "no colour description"

    @property
    def known(self) -> bool:
        """Whether there is a matrix."""
        return any(self._matrix(code) is not None for code in COLOR_MATRIX)

    def neutral(self) -> NDArray[np.float64] | None:
        """(3,) a neutral surface in R, G, B of the picture; None where the white is unknown."""
        if NEUTRAL in self.tags:
            return _positive(self.tags[NEUTRAL].numbers)
        point = self.tags[WHITE_XY].numbers if WHITE_XY in self.tags else np.zeros(0)
        if len(point) != 2 or not point.min() > 0:
            return None
        x, y = point
        matrix = self._matrix_at(x, y)
        return None if matrix is None else _positive(matrix @ (x / y, 1, (1 - x - y) / y))

    def after(
        self,
        source: NDArray[np.float32],
        mapped: NDArray[np.float32],
        target: "Colours | None" = None,
    ) -> "Colours":
        """The colour description of a mapped raw.

        Values that were not changed keep the description. For others, the matrices are those of
        the target camera if a file of it is known. Otherwise the mapping is approximated by a
        linear one, the least-squares fit over the picture, and the matrices of the source are
        multiplied by it: then a converter shows the mapped raw in about the colours of the source.
        Forward matrices and profiles cannot be carried over in this way and are left out. In both
        cases the white balance is that of the source, carried over by the fit.

        Args:
            source: (4, H, W) packed RGGB in [0, 1], of which this is the description.
            mapped: the same after mapping.
            target: the description of a file of the target camera.
        """
        if np.abs(mapped - source).max() <= HALF_A_COUNT:
            return self
        fit = linear_fit(source, mapped)
        tags: dict[int, Value] = {}
        if target is not None and target.known:
            tags = {code: tag for code, tag in target.tags.items() if code in OF_CAMERA}
            origin = target.origin
        elif self.known:
            tags = self._multiplied(fit)
            origin = f"{self.origin}, multiplied by a linear fit of the mapping"
        else:
            origin = Colours.origin
        white = self.neutral()
        if white is not None:
            brought = _positive(fit @ white)
            brought = np.diag(fit) * white if brought is None else brought
            tags[NEUTRAL] = fractions(brought / brought.max(), RATIONAL)
            origin += "; white balance brought over by the mapping"
        return Colours(tags, origin)

    def _multiplied(self, fit: NDArray[np.float64]) -> dict[int, Value]:
        """The matrices of all lights with their corrections, after a linear map of R, G, B."""
        tags = {
            c: self.tags[c] for c in (*ILLUMINANT, *ILLUMINANT_DATA, EXPOSURE) if c in self.tags
        }
        for light, code in enumerate(COLOR_MATRIX):
            matrix = self._corrected(light)
            if matrix is not None:
                tags[code] = fractions(fit @ matrix, SRATIONAL)
        return tags

    def _corrected(self, light: int) -> NDArray[np.float64] | None:
        """From XYZ to R, G, B of the picture: AnalogBalance x CameraCalibration x ColorMatrix."""
        matrix = self._matrix(COLOR_MATRIX[light])
        if matrix is None:
            return None
        calibration = self._matrix(CALIBRATION[light])
        if calibration is not None:
            matrix = calibration @ matrix
        balance = self.tags.get(ANALOG_BALANCE)
        if balance is not None and len(balance.numbers) == 3 and np.isfinite(balance.numbers).all():
            matrix = balance.numbers[:, None] * matrix
        return matrix

    def _matrix_at(self, x: float, y: float) -> NDArray[np.float64] | None:
        """The corrected matrix at a white point: of two lights, between them by 1 / CCT."""
        found = [(self._light(k), m) for k in range(3) if (m := self._corrected(k)) is not None]
        lights = sorted(((KELVIN[k], m) for k, m in found if k in KELVIN), key=lambda pair: pair[0])
        if len(lights) < 2:
            return found[0][1] if found else None
        n = (x - 0.3320) / (0.1858 - y)  # McCamy 1992
        kelvin = np.clip(449 * n**3 + 3525 * n**2 + 6823.3 * n + 5520.33, 1500, 25000)
        (warm, first), (cold, second) = lights[0], lights[-1]
        if warm == cold:
            return first
        share = np.clip((1 / kelvin - 1 / cold) / (1 / warm - 1 / cold), 0, 1)
        mixed: NDArray[np.float64] = share * first + (1 - share) * second
        return mixed

    def _light(self, number: int) -> int:
        tag = self.tags.get(ILLUMINANT[number])
        return int(tag.numbers[0]) if tag is not None and len(tag.numbers) else 0

    def _matrix(self, code: int) -> NDArray[np.float64] | None:
        tag = self.tags.get(code)
        if tag is None or len(tag.numbers) != 9 or not np.isfinite(tag.numbers).all():
            return None
        return tag.numbers.reshape(3, 3)


def read_colours(path: Path) -> Colours:
    """The colour description of a raw file of any camera.

    Raises:
        BenchError: the file cannot be opened.
    """
    found = tiff_tags(path)
    tags = {}
    if Tag.DNGVersion in found:
        tags = {code: tag for code, tag in found.items() if code in OF_CAMERA | OF_PICTURE}
    with opened(path) as raw:
        gains = np.array(raw.camera_whitebalance[:3], float)
        matrix = None if Colours(tags).known else _libraw_matrix(raw)
    if matrix is not None:
        tags[COLOR_MATRIX[0]] = fractions(matrix, SRATIONAL)
        tags[ILLUMINANT[0]] = Value(SHORT, np.array([D65], "<u2").tobytes())
    if NEUTRAL not in tags:
        white = Colours(tags).neutral()  # by AsShotWhiteXY, which LibRaw and others do not know
        if white is None and gains.min() > 0:  # LibRaw has 0 where it found no white balance
            white = 1 / gains
        if white is not None:
            tags[NEUTRAL] = fractions(white / white.max(), RATIONAL)
            tags.pop(WHITE_XY, None)
    return Colours(tags, f"colours of {path.name}" if Colours(tags).known else Colours.origin)


def _libraw_matrix(raw: Any) -> NDArray[np.float64] | None:
    """The matrix from XYZ to R, G, B by which LibRaw develops a file; None if it knows none.

    It comes from a table of models, from the file, or from the code of one format, and rawpy does
    not show all of them. So it is measured: the mosaic is overwritten by four flat fields, grey and
    grey with more of one colour, which are developed to sRGB and without a colour space.
    """
    if raw.raw_type != rawpy.RawType.Flat:
        return None
    mosaic, colours = raw.raw_image, np.where(raw.raw_colors == 3, 1, raw.raw_colors)
    black = np.array(raw.black_level_per_channel, float)[raw.raw_colors]
    half = (mosaic.shape[0] // 2, mosaic.shape[1] // 2)
    for number in range(4):
        part = np.s_[
            half[0] * (number // 2) :, half[1] * (number % 2) :
        ]  # later fields overwrite the rest of earlier ones
        share = np.where(colours[part] == number, BRIGHTER, GREY)  # 3: no colour
        mosaic[part] = np.rint(black[part] + share * (raw.white_level - black[part]))
    fields = []
    for space in (rawpy.ColorSpace.raw, rawpy.ColorSpace.sRGB):
        pixels = raw.postprocess(
            half_size=True, use_camera_wb=True, no_auto_bright=True, gamma=(1, 1), output_bps=16,
            user_flip=0, output_color=space,
        )  # fmt: skip
        rows, columns = pixels.shape[0] // 4, pixels.shape[1] // 4
        fields.append([pixels[y, x] for y in (rows, 3 * rows) for x in (columns, 3 * columns)])
    to_srgb = np.linalg.lstsq(np.array(fields[0], float), np.array(fields[1], float))[0].T
    if np.allclose(to_srgb, np.eye(3), atol=0.001):
        return None
    daylight = np.array(raw.daylight_whitebalance[:3], float)
    daylight = daylight if daylight.min() > 0 else np.ones(3)
    return np.linalg.inv(XYZ_OF_SRGB @ to_srgb) / daylight[:, None]


def linear_fit(source: NDArray[np.float32], mapped: NDArray[np.float32]) -> NDArray[np.float64]:
    """The linear map of R, G, B that comes nearest to a mapping, up to exposure.

    Least squares over the picture without its saturated pixels. What its colours do not decide,
    in a picture of a grey wall for example, is taken to be a gain for each channel.

    Args:
        source: (4, H, W) packed RGGB in [0, 1].
        mapped: the same after mapping.

    Returns:
        (3, 3), from source to mapped; it leaves the green of a grey surface as it is.
    """
    valid = (source.max(0) < SATURATED) & (mapped.max(0) < SATURATED)
    before, after = (np.stack([p[0], (p[1] + p[2]) / 2, p[3]])[:, valid] for p in (source, mapped))
    energy = np.einsum("in,jn->ij", before, before, dtype=np.float64)
    mixed = np.einsum("in,jn->ij", after, before, dtype=np.float64)
    own = np.diag(energy)
    gains = np.where(own > 0, np.diag(mixed) / np.maximum(own, 1e-12), 1.0)
    gains = np.diag(np.clip(gains, 0.01, 100))
    if own.min() <= 0:
        return gains / gains[1, 1]
    ridge = RIDGE * own.mean() * np.eye(3)
    fit = gains + np.linalg.solve(energy + ridge, (mixed - gains @ energy).T).T
    green = fit[1].sum()
    if green <= 0 or np.linalg.det(fit) <= 0:  # no colour space: the mapper inverts something
        return gains / gains[1, 1]
    return fit / green


def _positive(values: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Three numbers above 0; None if they are anything else."""
    good = len(values) == 3 and np.isfinite(values).all() and values.min() > 0
    return values if good else None
