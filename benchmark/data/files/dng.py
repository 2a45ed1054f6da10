"""What a DNG says about its raw picture in its own tags.

LibRaw decodes the pixels of a DNG, but departs from the DNG specification (1.7.1) in what it makes
of some tags: it cuts off the fractions of black levels; counts them from an even row where the
active area begins at an odd one; reduces blocks larger than 2x2, and levels that vary along rows or
columns, to one number; measures black on masked pixels; takes filters of any colour for red, green
and blue; and scales floating-point pictures by their brightest pixel. So the filters and levels of
a DNG come from here, and what cannot be decoded as written is refused.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray

from benchmark.data.files.areas import Area
from benchmark.data.files.black_level import BlackLevel, repeated
from benchmark.errors import BenchError

MOSAIC, LINEAR_RAW = 32803, 34892  # PhotometricInterpretation of raw pictures
UNSIGNED, FLOAT = 1, 3  # SampleFormat
MAIN_PICTURE = 0  # NewSubfileType
RECTANGULAR = 1  # CFALayout
RATIONALS = (5, 10)  # types of tags that hold fractions
PREVIEW_COLOURS = {1: "grey", 2: "sRGB", 3: "Adobe RGB", 4: "ProPhoto RGB"}
FILTERS = "RGBCMYW"  # the colours of filters by their DNG numbers


class Tag(IntEnum):
    """Numbers of TIFF tags."""

    CFARepeatPatternDim = 33421
    CFAPattern = 33422
    DNGVersion = 50706
    CFAPlaneColor = 50710
    CFALayout = 50711
    BlackLevelRepeatDim = 50713
    BlackLevel = 50714
    BlackLevelDeltaH = 50715
    BlackLevelDeltaV = 50716
    WhiteLevel = 50717
    DefaultCropOrigin = 50719
    DefaultCropSize = 50720
    ActiveArea = 50829
    MaskedAreas = 50830
    PreviewColorSpace = 50970


# tifffile logs every odd tag; those that matter here end in errors of our own.
logging.getLogger("tifffile").addHandler(logging.NullHandler())


@dataclass(frozen=True, eq=False)
class DngTags:
    """The tags of the raw picture in a DNG.

    Attributes:
        height: rows as stored, margins included.
        width: columns as stored.
        photometric: MOSAIC or LINEAR_RAW.
        bits: bits per sample.
        sample_format: 1 for unsigned integers, 3 for floating-point numbers.
        compression: TIFF number of the method.
        end: where the last pixel of any picture ends, in bytes from the start of the file.
        layout: 1 for filters on a rectangular grid; others are staggered.
        pattern: (r, c) DNG numbers of the filter colours, from the corner of the active area.
        planes: DNG numbers of the colours of its planes.
        active: the part of the stored picture that shows the scene.
        own: the part of the stored picture that the camera's own picture shows; None if not named.
        black: level of each pixel in the same unit as white.
        black_named: whether the file names its black level; otherwise it is 0.
        white: level of saturation in counts, or in the unit of floating-point numbers.
        masked: whether the file names pixels that no light reaches.
    """

    height: int
    width: int
    photometric: int
    bits: int
    sample_format: int
    compression: int
    end: int
    layout: int
    pattern: NDArray[np.int_]
    planes: frozenset[int]
    active: Area
    own: Area | None
    black: BlackLevel
    black_named: bool
    white: float
    masked: bool

    @property
    def floating(self) -> bool:
        """Whether its values are floating-point numbers."""
        return self.sample_format == FLOAT

    def filters(self, row: int, column: int) -> str:
        """Filter colours from a pixel of the active area on, e.g. "RGGB".

        Returns:
            The colours of the 2x2 cell in reading order, if the pattern is made of such cells;
            otherwise all colours of the pattern.
        """
        rows, columns = (2 * side for side in self.pattern.shape)
        cell = repeated(self.pattern, row, column, 2, 2)
        whole = repeated(self.pattern, row, column, rows, columns)
        shown = cell if np.array_equal(repeated(cell, 0, 0, rows, columns), whole) else self.pattern
        return letters(shown.ravel().tolist())


def letters(colours: Iterable[int]) -> str:
    """The letters of filter colours by their DNG numbers; "?" for unknown ones."""
    return "".join(FILTERS[n] if 0 <= n < len(FILTERS) else "?" for n in colours)


def dng_tags(path: Path) -> DngTags | None:
    """The tags of the raw picture in a DNG; None for a file of another kind.

    Raises:
        BenchError: a tag is broken, or contradicts another one.
    """
    try:
        with tifffile.TiffFile(path) as tiff:
            if Tag.DNGVersion not in tiff.pages.first.tags:
                return None
            pages = [page for top in tiff.pages for page in (top, *(top.pages or ()))]
            raws = [page for page in pages if page.photometric in (MOSAIC, LINEAR_RAW)]
            if not raws:
                return None
            main = max(raws, key=lambda page: (page.subfiletype == MAIN_PICTURE, page.size))
            ends = [np.add(page.dataoffsets, page.databytecounts) for page in pages]
            return _tags_of(main, max(int(end.max(initial=0)) for end in ends))
    except Exception as error:  # tifffile fails in many ways, always because of the file
        if path.suffix.lower() != ".dng":
            return None  # as raw files of other makers do, whose tags are not needed
        raise BenchError(
            f"{path}: its tags do not describe a raw picture as the DNG specification has it: "
            f"{error}. Copy it again from the camera, or convert it with Adobe DNG Converter."
        ) from error


def preview_colours(path: Path, width: int, height: int) -> str:
    """The colour space that a DNG names for its preview of this size; "" where it names none."""
    try:
        with tifffile.TiffFile(path) as tiff:
            for page in (page for top in tiff.pages for page in (top, *(top.pages or ()))):
                if (page.imagewidth, page.imagelength) == (width, height):
                    number = page.tags.valueof(Tag.PreviewColorSpace)
                    if number is not None:
                        return PREVIEW_COLOURS.get(number, "unknown")
    except Exception:  # as in dng_tags, but nothing depends on it
        return ""
    return ""


def _tags_of(page: Any, end: int) -> DngTags:
    """The tags of the raw picture `page`.

    Raises:
        ValueError: a tag is broken, or contradicts another one.
    """
    bits, floating = int(page.bitspersample), page.sampleformat == FLOAT
    mosaic, active = page.photometric == MOSAIC, _active_area(page)
    pattern, black = np.zeros((1, 1)), BlackLevel(*(np.zeros(shape) for shape in ((1, 1), 0, 0)))
    if mosaic:  # the tags of other pictures are for several channels, and not needed
        pattern = _block(page, Tag.CFAPattern, Tag.CFARepeatPatternDim, (2, 2))
        black = _black_level(page, active)
    white = _values(page, Tag.WhiteLevel, (1.0 if floating else 2.0**bits - 1,))
    if white[0] <= 0:
        raise ValueError(f"WhiteLevel is {white[0]:g}")
    if len(set(white)) > 1 and mosaic:
        values = ", ".join(f"{value:g}" for value in white)
        raise ValueError(f"WhiteLevel has the values {values}, but a mosaic has one channel")
    return DngTags(
        height=page.imagelength,
        width=page.imagewidth,
        photometric=int(page.photometric),
        bits=bits,
        sample_format=int(page.sampleformat or UNSIGNED),
        compression=int(page.compression),
        end=end,
        layout=int(_values(page, Tag.CFALayout, (RECTANGULAR,), 1)[0]),
        pattern=np.clip(pattern, -1, 255).astype(int),
        planes=frozenset(int(value) for value in _values(page, Tag.CFAPlaneColor, (0, 1, 2))),
        active=active,
        own=_own_area(page, active),
        black=black,
        black_named=Tag.BlackLevel in page.tags,
        white=white[0],
        masked=Tag.MaskedAreas in page.tags,
    )


def _active_area(page: Any) -> Area:
    height, width = page.imagelength, page.imagewidth
    edges = _values(page, Tag.ActiveArea, (0, 0, height, width), 4)
    top, left, bottom, right = (int(edge) for edge in edges)
    if not (0 <= top < bottom <= height and 0 <= left < right <= width):
        raise ValueError(
            f"ActiveArea {[top, left, bottom, right]} is not within its {height} x {width} pixels "
            f"(rows x columns)"
        )
    return Area(top, left, bottom - top, right - left)


def _own_area(page: Any, active: Area) -> Area | None:
    """The default crop, in pixels of the stored picture; None if the file names none."""
    if Tag.DefaultCropSize not in page.tags:
        return None
    columns, rows = _values(page, Tag.DefaultCropSize, (), 2)
    left, top = _values(page, Tag.DefaultCropOrigin, (0, 0), 2)
    return Area(active.top + round(top), active.left + round(left), round(rows), round(columns))


def _black_level(page: Any, active: Area) -> BlackLevel:
    block = _block(page, Tag.BlackLevel, Tag.BlackLevelRepeatDim, (1, 1), (0.0,))
    if block.min() < 0:
        raise ValueError(f"BlackLevel is {block.min():g}, below 0")
    by_row = np.array(_values(page, Tag.BlackLevelDeltaV, ()))
    by_column = np.array(_values(page, Tag.BlackLevelDeltaH, ()))
    if by_row.size not in (0, active.height) or by_column.size not in (0, active.width):
        raise ValueError(
            f"BlackLevelDeltaV and BlackLevelDeltaH have {by_row.size} and {by_column.size} "
            f"values for {active.height} active rows and {active.width} columns"
        )
    return BlackLevel(block, by_row, by_column)


def _block(
    page: Any,
    name: Tag,
    size: Tag,
    default_size: tuple[int, int],
    default: tuple[float, ...] = (),
) -> NDArray[np.float64]:
    """A tag whose values fill a block of the size that another tag names."""
    if name not in page.tags and default:
        return np.array(default).reshape(default_size)
    values = np.array(_values(page, name, ()))
    rows, columns = (int(side) for side in _values(page, size, default_size, 2))
    if values.size != rows * columns or not values.size:
        raise ValueError(
            f"{name.name} has {values.size} values, but {size.name} is {rows} x {columns}"
        )
    return values.reshape(rows, columns)


def _values(
    page: Any, name: Tag, default: tuple[float, ...], length: int | None = None
) -> tuple[float, ...]:
    """The numbers of a tag, fractions divided.

    Raises:
        ValueError: there are not `length` of them, or one is not finite.
    """
    tag = page.tags.get(name)
    if tag is None:
        return default
    numbers = np.atleast_1d(
        np.frombuffer(tag.value, np.uint8) if isinstance(tag.value, bytes) else tag.value
    ).astype(float)
    if tag.dtype in RATIONALS:
        numbers, denominators = numbers[::2], numbers[1::2]
        if not denominators.all():
            raise ValueError(f"{name.name} has a fraction with the denominator 0")
        numbers = numbers / denominators
    if not np.isfinite(numbers).all() or length not in (None, numbers.size):
        raise ValueError(f"{name.name} is {tag.value}, which are not {length or 'finite'} numbers")
    return tuple(float(number) for number in numbers)
