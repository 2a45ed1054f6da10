"""16-bit TIFF and PNG as raw pictures, and the `levels.yaml` that says what their numbers mean.

A `levels.yaml` holds for all TIFF and PNG files of one camera::

    cfa: RGGB       # or GRBG, GBRG, BGGR; RGB for linear pictures of three channels
    black: 528      # counts; one number, or four for R, Gr, Gb, B; 0 if left out
    white: 4095     # counts
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import tifffile
import yaml
from numpy.typing import NDArray

from benchmark.config import build
from benchmark.data.files.picture_file import LARGEST, check_pixels, deep_png, open_picture
from benchmark.errors import BenchError

PLAIN_SUFFIXES = frozenset({".tif", ".tiff", ".png"})
ORIENTATION = 274  # the number of this tag in TIFF and EXIF
EXAMPLE = "'cfa: RGGB', 'black: 528' and 'white: 4095', each on a line of its own"


@dataclass(frozen=True)
class Levels:
    """What the numbers of a TIFF or PNG mean.

    Attributes:
        cfa: colours of a 2x2 cell in reading order; or "RGB" for linear three-channel pictures,
            whose G then stands for both greens.
        white: level of saturation, in counts.
        black: black level in counts; or four of them, for R, Gr, Gb, B.
    """

    cfa: Literal["RGGB", "GRBG", "GBRG", "BGGR", "RGB"]
    white: int
    black: int | tuple[int, int, int, int] = 0


def read_levels(path: Path) -> Levels:
    """The levels in a `levels.yaml`.

    Raises:
        BenchError: not YAML, an unknown or missing key, or a value of the wrong kind.
    """
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise BenchError(f"{path} cannot be read: {error}. Write {EXAMPLE}.") from error
    if not isinstance(values, dict) or not {"cfa", "white"} <= values.keys():
        raise BenchError(f"{path} must say at least cfa and white: {EXAMPLE}.")
    return build(Levels, values, str(path))


def plain_pixels(path: Path) -> NDArray[np.uint16]:
    """Pixels of a TIFF or PNG as stored: (h, w) or (h, w, 3) uint16.

    Raises:
        BenchError: the file is broken, too large, not of 16 bits, or of other channels.
    """
    plain_size(path)
    try:
        pixels = _tiff(path) if path.suffix.lower() != ".png" else _png(path)
    except Exception as error:  # the decoders fail in many ways, always because of the file
        raise BenchError(f"{path} cannot be decoded: {error}") from error
    if pixels.dtype != np.uint16 or pixels.ndim not in (2, 3) or pixels.shape[2:] not in ((), (3,)):
        raise BenchError(
            f"{path} holds {pixels.dtype} of the shape {pixels.shape}; a raw must be uint16, one "
            f"channel (mosaic) or three (linear RGB)."
        )
    return pixels


def plain_size(path: Path) -> tuple[int, int]:
    """Rows and columns of a TIFF or PNG as stored, without decoding it.

    Raises:
        BenchError: it cannot be opened, or is too large.
    """
    if path.suffix.lower() == ".png":
        with open_picture(path) as picture:
            return picture.height, picture.width
    rows, columns, _ = _first_page(path)
    check_pixels(str(path), columns, rows)
    return rows, columns


def orientation(path: Path) -> int:
    """The EXIF number of the turn to upright of a TIFF or PNG; 1 (upright) where it names none."""
    if path.suffix.lower() == ".png":
        with open_picture(path) as picture:
            number = picture.getexif().get(ORIENTATION, 1) if "exif" in picture.info else 1
    else:
        number = _first_page(path)[2]
    return int(number) if number in range(1, 9) else 1


def _first_page(path: Path) -> tuple[int, int, Any]:
    """Rows, columns and orientation of the first picture in a TIFF.

    Raises:
        BenchError: it is not a TIFF, or damaged.
    """
    try:
        with tifffile.TiffFile(path) as tiff:
            page = tiff.pages.first
            turn = page.tags.valueof(ORIENTATION, 1)
            return int(page.imagelength), int(page.imagewidth), turn
    except Exception as error:  # as in plain_pixels
        raise BenchError(f"{path} cannot be opened as a picture: {error}.") from error


def _tiff(path: Path) -> NDArray[Any]:
    with tifffile.TiffFile(path) as tiff:
        series = tiff.series[0]
        if series.size > 3 * LARGEST:
            raise ValueError(f"it holds pictures of the shape {series.shape}")
        return series.asarray()


def _png(path: Path) -> NDArray[Any]:
    """Pillow reads one channel of 16 bits, but cuts three channels down to 8 bits each."""
    with open_picture(path) as picture:
        if picture.mode != "RGB":
            return np.asarray(picture)
    return deep_png(path)


def levels_of(path: Path) -> Levels | None:
    """The levels of a TIFF or PNG, from the `levels.yaml` of its folder; None for a camera file.

    Raises:
        BenchError: there is no such file, or no levels.yaml names its levels.
    """
    if path.suffix.lower() not in PLAIN_SUFFIXES:
        return None
    if not path.is_file():
        raise BenchError(f"{path}: there is no such file.")
    folder = path.absolute().parent
    for place in (folder, folder.parent) if folder.name == "raw" else (folder,):
        if (place / "levels.yaml").is_file():
            return read_levels(place / "levels.yaml")
    raise BenchError(
        f"{path} does not name its filters and levels. Put a levels.yaml next to it: {EXAMPLE}."
    )
