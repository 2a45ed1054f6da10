"""The sRGB pictures that belong to raws: files or embedded previews, brought into the raw's frame.

A picture is turned to the orientation of the sensor, which raws always have (cameras store pictures
upright, or say in EXIF how to turn them), converted if it says that its colours are not sRGB (see
`benchmark/data/files/srgb_conversion.py`), and resized with antialiasing if it has another
resolution.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from io import BytesIO
from pathlib import Path

import numpy as np
import rawpy
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageOps

from benchmark.data.files.areas import Area, Frame
from benchmark.data.files.dng import preview_colours
from benchmark.data.files.opening import opened
from benchmark.data.files.packing import RawPicture
from benchmark.data.files.picture_file import open_picture, open_with_pillow
from benchmark.data.files.plain import PLAIN_SUFFIXES
from benchmark.data.files.srgb_conversion import check_colours, has_16_bits, to_srgb
from benchmark.data.files.turns import EXIF_OF_FLIP
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
    nothing = np.broadcast_to(np.uint16(0), (4, height, width))
    return match_srgb(RawPicture(nothing, range=1, flip=flip), open_picture(path), str(path))[1]


def read_preview(path: Path) -> Image.Image:
    """The largest picture embedded in a camera file, as it is stored, with its EXIF.

    Raises:
        BenchError: there is none, it cannot be read, or its colours are not sRGB.
    """
    if path.suffix.lower() in PLAIN_SUFFIXES:
        raise BenchError(f"{path} is a TIFF or PNG, which has no embedded preview.")
    with opened(path) as raw:
        try:
            preview = raw.extract_thumb()
        except (rawpy.LibRawNoThumbnailError, rawpy.LibRawUnsupportedThumbnailError) as error:
            raise BenchError(f"{path} has no embedded preview that can be read.") from error
        if preview.format == rawpy.ThumbFormat.JPEG:
            picture = open_with_pillow(BytesIO(preview.data), f"the preview in {path}")
        else:
            pixels = np.array(preview.data)  # in sensor orientation
            picture = Image.fromarray(pixels[..., 0] if pixels.shape[2:] == (1,) else pixels)
            picture.getexif()[ExifTags.Base.Orientation] = EXIF_OF_FLIP.get(raw.sizes.flip, 1)
    colours = preview_colours(path, *picture.size)
    if colours not in ("", "sRGB") and "icc_profile" not in picture.info:
        raise BenchError(
            f"{path} says that the colours of its preview are {colours}, not sRGB, and carries no "
            f"profile of them. Put an sRGB picture of the same name next to it."
        )
    return picture


def check_enlargement(name: str, picture: Image.Image, height: int, width: int) -> None:
    """Refuses a thumbnail; needs the header of the picture only.

    Raises:
        BenchError: the picture would be enlarged too much to cover a packed raw of H x W.
    """
    if 2 * max(height, width) > LARGEST_ENLARGEMENT * max(picture.size):
        raise BenchError(
            f"{name} has {picture.width} x {picture.height} pixels, its raw {2 * width} x "
            f"{2 * height}: too small to be the target of an ISP. Give an sRGB picture of at least "
            f"a quarter of the raw's size."
        )


def match_srgb(raw: RawPicture, picture: Image.Image, name: str) -> tuple[RawPicture, SrgbPicture]:
    """A raw and its sRGB picture over the same part of the scene.

    A picture of the size of the camera's own picture, or of all that a raw converter shows, lies
    over the raw pixel by pixel: cells that its border cuts through are left out of both. A picture
    of another size is taken for a smaller or larger copy of the camera's own picture, or of the
    whole where the file names none.

    Args:
        raw: the raw picture.
        picture: its sRGB picture, as stored.
        name: what to call the picture in errors.

    Raises:
        BenchError: the picture is broken, shows another part of the scene, or is far too small.
    """
    check_colours(picture, name)
    areas = [area for area in (raw.own, raw.whole) if area is not None] or [_packed_area(raw)]
    usual, size = areas[0], sorted(picture.size)
    if all(_other_shape(size, sorted((area.width, area.height))) for area in areas):
        raise _shape_error(name, picture, usual)  # before a large file is decoded in vain
    deep = has_16_bits(picture)
    try:
        turned = _turned(picture, raw.flip, wide=usual.width >= usual.height)
    except Exception as error:  # the decoders fail in many ways, always because of the file
        raise BenchError(f"{name} cannot be decoded as a picture: {error}.") from error
    rgb, notes = to_srgb(turned, name, deep)
    area = _shown_area(rgb, raw)
    if area is None:
        check_enlargement(name, rgb, usual.height // 2, usual.width // 2)
        if _other_shape(rgb.size, (usual.width, usual.height)):
            raise _shape_error(name, rgb, usual)
        area = usual
    frame = area.cells(raw.height, raw.width)
    pixels = _over_cells(rgb, area, frame)
    if rgb.size != (area.width, area.height):
        notes.append(
            f"resized from {rgb.width} x {rgb.height} to {pixels.shape[1]} x {pixels.shape[0]}"
        )
    whole = (frame.height, frame.width) == (raw.height, raw.width)
    srgb = SrgbPicture(pixels.transpose(2, 0, 1), tuple(notes))
    return raw if whole else raw.in_frame(), srgb


def _packed_area(raw: RawPicture) -> Area:
    return Area(0, 0, 2 * raw.height, 2 * raw.width)


def _shown_area(picture: Image.Image, raw: RawPicture) -> Area | None:
    """The part of the sensor that a picture of this size shows; None for another resolution."""
    for area in (raw.own, raw.whole):
        if area is not None and picture.size == (area.width, area.height):
            return area
    areas = [_packed_area(raw)]
    if raw.frame is not None:
        areas.insert(0, Area(*(2 * value for value in astuple(raw.frame))))
    for area in areas:
        odd = (picture.width - area.width, picture.height - area.height)
        if 0 <= min(odd) <= max(odd) <= 1:  # with the last row or column that packing leaves out
            return replace(area, height=picture.height, width=picture.width)
    return None


def _over_cells(picture: Image.Image, area: Area, frame: Frame) -> NDArray[np.uint8]:
    """(2h, 2w, 3) pixels over the h x w cells of a packed raw.

    Args:
        picture: in sensor orientation.
        area: what it shows of the sensor.
        frame: cells inside that area.
    """
    top, left = 2 * frame.top - area.top, 2 * frame.left - area.left
    height, width = 2 * frame.height, 2 * frame.width
    if picture.size == (area.width, area.height):
        return np.asarray(picture)[top : top + height, left : left + width]
    across, down = picture.width / area.width, picture.height / area.height
    box = (
        left * across,
        top * down,
        min((left + width) * across, picture.width),
        min((top + height) * down, picture.height),
    )
    return np.asarray(picture.resize((width, height), Image.Resampling.LANCZOS, box))


def _other_shape(size: Sequence[int], wanted: Sequence[int]) -> bool:
    scales = [want / have for have, want in zip(size, wanted, strict=True)]
    return max(scales) / min(scales) > 1 + ASPECT_TOLERANCE


def _shape_error(name: str, picture: Image.Image, usual: Area) -> BenchError:
    return BenchError(
        f"{name} has {picture.width} x {picture.height} pixels, its raw {usual.width} x "
        f"{usual.height}: another shape, so it shows another part of the scene. Give an sRGB "
        f"picture that is not cropped."
    )


def _turned(picture: Image.Image, flip: int, wide: bool) -> Image.Image:
    """The picture in sensor orientation: upright by its EXIF, then back by the turn of the raw.

    A picture that would be upright over a raw on its side has lost its EXIF: it is left as stored.
    """
    turned = ImageOps.exif_transpose(picture)
    if flip & 4:
        turned = turned.transpose(Image.Transpose.TRANSPOSE)
    if flip & 2:
        turned = turned.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    if flip & 1:
        turned = turned.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return turned if (turned.width >= turned.height) == wide else picture
