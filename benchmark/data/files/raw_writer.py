"""Writing a mapped raw as a DNG that raw converters open, or as a bare 16-bit TIFF.

The mosaic keeps its geometry: filters in the order of the source file, so that every value stays
on its pixel. The black level is gone from mapped raw and its values lie between the counts of the
source, so they are written over all 16 bits: black 0, white 65535.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray

from benchmark.data.files.plain import Levels
from benchmark.data.files.raw import Frame, first_cell, opened, plane_order
from benchmark.errors import BenchError

WHITE = 65535
CFA_PHOTOMETRIC = 32803
D65 = 21  # EXIF's number of the light
FRACTION = 1_000_000  # denominator of the colour tags
SOFTWARE = "ISP-Bench"


@dataclass(frozen=True, eq=False)
class SourceTags:
    """What a mapped raw takes over from the file of its source.

    Attributes:
        cfa: colours of a 2x2 cell in reading order.
        flip: LibRaw's code for the turn to upright, as in `RawPicture`.
        frame: the camera's own picture inside the mosaic, in packed pixels.
        make: maker of the camera; "" where unknown.
        model: name of the camera; "" where unknown.
        neutral: (3,) a neutral surface in R, G, B, as AsShotNeutral has it.
        matrices: (3, 3) from XYZ to R, G, B by EXIF's number of the light.
    """

    cfa: str = "RGGB"
    flip: int = 0
    frame: Frame | None = None
    make: str = ""
    model: str = ""
    neutral: NDArray[np.float64] | None = None
    matrices: tuple[tuple[int, NDArray[np.float64]], ...] = ()

    def scaled(self, source: NDArray, mapped: NDArray) -> "SourceTags":
        """The colour tags for a mapped raw.

        The neutral point and the matrices of the other camera are in no file. They are taken to
        be those of the source times the gain of each channel from source to mapped, by least
        squares over the picture: then a converter shows the mapped raw in about its true colours.

        Args:
            source: (4, H, W) packed RGGB in [0, 1].
            mapped: the same after mapping.
        """
        products = np.einsum("chw,chw->c", source, mapped, dtype=np.float64)
        squares = np.einsum("chw,chw->c", source, source, dtype=np.float64)
        red, gr, gb, blue = np.where(squares > 0, products / np.maximum(squares, 1e-12), 1.0)
        gains = np.array([red, (gr + gb) / 2, blue])
        gains = np.clip(gains / max(gains[1], 1e-6), 0.01, 100)
        neutral = None if self.neutral is None else self.neutral * gains
        matrices = tuple((light, gains[:, None] * m) for light, m in self.matrices)
        return SourceTags(
            self.cfa, self.flip, self.frame, self.make, self.model,
            None if neutral is None else neutral / neutral.max(), matrices,
        )  # fmt: skip


def read_tags(path: Path, levels: Levels | None, frame: Frame | None) -> SourceTags:
    """The tags of a raw file.

    Args:
        path: a camera file; a plain TIFF or PNG has no tags.
        levels: of a plain TIFF or PNG.
        frame: as `read_raw` found it.

    Raises:
        BenchError: the file cannot be opened.
    """
    if levels is not None:
        return SourceTags("RGGB" if levels.cfa == "RGB" else levels.cfa)
    with opened(path) as raw:
        cfa = "".join(chr(raw.color_desc[colour]) for colour in first_cell(raw, path))
        flip = raw.sizes.flip
        gains = np.array(raw.camera_whitebalance[:3], float)
        matrix = np.array(raw.rgb_xyz_matrix[:3], float)
    tags = _tiff_tags(path)
    neutral = None  # all gains equal: LibRaw found no white balance
    if gains.min() > 0 and np.ptp(gains) > 0:
        neutral = gains.min() / gains
    matrices = tuple(
        (int(tags[light]), np.array(tags[name], float).reshape(3, 3, 2))
        for name, light in (("ColorMatrix1", "CalibrationIlluminant1"),
                            ("ColorMatrix2", "CalibrationIlluminant2"))
        if name in tags and light in tags and np.size(tags[name]) == 18
    )  # fmt: skip
    own = tuple((light, fractions[..., 0] / fractions[..., 1]) for light, fractions in matrices)
    if not own and matrix.any():
        own = ((D65, matrix),)
    make, model = (str(tags.get(name, "")).strip() for name in ("Make", "Model"))
    return SourceTags(cfa, flip, frame, make, model, neutral, own)


def _tiff_tags(path: Path) -> dict[str, Any]:
    """The tags of the first picture of a file that is built like a TIFF; {} for others."""
    try:
        with tifffile.TiffFile(path) as tiff:
            return {tag.name: tag.value for tag in tiff.pages.first.tags.values()}
    except Exception:  # CR3, RAF and others are built otherwise, and makers bend the rules
        return {}


def unpack(mapped: NDArray[np.float32], cfa: str) -> NDArray[np.uint16]:
    """The mosaic of a packed raw.

    Args:
        mapped: (4, H, W) in [0, 1], planes R, Gr, Gb, B.
        cfa: colours of a 2x2 cell in reading order.

    Returns:
        (2H, 2W) counts from 0 to 65535.
    """
    _, height, width = mapped.shape
    mosaic = np.empty((2 * height, 2 * width), np.uint16)
    for plane, place in zip(mapped, plane_order(cfa), strict=True):
        mosaic[place // 2 :: 2, place % 2 :: 2] = np.rint(np.clip(plane, 0, 1) * WHITE)
    return mosaic


def write_raw(path: Path, mosaic: NDArray[np.uint16], tags: SourceTags, target: str) -> None:
    """Writes a DNG, or a TIFF of the mosaic alone, whole or not at all.

    Args:
        path: ends in .dng, .tif or .tiff.
        mosaic: (2H, 2W) counts.
        tags: of the mapped raw.
        target: whose colours it has, e.g. "camera B of simulated by cstpp".

    Raises:
        BenchError: the file cannot be written.
    """
    part = path.with_name(f".{path.name}.part")
    says = f"{tags.model or 'raw'} mapped to {target}; black 0, white {WHITE}, {tags.cfa}"
    try:
        if path.suffix.lower() == ".dng":
            extra = _dng_tags(tags, target)
            tifffile.imwrite(
                part, mosaic, photometric=CFA_PHOTOMETRIC, extratags=extra, metadata=None,
                description=says, software=SOFTWARE,
            )  # fmt: skip
        else:
            tifffile.imwrite(part, mosaic, metadata=None, description=says, software=SOFTWARE)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise BenchError(f"{path} cannot be written: {error.strerror}.") from error


def _dng_tags(tags: SourceTags, target: str) -> list[tuple]:
    """Extra tags for tifffile, in the order of their numbers within each group."""
    make, model = SOFTWARE, f"{tags.make} {tags.model} mapped to {target}".strip()
    orientation = "50132467".index(str(tags.flip)) or 8  # EXIF's number for LibRaw's code
    extra: list[tuple] = [
        (271, "s", 0, make, True),
        (272, "s", 0, model, True),  # not the source's name: its profiles do not fit any more
        (274, "H", 1, orientation, True),
        (33421, "H", 2, (2, 2), True),  # CFARepeatPatternDim
        (33422, "B", 4, bytes("RGB".index(colour) for colour in tags.cfa), True),  # CFAPattern
        (50706, "B", 4, bytes((1, 4, 0, 0)), True),  # DNGVersion
        (50707, "B", 4, bytes((1, 1, 0, 0)), True),  # DNGBackwardVersion
        (50708, "s", 0, model, True),  # UniqueCameraModel
        (50714, "H", 1, 0, True),  # BlackLevel
        (50717, "H", 1, WHITE, True),  # WhiteLevel
    ]
    if tags.frame is not None:
        frame = tags.frame
        extra.append((50719, "H", 2, (2 * frame.left, 2 * frame.top), True))  # DefaultCropOrigin
        extra.append((50720, "H", 2, (2 * frame.width, 2 * frame.height), True))  # DefaultCropSize
    for number, (light, matrix) in enumerate(tags.matrices[:2]):
        extra.append((50721 + number, "2i", 9, _fractions(matrix.flat), True))  # ColorMatrix
        extra.append((50778 + number, "H", 1, light, True))  # CalibrationIlluminant
    if tags.neutral is not None:
        extra.append((50728, "2I", 3, _fractions(tags.neutral), True))  # AsShotNeutral
    return extra


def _fractions(values: Iterable[float]) -> tuple[int, ...]:
    return tuple(part for value in values for part in (round(float(value) * FRACTION), FRACTION))
