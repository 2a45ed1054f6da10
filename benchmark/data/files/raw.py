"""Raw pictures of any camera, read to the bit and packed to R, Gr, Gb, B.

Camera files (DNG, NEF, ARW, CR3, KDC, ...) are opened by rawpy; the order of the colour filters,
the black level and the white level are those in the file. A 16-bit TIFF or PNG says none of this,
so its levels come from a `levels.yaml` (see `benchmark/data/files/plain.py`).

Packing takes the 2x2 cells of the mosaic as they stand and orders the four values of each cell by
colour: R, Gr (the green beside red), Gb (the green beside blue), B, as the script of the raw2raw
data set does. So nothing is cropped whatever the phase, except an odd last row or column, and then
`RawPicture.notes` says so.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import rawpy
import tifffile
from numpy.typing import NDArray

from benchmark.data.files.plain import PLAIN_SUFFIXES, Levels, plain_pixels, plain_size
from benchmark.errors import BenchError

# What LibRaw reads; ".raw" too was a camera format once, though most are headerless dumps.
_SUFFIXES = """.3fr .ari .arw .cr2 .cr3 .crw .dcr .dng .erf .fff .iiq .k25 .kdc .mef .mos .mrw .nef
    .nrw .orf .pef .raf .raw .rw2 .rwl .sr2 .srf .srw .x3f"""
CAMERA_SUFFIXES = frozenset(_SUFFIXES.split())
CFAS = ("RGGB", "GRBG", "GBRG", "BGGR")
SMALLEST = 32  # packed pixels; below it some network of the suite cannot be run


@dataclass(frozen=True)
class Frame:
    """A part of a packed raw, in packed pixels."""

    top: int
    left: int
    height: int
    width: int


@dataclass(frozen=True, eq=False)
class RawPicture:
    """A packed raw as its file has it.

    Attributes:
        counts: (4, H, W) uint16, planes R, Gr, Gb, B, above black, clipped to [0, range].
        range: white level minus black level, in counts. Where the planes have black levels of
            their own, white minus the highest: a saturated pixel is 1.0 in every plane.
        flip: LibRaw's code for the turn from sensor to upright: 1 mirrors the columns, 2 the rows,
            4 transposes after that; 0 for none.
        frame: where the camera's own picture lies, if the file says that it is smaller.
        notes: what was trimmed or replaced, a phrase each.
    """

    counts: NDArray[np.uint16]
    range: int
    flip: int = 0
    frame: Frame | None = None
    notes: tuple[str, ...] = ()

    @property
    def height(self) -> int:
        """H, rows of the packed raw."""
        return self.counts.shape[1]

    @property
    def width(self) -> int:
        """W, columns of the packed raw."""
        return self.counts.shape[2]

    def in_frame(self) -> "RawPicture":
        """The part that the camera's own picture shows; all of it if the file names no frame."""
        if self.frame is None:
            return self
        top, left, height, width = astuple(self.frame)
        note = (
            f"raw cut from {2 * self.width} x {2 * self.height} to the {2 * width} x {2 * height} "
            f"sensor pixels of the camera's own picture"
        )
        return replace(
            self,
            counts=self.counts[:, top : top + height, left : left + width],
            frame=None,
            notes=(*self.notes, note),
        )


def read_raw(path: Path, levels: Levels | None = None) -> RawPicture:
    """Reads a raw picture.

    Args:
        path: a camera file, or a 16-bit TIFF or PNG.
        levels: needed for TIFF and PNG, unused for camera files.

    Raises:
        BenchError: the file is broken, its sensor has no Bayer mosaic, or it is too small.
    """
    if path.suffix.lower() in PLAIN_SUFFIXES:
        return _read_plain(path, levels)
    with opened(path) as raw:
        colours = first_cell(raw, path)
        cfa = "".join(chr(raw.color_desc[colour]) for colour in colours)
        black = [raw.black_level_per_channel[colours[i]] for i in plane_order(cfa)]
        picture = pack(path, raw.raw_image_visible, cfa, black, raw.white_level)
        return replace(picture, flip=raw.sizes.flip, frame=own_frame(raw.sizes))


