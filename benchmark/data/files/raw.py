"""Raw pictures of any camera, read to the bit and packed to R, Gr, Gb, B.

Camera files (DNG, NEF, ARW, CR3, KDC, ...) are opened by rawpy; the order of the colour filters,
the black level and the white level are those in the file, for a DNG those in its own tags (see
`benchmark/data/files/dng.py`), which must agree with LibRaw's. A 16-bit TIFF or PNG says none of
this, so its levels come from a `levels.yaml` (see `benchmark/data/files/plain.py`).

Counts are whole: a black level with a fraction is rounded to the nearest count, which
`RawPicture.notes` says.

Packing takes the 2x2 cells of the mosaic as they stand and orders the four values of each cell by
colour: R, Gr (the green beside red), Gb (the green beside blue), B, as the script of the raw2raw
data set does. So nothing is cropped whatever the phase, except an odd last row or column, and then
`RawPicture.notes` says so.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.data.files.agreement import check_levels, corner
from benchmark.data.files.areas import Area, Frame
from benchmark.data.files.black_level import BlackLevel, nearest
from benchmark.data.files.decodable import check_decodable
from benchmark.data.files.dng import MOSAIC, DngTags, dng_tags
from benchmark.data.files.filters import CFAS, first_cell, named_filters, no_bayer, plane_order
from benchmark.data.files.float_mosaic import FLOAT_WHITE, float_counts
from benchmark.data.files.opening import opened
from benchmark.data.files.plain import PLAIN_SUFFIXES, Levels, orientation, plain_pixels, plain_size
from benchmark.data.images import content_of
from benchmark.errors import BenchError

# What LibRaw reads; ".raw" too was a camera format once, though most are headerless dumps.
_SUFFIXES = """.3fr .ari .arw .cr2 .cr3 .crw .dcr .dng .erf .fff .iiq .k25 .kdc .mef .mos .mrw .nef
    .nrw .orf .pef .raf .raw .rw2 .rwl .sr2 .srf .srw .x3f"""
CAMERA_SUFFIXES = frozenset(_SUFFIXES.split())
SMALLEST = 32  # packed pixels; below it some network of the suite cannot be run
# LibRaw's code of a turn, as in `RawPicture`, and EXIF's number of it.
EXIF_OF_FLIP = {0: 1, 1: 2, 3: 3, 2: 4, 4: 5, 6: 6, 7: 7, 5: 8}
FLIP_OF_EXIF = {exif: flip for flip, exif in EXIF_OF_FLIP.items()}


@dataclass(frozen=True, eq=False)
class RawPicture:
    """A packed raw as its file has it.

    Attributes:
        counts: (4, H, W) uint16, planes R, Gr, Gb, B, above black, clipped to [0, range].
        range: white level minus black level, in counts. Where the planes have black levels of
            their own, white minus the highest: a saturated pixel is 1.0 in every plane.
        flip: LibRaw's code for the turn from sensor to upright: 1 mirrors the columns, 2 the rows,
            4 transposes after that; 0 for none.
        whole: all that a raw converter shows of the sensor; None for just the packed raw.
        own: what the camera's own picture shows of it; None if the file names no smaller part.
        notes: what was trimmed or replaced, a phrase each.
        content: hash of the values as the file stores them, by which copies are found.
    """

    counts: NDArray[np.uint16]
    range: int
    flip: int = 0
    whole: Area | None = None
    own: Area | None = None
    notes: tuple[str, ...] = ()
    content: str = ""

    @property
    def height(self) -> int:
        """H, rows of the packed raw."""
        return self.counts.shape[1]

    @property
    def width(self) -> int:
        """W, columns of the packed raw."""
        return self.counts.shape[2]

    @property
    def frame(self) -> Frame | None:
        """The cells that lie inside the camera's own picture, if the file names a smaller one."""
        return None if self.own is None else self.own.cells(self.height, self.width)

    def in_frame(self) -> "RawPicture":
        """The part that the camera's own picture shows; all of it if the file names none."""
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
            whole=None,
            own=None,
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
        tags = dng_tags(path)
        if tags is not None and tags.photometric == MOSAIC:
            picture = _read_dng(path, raw, tags)
        else:
            colours = first_cell(raw, path)
            cfa = "".join(chr(raw.color_desc[colour]) for colour in colours)
            black = [raw.black_level_per_channel[colours[i]] for i in plane_order(cfa)]
            picture = pack(path, raw.raw_image_visible, cfa, black, raw.white_level)
        return in_place(picture, raw, tags)


