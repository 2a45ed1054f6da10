"""Decoding the pictures of a folder data set into sets of pictures."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from benchmark.data.files.listing import PictureFiles
from benchmark.data.files.picture_file import open_picture
from benchmark.data.files.raw import read_raw, read_size
from benchmark.data.files.srgb import check_enlargement, match_srgb, read_preview
from benchmark.data.images import ImageRecord, Picture
from benchmark.errors import BenchError


@dataclass(frozen=True)
class Member:
    """A picture in a set: its files, and whether it needs its sRGB picture."""

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
            f"jpg/, rgb/ or next to it) nor an embedded preview; others of its camera have one."
        ) from error


def has_srgb(pictures: Collection[PictureFiles]) -> bool:
    """Whether any picture of a camera has an sRGB file, or a preview that is large enough."""
    return any(files.srgb for files in pictures) or any(map(_has_preview, pictures))


def _has_preview(files: PictureFiles) -> bool:
    try:
        size = read_size(files.raw, files.levels)
        with read_preview(files.raw) as picture:
            check_enlargement("", picture, *size)
    except BenchError:
        return False
    return True


def read_member(identity: str, member: Member, root: Path) -> Picture:
    """Decodes a picture for a set.

    Args:
        identity: its id there.
        member: the picture.
        root: the folder of the data set; sources are named from there.

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
    record = ImageRecord(
        id=identity,
        height=raw.height,
        width=raw.width,
        range=raw.range,
        srgb=origin,
        source=files.raw.relative_to(root).as_posix(),
        notes=tuple(notes),
        content=raw.content,
    )
    return Picture(record, raw.counts, pixels)
