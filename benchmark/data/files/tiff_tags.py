"""The values of TIFF tags: read from a file as they are, and written by tifffile."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray

from benchmark.data.files.dng import MAIN_PICTURE, MOSAIC

ASCII, SHORT, RATIONAL, SRATIONAL = 2, 3, 5, 10  # TIFF's numbers of some types
# Numpy's names of the types by their numbers; a fraction is two numbers.
KINDS = {
    1: "u1", 2: "u1", 3: "u2", 4: "u4", 5: "u4", 6: "i1", 7: "u1", 8: "i2", 9: "i4", 10: "i4",
    11: "f4", 12: "f8",
}  # fmt: skip
FRACTION = 1_000_000  # denominator of the fractions written here
LARGEST = 2**24  # bytes of a value


@dataclass(frozen=True)
class Value:
    """The value of a TIFF tag.

    Attributes:
        kind: TIFF's number of its type.
        data: its bytes, little-endian.
    """

    kind: int
    data: bytes

    def for_tifffile(self, code: int) -> tuple[int, int, int, Any, bool]:
        """An entry of the `extratags` of tifffile, which miscounts fractions given as bytes."""
        if self.kind == ASCII:
            return code, self.kind, 0, self.data, True
        values = self._plain.tolist()
        fractional = self.kind in (RATIONAL, SRATIONAL)
        return code, self.kind, len(values) // (2 if fractional else 1), tuple(values), True

    @property
    def _plain(self) -> NDArray[Any]:
        return np.frombuffer(self.data, f"<{KINDS[self.kind]}")

    @property
    def numbers(self) -> NDArray[np.float64]:
        """Its numbers; those of fractions without a denominator are NaN."""
        plain = self._plain.astype(float)
        if self.kind not in (RATIONAL, SRATIONAL):
            return plain
        over, under = plain[::2], plain[1::2]
        return np.divide(over, under, out=np.full(len(over), np.nan), where=under != 0)


def tiff_tags(path: Path) -> dict[int, Value]:
    """The tags of a file that is built like a TIFF, by number; {} for any other file.

    Those of the first directory and of the raw picture in it, which take precedence.
    """
    try:
        with tifffile.TiffFile(path) as tiff:
            pages = [page for top in tiff.pages for page in (top, *(top.pages or ()))]
            raws = [page for page in pages[1:] if page.photometric == MOSAIC]
            raws.sort(key=lambda page: (page.subfiletype == MAIN_PICTURE, page.size))
            return {
                tag.code: _verbatim(tiff, tag)
                for page in (pages[0], *raws[-1:])
                for tag in page.tags.values()
                if tag.dtype in KINDS and tag.valuebytecount <= LARGEST
            }
    except Exception:  # CR3, RAF and others are built differently, and makers bend the rules
        return {}


def _verbatim(tiff: tifffile.TiffFile, tag: tifffile.TiffTag) -> Value:
    tiff.filehandle.seek(tag.valueoffset)
    data = tiff.filehandle.read(tag.valuebytecount)
    numbers = np.frombuffer(data, f"{tiff.byteorder}{KINDS[tag.dtype]}")
    return Value(int(tag.dtype), numbers.astype(f"<{KINDS[tag.dtype]}").tobytes())


def fractions(values: NDArray[np.float64], kind: int) -> Value:
    """Numbers, of a matrix row by row, as a tag of fractions: RATIONAL or SRATIONAL."""
    over = np.rint(values.ravel() * FRACTION)
    parts = np.stack([over, np.full_like(over, FRACTION)], axis=1)
    return Value(kind, parts.astype(f"<{KINDS[kind]}").tobytes())
