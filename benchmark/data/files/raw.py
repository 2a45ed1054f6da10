"""Reads raw pictures of any camera, exactly as they are stored.

Camera files (DNG, NEF, ARW, CR3, KDC, ...) are opened by rawpy; the order of the colour filters,
the black level and the white level are those in the file, for a DNG those in its own tags (see
`benchmark/data/files/dng.py`), which must agree with LibRaw's. A 16-bit TIFF or PNG says none of
this, so its levels come from a `levels.yaml` (see `benchmark/data/files/plain.py`).

Counts are whole: a black level with a fraction is rounded to the nearest count, which
`RawPicture.notes` says.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.data.files.agreement import compare_levels, corner
from benchmark.data.files.areas import Area
from benchmark.data.files.black_level import BlackLevel, nearest
from benchmark.data.files.decodable import check_decodable
from benchmark.data.files.dng import MOSAIC, DngTags, dng_tags
from benchmark.data.files.filters import first_cell, named_filters, plane_order
from benchmark.data.files.float_mosaic import FLOAT_WHITE, float_counts
from benchmark.data.files.opening import opened
from benchmark.data.files.packing import (
    SMALLEST,
    RawPicture,
    above_black,
    check_levels,
    check_size,
    pack,
)
from benchmark.data.files.plain import PLAIN_SUFFIXES, Levels, orientation, plain_pixels, plain_size
from benchmark.data.files.turns import FLIP_OF_EXIF
from benchmark.data.images import content_of
from benchmark.errors import BenchError

# What LibRaw reads; ".raw" too was a camera format once, though most are headerless dumps.
_SUFFIXES = """.3fr .ari .arw .cr2 .cr3 .crw .dcr .dng .erf .fff .iiq .k25 .kdc .mef .mos .mrw .nef
    .nrw .orf .pef .raf .raw .rw2 .rwl .sr2 .srf .srw .x3f"""
CAMERA_SUFFIXES = frozenset(_SUFFIXES.split())


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
    compare_levels(path, raw, cell, tags, row, column)
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
    """As `pack`, for a mosaic that begins at pixel (row, column) of the active area."""
    if black.repeats_by_cell:
        cell = nearest(np.array(black.cell(row, column)))
        return pack(path, mosaic, cfa, [int(cell[i]) for i in plane_order(cfa)], white)
    counts, lowest, highest = black.subtracted(mosaic, row, column, white)
    check_levels(path, [lowest, highest], white)
    picture = pack(path, counts, cfa, [0] * 4, white - highest)
    return replace(picture, content=content_of(mosaic))  # as stored, not above black


def _usable(own: Area, whole: Area, picture: RawPicture) -> bool:
    """Whether the camera's own picture lies inside the whole one and is large enough."""
    frame = own.cells(picture.height, picture.width)
    return min(frame.height, frame.width) >= SMALLEST and own.inside(whole)


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
    check_size(path, rows // cell, columns // cell)
    return rows // cell, columns // cell


def _read_plain(path: Path, levels: Levels | None) -> RawPicture:
    if levels is None:
        raise BenchError(f"{path} does not name its levels; it needs a levels.yaml in its folder.")
    pixels = plain_pixels(path)
    colour = levels.cfa == "RGB"
    if pixels.ndim != (3 if colour else 2):
        raise BenchError(
            f"{path} has the shape {pixels.shape}, but its levels.yaml says cfa: {levels.cfa}. A "
            f"mosaic has one channel; three linear channels need cfa: RGB."
        )
    black = levels.black if isinstance(levels.black, tuple) else (levels.black,) * 4
    flip = FLIP_OF_EXIF[orientation(path)]
    if not colour:
        picture = pack(path, pixels, levels.cfa, black, levels.white)
        return replace(picture, flip=flip, whole=Area(0, 0, *pixels.shape))
    red, green, blue = np.moveaxis(pixels, 2, 0)
    notes = ("no mosaic: the one green of an RGB file stands for both",)
    picture = above_black(path, [red, green, green, blue], black, levels.white, notes)
    return replace(picture, flip=flip, content=content_of(pixels))