def in_place(picture: RawPicture, raw: Any, tags: DngTags | None) -> RawPicture:
    """A picture with what its file says about its turn and its place on the sensor.

    Args:
        picture: the visible mosaic of `raw`, packed.
        raw: the opened file.
        tags: of a DNG; None for others.
    """
    sizes, notes = raw.sizes, picture.notes
    whole = Area(0, 0, sizes.height, sizes.width)
    own: Area | None = Area(
        sizes.crop_top_margin, sizes.crop_left_margin, sizes.crop_height, sizes.crop_width
    ).moved(sizes.top_margin, sizes.left_margin)
    if tags is not None:
        whole = tags.active.moved(sizes.top_margin, sizes.left_margin)
        own = tags.own and tags.own.moved(sizes.top_margin, sizes.left_margin)
        missing = [word for word, at in (("row", whole.top), ("column", whole.left)) if at < 0]
        if missing:
            notes += (
                f"first {' and '.join(missing)} of the active area left out: LibRaw begins at "
                f"even rows and columns of the sensor",
            )
    if own is not None and (own == whole or not _usable(own, whole, picture)):
        own = None
    return replace(picture, flip=sizes.flip, whole=whole, own=own, notes=notes)


def _read_dng(path: Path, raw: Any, tags: DngTags) -> RawPicture:
    """The mosaic of a DNG, by the filters and levels in its own tags."""
    check_decodable(path, tags)
    row, column = corner(path, raw, tags)
    cfa = named_filters(path, tags, row, column)
    if tags.floating:
        whole = float_counts(path, tags.height, tags.width, tags.white)
        top, left = raw.sizes.top_margin, raw.sizes.left_margin
        mosaic = whole[top : top + raw.sizes.height, left : left + raw.sizes.width]
        black = tags.black.times(FLOAT_WHITE / tags.white)
        return _packed(path, mosaic, cfa, black, FLOAT_WHITE, row, column)
    cell, black, notes = first_cell(raw, path), tags.black, []
    check_levels(path, raw, cell, tags, row, column)
    if tags.masked and not tags.black_named:
        measured = [raw.black_level_per_channel[colour] for colour in cell]
        black = replace(black, block=np.roll(np.reshape(measured, (2, 2)), (row, column), (0, 1)))
        notes.append(f"black levels {measured} measured on masked pixels, as the file names none")
    if black.fractional:
        notes.append("black levels rounded to whole counts")
    mosaic, white = raw.raw_image_visible, round(tags.white)
    picture = _packed(path, mosaic, cfa, black, white, row, column)
    return replace(picture, notes=(*picture.notes, *notes))


def _packed(
    path: Path,
    mosaic: NDArray[np.uint16],
    cfa: str,
    black: BlackLevel,
    white: int,
    row: int,
    column: int,
) -> RawPicture:
    """As `pack`, for a mosaic from a pixel (row, column) of the active area on."""
    if black.repeats_by_cell:
        cell = nearest(np.array(black.cell(row, column)))
        return pack(path, mosaic, cfa, [int(cell[i]) for i in plane_order(cfa)], white)
    counts, lowest, highest = black.subtracted(mosaic, row, column, white)
    _check_levels(path, [lowest, highest], white)
    picture = pack(path, counts, cfa, [0] * 4, white - highest)
    return replace(picture, content=content_of(mosaic))  # as stored, not above black


