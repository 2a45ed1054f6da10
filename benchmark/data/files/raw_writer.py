"""Writing a mapped raw as a DNG that raw converters open, or as a bare 16-bit TIFF.

The mosaic keeps its geometry: filters in the order of the source file, so that every value stays
on its pixel. Mapped raw has no black level, and its values fall between the counts of the source,
so they are scaled to all 16 bits: black 0, white 65535.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray

from benchmark.data.files.areas import Frame
from benchmark.data.files.colour_tags import Colours, read_colours
from benchmark.data.files.dng import MOSAIC
from benchmark.data.files.filters import first_cell, plane_order
from benchmark.data.files.opening import opened
from benchmark.data.files.packing import RawPicture
from benchmark.data.files.plain import ORIENTATION, Levels
from benchmark.data.files.tiff_tags import tiff_tags
from benchmark.data.files.turns import EXIF_OF_FLIP
from benchmark.files import whole_file

WHITE = 65535
SOFTWARE = "ISP-Bench"
MAKE, MODEL = 271, 272
NEWEST = 52525  # tags from here on came with DNG 1.6


@dataclass(frozen=True, eq=False)
class SourceTags:
    """What a mapped raw takes over from the file of its source.

    Attributes:
        cfa: colours of a 2x2 cell in reading order.
        flip: LibRaw's code for the turn to upright, as in `RawPicture`.
        frame: the camera's own picture inside the mosaic, in packed pixels.
        camera: maker and model; "" where unknown.
        colours: the colour description.
    """

    cfa: str = "RGGB"
    flip: int = 0
    frame: Frame | None = None
    camera: str = ""
    colours: Colours = field(default_factory=Colours)


def read_tags(path: Path, levels: Levels | None, picture: RawPicture) -> SourceTags:
    """The tags of a raw file.

    Args:
        path: a camera file; of a plain TIFF or PNG, only the turn is taken.
        levels: of a plain TIFF or PNG.
        picture: as `read_raw` read it.

    Raises:
        BenchError: the file cannot be opened.
    """
    camera, flip, frame = camera_of(path), picture.flip, picture.frame
    if levels is not None:
        return SourceTags("RGGB" if levels.cfa == "RGB" else levels.cfa, flip, frame, camera)
    with opened(path) as raw:
        cfa = "".join(chr(raw.color_desc[colour]) for colour in first_cell(raw, path))
    return SourceTags(cfa, flip, frame, camera, read_colours(path))


def camera_of(path: Path) -> str:
    """Maker and model of the camera that took a picture; "" where the file does not say it."""
    tags = tiff_tags(path)
    make, model = (
        tags[code].data.split(b"\0")[0].decode(errors="replace") if code in tags else ""
        for code in (MAKE, MODEL)
    )
    return " ".join(f"{make} {model}".split())


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
        OSError: the file cannot be written.
    """
    description = f"{tags.camera or 'raw'} mapped to {target}; black 0, white {WHITE}, {tags.cfa}"
    photometric, extra = None, [(ORIENTATION, "H", 1, EXIF_OF_FLIP[tags.flip], True)]
    if path.suffix.lower() == ".dng":
        photometric, extra = MOSAIC, _dng_tags(tags, target)
        description = f"{description}; {tags.colours.origin}"
    with whole_file(path) as part:
        tifffile.imwrite(
            part, mosaic, byteorder="<", photometric=photometric,
            extratags=extra, metadata=None, description=description.encode(), software=SOFTWARE,
        )  # fmt: skip


def _dng_tags(tags: SourceTags, target: str) -> list[tuple[Any, ...]]:
    """Extra tags for tifffile."""
    model = f"{tags.camera} mapped to {target}".strip().encode()  # UTF-8, as DNG 1.4 and later say
    version = (1, 6, 0, 0) if any(code >= NEWEST for code in tags.colours.tags) else (1, 4, 0, 0)
    extra: list[tuple[Any, ...]] = [
        (MAKE, "s", 0, SOFTWARE, True),
        (MODEL, "s", 0, model, True),  # not the source's name: its profiles no longer fit
        (ORIENTATION, "H", 1, EXIF_OF_FLIP[tags.flip], True),
        (33421, "H", 2, (2, 2), True),  # CFARepeatPatternDim
        (33422, "B", 4, bytes("RGB".index(colour) for colour in tags.cfa), True),  # CFAPattern
        (50706, "B", 4, bytes(version), True),  # DNGVersion
        (50707, "B", 4, bytes((1, 1, 0, 0)), True),  # DNGBackwardVersion
        (50708, "s", 0, model, True),  # UniqueCameraModel
        (50714, "H", 1, 0, True),  # BlackLevel
        (50717, "H", 1, WHITE, True),  # WhiteLevel
    ]
    if tags.frame is not None:
        frame = tags.frame
        extra.append((50719, "H", 2, (2 * frame.left, 2 * frame.top), True))  # DefaultCropOrigin
        extra.append((50720, "H", 2, (2 * frame.width, 2 * frame.height), True))  # DefaultCropSize
    extra += [tag.for_tifffile(code) for code, tag in tags.colours.tags.items()]
    return extra
