"""Black levels that differ from pixel to pixel, as the tags of a DNG describe them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

BAND = 256  # rows that are handled at a time, to save memory


@dataclass(frozen=True, eq=False)
class BlackLevel:
    """The black level of each pixel of an active area: the sum of a block and two deltas.

    Attributes:
        block: (r, c) counts, repeated from the corner of the active area.
        by_row: (h,) what is added in each row of the active area, in counts; empty for nothing.
        by_column: (w,) the same for each column.
    """

    block: NDArray[np.float64]
    by_row: NDArray[np.float64]
    by_column: NDArray[np.float64]

    def times(self, factor: float) -> "BlackLevel":
        """The level in another unit."""
        return BlackLevel(self.block * factor, self.by_row * factor, self.by_column * factor)

    @property
    def repeats_by_cell(self) -> bool:
        """Whether the level of a pixel depends only on its place in a 2x2 cell."""
        divides = all(2 % side == 0 for side in self.block.shape)
        return divides and not self.by_row.any() and not self.by_column.any()

    @property
    def fractional(self) -> bool:
        """Whether some of its numbers are not whole counts."""
        return any((part % 1).any() for part in (self.block, self.by_row, self.by_column))

    def cell(self, row: int, column: int) -> list[float]:
        """Levels of the block in the 2x2 cell at a pixel of the active area, in reading order."""
        return [float(level) for level in repeated(self.block, row, column, 2, 2).flat]

    def subtracted(
        self, mosaic: NDArray[np.uint16], row: int, column: int, white: int
    ) -> tuple[NDArray[np.uint16], int, int]:
        """Counts above black; each level is rounded to the nearest count.

        Args:
            mosaic: (h, w) counts, the first of them of some pixel of the active area.
            row: the row of that pixel.
            column: its column.
            white: level of saturation.

        Returns:
            (h, w) counts from 0 to white minus the highest level; the lowest and the highest level.
        """
        width = mosaic.shape[1]
        extremes = [
            (black.min(), black.max()) for _, black in self._bands(row, column, len(mosaic), width)
        ]
        lowest, highest = min(low for low, _ in extremes), max(high for _, high in extremes)
        counts = np.empty_like(mosaic)
        for rows, black in self._bands(row, column, len(mosaic), width):
            above = mosaic[rows].astype(np.int32) - black
            counts[rows] = np.clip(above, 0, max(white - highest, 0))
        return counts, int(lowest), int(highest)

    def _bands(
        self, row: int, column: int, height: int, width: int
    ) -> Iterator[tuple[slice, NDArray[np.int32]]]:
        """The rows of the mosaic, a band at a time, and their levels (rows, width)."""
        for top in range(0, height, BAND):
            rows = slice(top, min(top + BAND, height))
            black = repeated(self.block, row + top, column, rows.stop - top, width)
            if self.by_row.size:
                black = black + self.by_row[row + top : row + rows.stop, None]
            if self.by_column.size:
                black = black + self.by_column[column : column + width]
            yield rows, nearest(black)


def nearest(levels: NDArray[np.float64]) -> NDArray[np.int32]:
    """Whole counts; halves go up, so that neighbouring levels keep their order and distance."""
    return np.floor(levels + 0.5).astype(np.int32)


def repeated(block: NDArray[Any], row: int, column: int, height: int, width: int) -> NDArray[Any]:
    """(height, width) of a block that repeats without end, from one of its places on."""
    down = np.arange(row, row + height) % block.shape[0]
    right = np.arange(column, column + width) % block.shape[1]
    return block[np.ix_(down, right)]