def _usable(own: Area, whole: Area, picture: RawPicture) -> bool:
    """Whether the camera's own picture lies inside the whole one and is large enough."""
    frame = own.cells(picture.height, picture.width)
    return min(frame.height, frame.width) >= SMALLEST and own.inside(whole)


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
        BenchError: it is too small, its filters are none of CFAS, or white is not above black.
    """
    if cfa not in CFAS:
        raise no_bayer(path, f"has the filter colours {cfa}")
    rows, columns = (side // 2 * 2 for side in mosaic.shape)
    cells = [mosaic[y:rows:2, x:columns:2] for y in (0, 1) for x in (0, 1)]
    odd = [word for word, side in zip(("row", "column"), mosaic.shape, strict=True) if side % 2]
    notes = (f"odd last {' and '.join(odd)} of the mosaic left out",) if odd else ()
    picture = _above_black(path, [cells[i] for i in plane_order(cfa)], black, white, notes)
    return replace(picture, content=content_of(mosaic))


def read_size(path: Path, levels: Levels | None = None) -> tuple[int, int]:
    """H and W of the packed raw in a file, without decoding it.

    Raises:
        BenchError: the file cannot be opened, is cut short or too small, or names other filters
            than a Bayer mosaic has.
    """
    if path.suffix.lower() in PLAIN_SUFFIXES:
        rows, columns = plain_size(path)
        cell = 1 if levels is not None and levels.cfa == "RGB" else 2
    else:
        with opened(path) as raw:
            rows, columns, cell = raw.sizes.height, raw.sizes.width, 2
            tags = dng_tags(path)
            if tags is not None and tags.photometric == MOSAIC:
                check_decodable(path, tags)
                named_filters(path, tags, *corner(path, raw, tags))
    _check_size(path, rows // cell, columns // cell)
    return rows // cell, columns // cell


def _read_plain(path: Path, levels: Levels | None) -> RawPicture:
    if levels is None:
        raise BenchError(f"{path} does not name its levels; it needs a levels.yaml in its folder.")
    pixels = plain_pixels(path)
    colour = levels.cfa == "RGB"
    if pixels.ndim != (3 if colour else 2):
        raise BenchError(
            f"{path} has the shape {pixels.shape}, but its levels.yaml says cfa: {levels.cfa}. A "
            f"mosaic has one channel; three linear channels want cfa: RGB."
        )
    black = levels.black if isinstance(levels.black, tuple) else (levels.black,) * 4
    flip = FLIP_OF_EXIF[orientation(path)]
    if not colour:
        picture = pack(path, pixels, levels.cfa, black, levels.white)
        return replace(picture, flip=flip, whole=Area(0, 0, *pixels.shape))
    red, green, blue = np.moveaxis(pixels, 2, 0)
    notes = ("no mosaic: the one green of an RGB file stands for both",)
    picture = _above_black(path, [red, green, green, blue], black, levels.white, notes)
    return replace(picture, flip=flip, content=content_of(pixels))


def _above_black(
    path: Path,
    planes: Sequence[NDArray[np.uint16]],
    black: Sequence[int],
    white: int,
    notes: tuple[str, ...],
) -> RawPicture:
    """The picture of four planes (H, W) after the subtraction of their black levels."""
    _check_size(path, *planes[0].shape)
    _check_levels(path, black, white)
    span = white - max(black)
    counts = np.empty((4, *planes[0].shape), np.uint16)
    for plane, level, out in zip(planes, black, counts, strict=True):
        out[:] = np.clip(plane.astype(np.int32) - level, 0, span)
    return RawPicture(counts, span, notes=notes)


def _check_levels(path: Path, black: Sequence[int], white: int) -> None:
    if not 0 <= min(black) <= max(black) < white or white - max(black) > np.iinfo(np.uint16).max:
        raise BenchError(
            f"{path}: black level {list(black)} and white level {white} cannot be right; black "
            f"must be at least 0 and below white, and white at most 65535 above black."
        )


def _check_size(path: Path, height: int, width: int) -> None:
    if min(height, width) < SMALLEST:
        raise BenchError(
            f"{path} is too small: {height} x {width} packed pixels (rows x columns); at least "
            f"{SMALLEST} x {SMALLEST} are needed, {2 * SMALLEST} x {2 * SMALLEST} on the sensor."
        )


def upright(pixels: NDArray[Any], flip: int) -> NDArray[Any]:
    """A picture (..., H, W) as the sensor lies, turned upright; `flip` as in `RawPicture`."""
    if flip & 1:
        pixels = pixels[..., ::-1]
    if flip & 2:
        pixels = pixels[..., ::-1, :]
    return pixels.swapaxes(-1, -2) if flip & 4 else pixels
