"""The colour filters of a sensor, and which of them the benchmark can use."""

from pathlib import Path
from typing import Any

import numpy as np

from benchmark.data.files.dng import DngTags, letters
from benchmark.errors import BenchError

CFAS = ("RGGB", "GRBG", "GBRG", "BGGR")
RGB = frozenset((0, 1, 2))  # DNG numbers of the colours in a Bayer mosaic


def plane_order(cfa: str) -> tuple[int, int, int, int]:
    """Places of R, Gr, Gb, B in a 2x2 cell, counted in reading order."""
    red, blue = cfa.index("R"), cfa.index("B")
    return red, red ^ 1, blue ^ 1, blue  # ^ 1: the neighbour in the same row


def first_cell(raw: Any, path: Path) -> list[int]:
    """LibRaw's colour numbers of the first visible 2x2 cell, in reading order.

    LibRaw gives the second green the number 3: each green has a black level of its own.

    Raises:
        BenchError: LibRaw finds other filters than a Bayer mosaic has.
    """
    pattern = raw.raw_pattern
    if pattern is None:
        raise no_bayer(path, "has three colours in every pixel (linear DNG, Foveon or sRAW)")
    if pattern.shape != (2, 2):
        side = len(pattern)
        kinds = {1: "comes from a monochrome sensor", 6: "comes from an X-Trans sensor (6 x 6)"}
        raise no_bayer(path, kinds.get(side, f"has a filter pattern of {side} x {side}"))
    # raw_pattern begins at the corner of the sensor, the visible picture inside its margins.
    pattern = np.roll(pattern, (-raw.sizes.top_margin, -raw.sizes.left_margin), axis=(0, 1))
    colours = [int(colour) for colour in pattern.flat]
    cfa = "".join(chr(raw.color_desc[colour]) for colour in colours)
    if cfa not in CFAS:
        raise no_bayer(path, f"has the filter colours {cfa}")
    return colours


def named_filters(path: Path, tags: DngTags, row: int, column: int) -> str:
    """Colours of the 2x2 cell at a pixel of a DNG's active area, in reading order.

    Raises:
        BenchError: its tags name other filters than a Bayer mosaic has.
    """
    cfa = tags.filters(row, column)
    if cfa not in CFAS or tags.planes != RGB:
        raise no_bayer(path, _described(tags))
    return cfa


def _described(tags: DngTags) -> str:
    """Why a mosaic is not of Bayer's form, a phrase to follow the name of its file."""
    rows, columns = tags.pattern.shape
    filters = tags.filters(0, 0)
    if (rows, columns) == (6, 6):
        return "comes from an X-Trans sensor (6 x 6)"
    if len(filters) > 4:
        return f"has a filter pattern of {rows} x {columns} ({filters})"
    planes = letters(sorted(tags.planes))
    return f"has the filter colours {filters} and the colour planes {planes}"


def no_bayer(path: Path, what: str) -> BenchError:
    """The error for a file without a Bayer mosaic; `what` it has instead follows its name."""
    return BenchError(
        f"{path} {what}. ISP-Bench needs a 2 x 2 Bayer mosaic: {', '.join(CFAS)}. Leave this "
        f"camera out, or take one with a Bayer sensor."
    )
