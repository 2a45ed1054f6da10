"""Rectangles on the sensor, and the whole 2x2 cells inside them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Frame:
    """A part of a packed raw, in packed pixels."""

    top: int
    left: int
    height: int
    width: int


@dataclass(frozen=True)
class Area:
    """A rectangle of the sensor, in sensor pixels.

    Attributes:
        top: first row, counted from the first row of the packed raw; negative above it.
        left: first column, likewise.
        height: rows; even or odd.
        width: columns; even or odd.
    """

    top: int
    left: int
    height: int
    width: int

    def moved(self, rows: int, columns: int) -> "Area":
        """The same rectangle, counted from the pixel at this row and column."""
        return Area(self.top - rows, self.left - columns, self.height, self.width)

    def inside(self, other: "Area") -> bool:
        """Whether no pixel of it lies outside the other."""
        return (
            min(self.top - other.top, self.left - other.left) >= 0
            and self.top + self.height <= other.top + other.height
            and self.left + self.width <= other.left + other.width
        )

    def cells(self, height: int, width: int) -> Frame:
        """The cells of a packed raw of H x W that lie entirely inside the rectangle.

        Cells that its border cuts through are left out.
        """
        top, left = max(-(-self.top // 2), 0), max(-(-self.left // 2), 0)
        bottom = min((self.top + self.height) // 2, height)
        right = min((self.left + self.width) // 2, width)
        return Frame(top, left, max(bottom - top, 0), max(right - left, 0))
