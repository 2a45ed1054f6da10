"""Decoding the pictures of a folder data set into sets of pictures.

The `source` of a picture in the index is its raw file, relative to the folder, and what was
trimmed, resized or replaced in it, separated by " | ".
"""

from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from benchmark.data.files.listing import PictureFiles
from benchmark.data.files.raw import read_raw
from benchmark.data.files.srgb import match_srgb, open_picture, read_preview
from benchmark.data.images import ImageRecord, Picture
from benchmark.errors import BenchError

SEPARATOR = " | "


@dataclass(frozen=True)
class Member:
    """A picture in a set: its id there, its files, and whether it needs its sRGB picture."""

    id: str
    files: PictureFiles
    with_srgb: bool

    @property
    def srgb_name(self) -> str:
        """What its sRGB picture is called in errors."""
        return str(self.files.srgb) if self.files.srgb else f"the preview in {self.files.raw}"


def srgb_picture(files: PictureFiles) -> Image.Image:
    """The sRGB file of a picture, or the preview in its raw file, header read.

    Raises:
        BenchError: there is neither.
    """
    if files.srgb is not None:
        return open_picture(files.srgb)
    try:
        return read_preview(files.raw)
    except BenchError as error:
        raise BenchError(
            f"{files.raw} has no sRGB picture: neither srgb/{files.stem}.png (.jpg, .tif; also in "
            f"jpg/, rgb/ or beside it) nor an embedded preview."
        ) from error


def read_member(member: Member, root: Path) -> Picture:
    """Decodes a picture; `root` is the folder of the data set.

    Raises:
        BenchError: its raw or its sRGB picture cannot be used.
    """
    files = member.files
    raw = read_raw(files.raw, files.levels)
    pixels, origin = None, None
    notes = list(raw.notes)
    if member.with_srgb:
        origin = "file" if files.srgb else "preview"
        raw, srgb = match_srgb(raw, srgb_picture(files), member.srgb_name)
        pixels, notes = srgb.pixels, [*raw.notes, *(f"sRGB {origin} {n}" for n in srgb.notes)]
    source = SEPARATOR.join((files.raw.relative_to(root).as_posix(), *notes))
    record = ImageRecord(member.id, raw.height, raw.width, raw.range, origin, source)
    return Picture(record, raw.counts, pixels)
