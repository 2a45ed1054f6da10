"""Raw pictures, packed to R, Gr, Gb, B.

Packing takes the 2x2 cells of the mosaic as they are and orders the four values of each cell by
colour: R, Gr (the green next to red), Gb (the green next to blue), B, as the script of the raw2raw
data set does. So nothing is cropped whatever the phase, except an odd last row or column, and then
`RawPicture.notes` says so.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmark.data.files.areas import Area, Frame
from benchmark.data.files.filters import CFAS, no_bayer, plane_order
from benchmark.data.images import content_of
from benchmark.errors import BenchError

SMALLEST = 32  # packed pixels; below it some network of the suite cannot be run


@dataclass(frozen=True, eq=False)
class RawPicture:
    """A raw picture as its file has it, packed.

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
        BenchError: it is too small, its filters are not among CFAS, or white is not above black.
    """
    if cfa not in CFAS:
        raise no_bayer(path, f"has the filter colours {cfa}")
    rows, columns = (side // 2 * 2 for side in mosaic.shape)
    cells = [mosaic[y:rows:2, x:columns:2] for y in (0, 1) for x in (0, 1)]
    odd = [word for word, side in zip(("row", "column"), mosaic.shape, strict=True) if side % 2]
    notes = (f"odd last {' and '.join(odd)} of the mosaic left out",) if odd else ()
    picture = above_black(path, [cells[i] for i in plane_order(cfa)], black, white, notes)
    return replace(picture, content=content_of(mosaic))


def above_black(
    path: Path,
    planes: Sequence[NDArray[np.uint16]],
    black: Sequence[int],
    white: int,
    notes: tuple[str, ...],
) -> RawPicture:
    """The picture of four planes after their black levels are subtracted.

    Args:
        path: where it comes from, for errors.
        planes: R, Gr, Gb, B, each (H, W) counts.
        black: their black levels.
        white: level of saturation.
        notes: as in `RawPicture`.

    Raises:
        BenchError: it is too small, or white is not above black.
    """
    check_size(path, *planes[0].shape)
    check_levels(path, black, white)
    span = white - max(black)
    counts = np.empty((4, *planes[0].shape), np.uint16)
    for plane, level, out in zip(planes, black, counts, strict=True):
        out[:] = np.clip(plane.astype(np.int32) - level, 0, span)
    return RawPicture(counts, span, notes=notes)


def check_levels(path: Path, black: Sequence[int], white: int) -> None:
    """Checks that white is above black and both fit 16 bits; raises a BenchError otherwise."""
    if not 0 <= min(black) <= max(black) < white or white - max(black) > np.iinfo(np.uint16).max:
        raise BenchError(
            f"{path}: black level {list(black)} and white level {white} cannot be right; black "
            f"must be at least 0 and below white, and white at most 65535 above black."
        )


def check_size(path: Path, height: int, width: int) -> None:
    """Checks the packed size of a picture; raises a BenchError if it is below `SMALLEST`."""
    if min(height, width) < SMALLEST:
        raise BenchError(
            f"{path} is too small: {height} x {width} packed pixels (rows x columns); at least "
            f"{SMALLEST} x {SMALLEST} are needed, {2 * SMALLEST} x {2 * SMALLEST} on the sensor."
        )
