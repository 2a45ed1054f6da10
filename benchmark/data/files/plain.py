"""16-bit TIFF and PNG as raw pictures, and the `levels.yaml` that says what their numbers mean.

A `levels.yaml` holds for all TIFF and PNG files of one camera::

    cfa: RGGB       # or GRBG, GBRG, BGGR; RGB for linear pictures of three channels
    black: 528      # counts; one number, or four for R, Gr, Gb, B; 0 if left out
    white: 4095     # counts
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import tifffile
import yaml
from numpy.typing import NDArray
from PIL import Image

from benchmark.config import build
from benchmark.errors import BenchError

PLAIN_SUFFIXES = frozenset({".tif", ".tiff", ".png"})
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
        raise BenchError(f"{path} cannot be read: {error}. Right: {EXAMPLE}.") from error
    if not isinstance(values, dict) or not {"cfa", "white"} <= values.keys():
        raise BenchError(f"{path} must say at least cfa and white: {EXAMPLE}.")
    return build(Levels, values, str(path))


def plain_pixels(path: Path) -> NDArray[np.uint16]:
    """Pixels of a TIFF or PNG: (h, w) or (h, w, 3) uint16.

    Raises:
        BenchError: the file is broken, or not of 16 bits, or of other channels.
    """
    try:
        pixels = tifffile.imread(path) if path.suffix.lower() != ".png" else _png(path)
    except Exception as error:  # the decoders fail in many ways, all of them by the file
        raise BenchError(f"{path} cannot be decoded: {error}") from error
    if pixels.dtype != np.uint16 or pixels.ndim not in (2, 3) or pixels.shape[2:] not in ((), (3,)):
        raise BenchError(
            f"{path} holds {pixels.dtype} of the shape {pixels.shape}; a raw must be uint16, one "
            f"channel (mosaic) or three (linear RGB)."
        )
    return pixels


def plain_size(path: Path) -> tuple[int, int]:
    """Rows and columns of a TIFF or PNG, without decoding it.

    Raises:
        BenchError: it cannot be opened.
    """
    try:
        with Image.open(path) as picture:
            return picture.height, picture.width
    except OSError as error:
        raise BenchError(f"{path} cannot be opened as a picture: {error}.") from error


def _png(path: Path) -> NDArray:
    """Pillow reads one channel of 16 bits, but cuts three channels down to 8 bits each."""
    with Image.open(path) as picture:
        if picture.mode != "RGB":
            return np.asarray(picture)
    from torchvision.io import ImageReadMode, decode_image

    return decode_image(str(path), mode=ImageReadMode.UNCHANGED).numpy().transpose(1, 2, 0)


def levels_of(path: Path) -> Levels | None:
    """The levels of a TIFF or PNG, from the `levels.yaml` of its folder; None for a camera file.

    Raises:
        BenchError: there is no such file, or nothing tells its levels.
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
        f"{path} says nothing of its filters and levels. Put a levels.yaml beside it: {EXAMPLE}."
    )
