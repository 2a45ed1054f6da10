"""What LibRaw makes of a DNG, compared with the file's own tags.

Where LibRaw is known to depart from the DNG specification, the tags are right and nothing is
compared. Everywhere else a difference means that one of the two is misunderstood, and values that
may be wrong are not passed on.
"""

from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np

from benchmark.data.files.areas import Area
from benchmark.data.files.dng import DngTags
from benchmark.errors import BenchError


def corner(path: Path, raw: Any, tags: DngTags) -> tuple[int, int]:
    """Row and column of LibRaw's first visible pixel, counted from the corner of the active area.

    Raises:
        BenchError: LibRaw shows another picture of the file, or pixels outside the active area.
    """
    sizes = raw.sizes
    _compare(
        path,
        "stored size (rows, columns)",
        (sizes.raw_height, sizes.raw_width),
        (tags.height, tags.width),
    )
    row, column = sizes.top_margin - tags.active.top, sizes.left_margin - tags.active.left
    shown = Area(row, column, sizes.height, sizes.width)
    if not shown.inside(Area(0, 0, tags.active.height, tags.active.width)):
        visible = (sizes.top_margin, sizes.left_margin, sizes.height, sizes.width)
        _compare(path, "active area (top, left, height, width)", visible, astuple(tags.active))
    return row, column


def compare_levels(
    path: Path, raw: Any, cell: Sequence[int], tags: DngTags, row: int, column: int
) -> None:
    """Compares filters, black level and white level.

    Args:
        path: the file, for errors.
        raw: the opened file.
        cell: LibRaw's colour numbers of the first visible 2x2 cell, in reading order.
        tags: of the file.
        row: row of that cell, counted from the corner of the active area.
        column: its column.

    Raises:
        BenchError: they differ, though LibRaw is known to read such tags correctly.
    """
    letters = "".join(chr(raw.color_desc[colour]) for colour in cell)
    _compare(path, "filter pattern", letters, tags.filters(row, column))
    _compare(path, "white level", raw.white_level, tags.white)
    if tags.masked:
        return  # LibRaw measures black there, whatever the tags say
    corner_is_even = row % 2 == column % 2 == 0
    if tags.black.repeats_by_cell and (corner_is_even or tags.black.block.size == 1):
        black = [raw.black_level_per_channel[colour] for colour in cell]
        _compare(path, "black level", black, tags.black.cell(row, column))


def _compare(path: Path, what: str, libraw: Any, tags: Any) -> None:
    """Raises a BenchError if two values differ; numbers, if they differ by a count or more."""
    if isinstance(libraw, str):
        equal = libraw == tags
    else:  # LibRaw cuts off fractions
        equal = bool((np.abs(np.subtract(libraw, tags, dtype=float)) < 1).all())
    if not equal:
        raise BenchError(
            f"{path}: LibRaw reads the {what} as {_shown(libraw)}, but the file's own tags say "
            f"{_shown(tags)}. One of them is wrong, so its values cannot be trusted. Convert the "
            f"file with Adobe DNG Converter and try again, or leave it out."
        )


def _shown(value: Any) -> str:
    """Numbers without needless decimals."""
    if isinstance(value, str):
        return value
    return ", ".join(f"{number:g}" for number in np.ravel(value))