def pack(
    path: Path, mosaic: NDArray[np.uint16], cfa: str, black: Sequence[int], white: int
) -> RawPicture:
    """Packs a mosaic of any phase.

    Args:
        path: where it comes from, for errors.
        mosaic: (h, w) counts.
        cfa: colours of a 2x2 cell in reading order, e.g. "GRBG".
        black: black levels of R, Gr, Gb, B.
        white: level of saturation.

    Raises:
        BenchError: it is too small, or white is not above black.
    """
    rows, columns = (side // 2 * 2 for side in mosaic.shape)
    cells = [mosaic[y:rows:2, x:columns:2] for y in (0, 1) for x in (0, 1)]
    odd = [word for word, side in zip(("row", "column"), mosaic.shape, strict=True) if side % 2]
    notes = (f"odd last {' and '.join(odd)} of the mosaic left out",) if odd else ()
    return _above_black(path, [cells[i] for i in plane_order(cfa)], black, white, notes)


def plane_order(cfa: str) -> tuple[int, int, int, int]:
    """Places of R, Gr, Gb, B in a 2x2 cell, counted in reading order."""
    red, blue = cfa.index("R"), cfa.index("B")
    return red, red ^ 1, blue ^ 1, blue  # ^ 1: the neighbour in the same row


def read_size(path: Path, levels: Levels | None = None) -> tuple[int, int]:
    """H and W of the packed raw in a file, without decoding it.

    Raises:
        BenchError: the file cannot be opened, is cut short, or is too small.
    """
    if path.suffix.lower() in PLAIN_SUFFIXES:
        rows, columns = plain_size(path)
        cell = 1 if levels is not None and levels.cfa == "RGB" else 2
    else:
        with opened(path) as raw:
            rows, columns, cell = raw.sizes.height, raw.sizes.width, 2
        if path.suffix.lower() == ".dng":
            _check_length(path)
    _check_size(path, rows // cell, columns // cell)
    return rows // cell, columns // cell


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """A rawpy picture whose failures are sentences.

    Raises:
        BenchError: the file is missing, of no known format, cut short or damaged.
    """
    if not path.is_file():
        raise BenchError(f"{path}: there is no such file.")
    try:
        if path.suffix.lower() == ".raw":
            _check_header(path)
        with rawpy.imread(str(path)) as raw:
            yield raw
    except rawpy.LibRawFileUnsupportedError as error:
        version = ".".join(str(part) for part in rawpy.libraw_version)
        raise BenchError(
            f"{path} is no camera raw file that LibRaw {version} can read: an unknown format, or a "
            f"tiny picture. Convert it to DNG, or to a 16-bit TIFF with a levels.yaml."
        ) from error
    except (rawpy.LibRawError, RuntimeError, OSError) as error:
        reason = error.args[0] if error.args else error
        reason = reason.decode(errors="replace") if isinstance(reason, bytes) else reason
        raise BenchError(
            f"{path} is cut short, damaged or not to be opened (LibRaw: {reason}). Copy it again "
            f"from the camera."
        ) from error


def _check_header(path: Path) -> None:
    with path.open("rb") as file:
        if file.read(2) not in (b"II", b"MM"):  # the byte orders of TIFF, on which raws build
            raise BenchError(
                f"{path} has no header, so its size, filters and levels are unknown (LibRaw would "
                f"guess them from its length). Write it as a 16-bit TIFF with a levels.yaml."
            )


def _read_plain(path: Path, levels: Levels | None) -> RawPicture:
    if levels is None:
        raise BenchError(f"{path} says nothing of its levels; it needs a levels.yaml beside it.")
    pixels = plain_pixels(path)
    colour = levels.cfa == "RGB"
    if pixels.ndim != (3 if colour else 2):
        raise BenchError(
            f"{path} has the shape {pixels.shape}, but its levels.yaml says cfa: {levels.cfa}. A "
            f"mosaic has one channel; three linear channels want cfa: RGB."
        )
    black = levels.black if isinstance(levels.black, tuple) else (levels.black,) * 4
    if not colour:
        return pack(path, pixels, levels.cfa, black, levels.white)
    red, green, blue = np.moveaxis(pixels, 2, 0)
    notes = ("no mosaic: the one green of an RGB file stands for both",)
    return _above_black(path, [red, green, green, blue], black, levels.white, notes)


def first_cell(raw: Any, path: Path) -> list[int]:
    """LibRaw's colour numbers of the first visible 2x2 cell, in reading order.

    LibRaw gives the second green the number 3: each green has a black level of its own.
    """
    pattern = raw.raw_pattern
    if pattern is None:
        raise _no_bayer(path, "has three colours in every pixel (linear DNG, Foveon or sRAW)")
    if pattern.shape != (2, 2):
        side = len(pattern)
        kinds = {1: "comes from a monochrome sensor", 6: "comes from an X-Trans sensor (6 x 6)"}
        raise _no_bayer(path, kinds.get(side, f"has a filter pattern of {side} x {side}"))
    # raw_pattern begins at the corner of the sensor, the visible picture inside its margins.
    pattern = np.roll(pattern, (-raw.sizes.top_margin, -raw.sizes.left_margin), axis=(0, 1))
    colours = [int(colour) for colour in pattern.flat]
    letters = "".join(chr(raw.color_desc[colour]) for colour in colours)
    if letters not in CFAS:
        raise _no_bayer(path, f"has the filter colours {letters}")
    return colours


def _no_bayer(path: Path, what: str) -> BenchError:
    return BenchError(
        f"{path} {what}. ISP-Bench needs a 2 x 2 Bayer mosaic: {', '.join(CFAS)}. Leave this "
        f"camera out, or take one with a Bayer sensor."
    )


def _above_black(
    path: Path,
    planes: Sequence[NDArray[np.uint16]],
    black: Sequence[int],
    white: int,
    notes: tuple[str, ...],
) -> RawPicture:
    """The picture of four planes (H, W) after the subtraction of their black levels."""
    _check_size(path, *planes[0].shape)
    span = white - max(black)
    if span <= 0 or min(black) < 0:
        raise BenchError(
            f"{path}: black level {list(black)} and white level {white} make no sense; black must "
            f"be at least 0 and below white."
        )
    counts = np.empty((4, *planes[0].shape), np.uint16)
    for plane, level, out in zip(planes, black, counts, strict=True):
        out[:] = np.clip(plane.astype(np.int32) - level, 0, span)
    return RawPicture(counts, span, notes=notes)


def _check_size(path: Path, height: int, width: int) -> None:
    if min(height, width) < SMALLEST:
        raise BenchError(
            f"{path} is too small: {height} x {width} packed pixels (rows x columns); at least "
            f"{SMALLEST} x {SMALLEST} are needed, {2 * SMALLEST} x {2 * SMALLEST} on the sensor."
        )


def own_frame(sizes: Any) -> Frame | None:
    """The camera's own picture inside the visible area, from LibRaw's sizes.

    Its corner is moved outwards to a whole cell: by one sensor pixel at most.
    """
    top = (sizes.crop_top_margin - sizes.top_margin) // 2
    left = (sizes.crop_left_margin - sizes.left_margin) // 2
    height, width = sizes.crop_height // 2, sizes.crop_width // 2
    whole = height == sizes.height // 2 and width == sizes.width // 2
    inside = top + height <= sizes.height // 2 and left + width <= sizes.width // 2
    if whole or not inside or min(top, left) < 0 or min(height, width) < SMALLEST:
        return None
    return Frame(top, left, height, width)


def _check_length(path: Path) -> None:
    """Raises a BenchError when pixels of a DNG lie beyond its end: LibRaw opens such a file."""
    try:
        with tifffile.TiffFile(path) as tiff:
            pages = [page for top in tiff.pages for page in (top, *(top.pages or ()))]
            ends = [np.add(page.dataoffsets, page.databytecounts) for page in pages]
    except Exception:  # tifffile is stricter than LibRaw, which decides when it decodes
        return
    size, needed = path.stat().st_size, max((int(end.max(initial=0)) for end in ends), default=0)
    if needed > size:
        raise BenchError(
            f"{path} is cut short: it has {size} of at least {needed} bytes. Copy it again from "
            f"the camera."
        )


def upright(pixels: NDArray, flip: int) -> NDArray:
    """A picture (..., H, W) as the sensor lies, turned upright; `flip` as in `RawPicture`."""
    if flip & 1:
        pixels = pixels[..., ::-1]
    if flip & 2:
        pixels = pixels[..., ::-1, :]
    return pixels.swapaxes(-1, -2) if flip & 4 else pixels
