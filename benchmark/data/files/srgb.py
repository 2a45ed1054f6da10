"""The sRGB pictures that belong to raws: files or embedded previews, brought into the raw's frame.

A picture is turned as the sensor lies (cameras store pictures upright, or say in EXIF how to turn
them; raws always lie as the sensor does), converted to sRGB if it carries another colour profile,
and resized to twice the packed raw with antialiasing if it has another size.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import rawpy
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageCms, ImageOps

from benchmark.data.files.plain import PLAIN_SUFFIXES
from benchmark.data.files.raw import RawPicture, opened
from benchmark.errors import BenchError

SRGB_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff"})
LARGEST_ENLARGEMENT = 4.0  # a Sony preview of 1616 columns for 6000 passes, a thumbnail does not
ASPECT_TOLERANCE = 0.03  # previews are rounded, and cameras cut a few rows of the sensor away


@dataclass(frozen=True, eq=False)
class SrgbPicture:
    """An sRGB picture over a packed raw of H x W.

    Attributes:
        pixels: (3, 2H, 2W) uint8, sRGB, gamma-encoded.
        notes: what was done to it, a phrase each.
    """

    pixels: NDArray[np.uint8]
    notes: tuple[str, ...] = ()


def read_srgb(path: Path, height: int, width: int, flip: int = 0) -> SrgbPicture:
    """Reads a picture file over a packed raw.

    Args:
        path: a JPEG, PNG or TIFF.
        height: H of the packed raw.
        width: W of the packed raw.
        flip: the turn of the raw, as in :class:`RawPicture`.

    Raises:
        BenchError: the file is broken, shows another part of the scene, or is far too small.
    """
    return _fit(open_picture(path), str(path), height, width, flip)


def read_preview(path: Path) -> Image.Image:
    """The largest picture embedded in a camera file, as it is stored, with its EXIF.

    Raises:
        BenchError: there is none, or it cannot be read.
    """
    if path.suffix.lower() in PLAIN_SUFFIXES:
        raise BenchError(f"{path} is a TIFF or PNG, which has no embedded preview.")
    with opened(path) as raw:
        try:
            preview = raw.extract_thumb()
        except (rawpy.LibRawNoThumbnailError, rawpy.LibRawUnsupportedThumbnailError) as error:
            raise BenchError(f"{path} has no embedded preview that can be read.") from error
        if preview.format == rawpy.ThumbFormat.JPEG:
            return Image.open(BytesIO(preview.data))
        bitmap = Image.fromarray(np.array(preview.data))  # lies as the sensor does
        bitmap.getexif()[ExifTags.Base.Orientation] = "50132467".index(str(raw.sizes.flip)) or 8
        return bitmap


def open_picture(path: Path) -> Image.Image:
    """A picture file, its header read.

    Raises:
        BenchError: it is no picture.
    """
    try:
        return Image.open(path)
    except OSError as error:
        raise BenchError(f"{path} cannot be opened as a picture: {error}.") from error


def check_enlargement(name: str, picture: Image.Image, height: int, width: int) -> None:
    """Refuses a thumbnail; needs the header of the picture only.

    Raises:
        BenchError: the picture would be enlarged too much to lie over a packed raw of H x W.
    """
    if 2 * max(height, width) > LARGEST_ENLARGEMENT * max(picture.size):
        raise BenchError(
            f"{name} has {picture.width} x {picture.height} pixels, its raw {2 * width} x "
            f"{2 * height}: too small to be the target of an ISP. Give an sRGB picture of at least "
            f"a quarter of the raw's size."
        )


def match_srgb(raw: RawPicture, picture: Image.Image, name: str) -> tuple[RawPicture, SrgbPicture]:
    """A raw and its sRGB picture over the same part of the scene.

    The raw is cut to the frame of the camera's own picture if the file names one, unless the sRGB
    picture has the size of the whole mosaic (as raw converters write it).

    Args:
        raw: the raw picture.
        picture: its sRGB picture, as stored.
        name: what to call the picture in errors.

    Raises:
        BenchError: the picture is broken, shows another part of the scene, or is far too small.
    """
    if not _same_size(sorted(picture.size), sorted((2 * raw.height, 2 * raw.width))):
        raw = raw.in_frame()
    return raw, _fit(picture, name, raw.height, raw.width, raw.flip)


def _fit(picture: Image.Image, name: str, height: int, width: int, flip: int) -> SrgbPicture:
    """The picture turned, converted, cut or resized to lie over a packed raw of H x W."""
    try:
        picture, notes = _as_srgb(_turned(picture, flip, wide=width >= height))
    except Exception as error:  # the decoders fail in many ways, all of them by the file
        raise BenchError(f"{name} cannot be decoded as a picture: {error}.") from error
    wanted = (2 * width, 2 * height)
    if _same_size(picture.size, wanted):
        picture = picture.crop((0, 0, *wanted))
    else:
        check_enlargement(name, picture, height, width)
        _check_shape(name, picture.size, wanted)
        sizes = [f"{columns} x {rows}" for columns, rows in (picture.size, wanted)]
        notes.append(f"resized from {sizes[0]} to {sizes[1]}")
        picture = picture.resize(wanted, Image.Resampling.LANCZOS)
    return SrgbPicture(np.asarray(picture).transpose(2, 0, 1), tuple(notes))


def _same_size(size: Sequence[int], wanted: Sequence[int]) -> bool:
    """Equal, or longer by the odd last row or column that packing leaves out."""
    return all(0 <= have - want <= 1 for have, want in zip(size, wanted, strict=True))


def _check_shape(name: str, size: Sequence[int], wanted: Sequence[int]) -> None:
    scales = [want / have for have, want in zip(size, wanted, strict=True)]
    if max(scales) / min(scales) > 1 + ASPECT_TOLERANCE:
        raise BenchError(
            f"{name} has {size[0]} x {size[1]} pixels, its raw {wanted[0]} x {wanted[1]}: another "
            f"shape, so it shows another part of the scene. Give an sRGB picture that is not "
            f"cropped."
        )


def _as_srgb(picture: Image.Image) -> tuple[Image.Image, list[str]]:
    """The picture in sRGB by its colour profile (none: it is taken for sRGB), and a note."""
    if picture.mode.startswith(("I", "F")):
        raise ValueError(f"its pixels are of the kind {picture.mode}, not colours of 8 bits")
    embedded = picture.info.get("icc_profile")
    if not embedded:
        return picture.convert("RGB"), []
    profile = ImageCms.ImageCmsProfile(BytesIO(embedded))
    name = ImageCms.getProfileDescription(profile).strip()
    if "srgb" in name.lower():
        return picture.convert("RGB"), []
    srgb = ImageCms.createProfile("sRGB")
    converted = ImageCms.profileToProfile(picture, profile, srgb, outputMode="RGB")
    assert converted is not None  # None only when told to work in place
    return converted, [f"converted from the colour profile '{name}' to sRGB"]


def _turned(picture: Image.Image, flip: int, wide: bool) -> Image.Image:
    """The picture as the sensor lies: upright by its EXIF, then back by the turn of the raw.

    A picture that would stand where the raw lies has lost its EXIF: it is left as stored.
    """
    turned = ImageOps.exif_transpose(picture)
    if flip & 4:
        turned = turned.transpose(Image.Transpose.TRANSPOSE)
    if flip & 2:
        turned = turned.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    if flip & 1:
        turned = turned.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return turned if (turned.width >= turned.height) == wide else picture
