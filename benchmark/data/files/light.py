"""Pictures as linear light: JPEG, PNG, TIFF, OpenEXR and camera files.

What the numbers of a file mean is looked up where formats say it: a colour profile, the
chromaticities of OpenEXR, the white balance and matrices of a camera file. A picture that says
nothing is taken for sRGB if its numbers are whole, and for linear sRGB if they are floating-point.
JPEG and PNG were made for screens: their light is that of the screen, with the tone curve of the
camera in it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import rawpy
import tifffile
from numpy.typing import NDArray
from PIL import Image, ImageOps

from benchmark.data.files.light_coding import (
    LightCoding,
    linear_coding,
    profile_coding,
    srgb_coding,
)
from benchmark.data.files.opening import opened
from benchmark.data.files.picture_file import check_pixels, deep_png, open_picture
from benchmark.data.files.plain import ORIENTATION, orientation, plain_size
from benchmark.data.files.raw import CAMERA_SUFFIXES
from benchmark.data.files.srgb import SRGB_SUFFIXES
from benchmark.data.files.srgb_conversion import check_colours, has_16_bits, to_srgb
from benchmark.data.files.turns import FLIP_OF_EXIF, upright
from benchmark.errors import BenchError

T = TypeVar("T")

EXR = ".exr"
TIFF_SUFFIXES = frozenset({".tif", ".tiff"})
LIGHT_SUFFIXES = SRGB_SUFFIXES | CAMERA_SUFFIXES | {EXR}
REC709 = (
    0.64,
    0.33,
    0.30,
    0.60,
    0.15,
    0.06,
    0.3127,
    0.3290,
)  # what OpenEXR means if it says nothing
PROFILE = 34675  # the TIFF tag
BAND = 1 << 20  # pixels converted at a time
# LibRaw's linear ProPhoto, whose white is D65, from linear sRGB: large enough for every camera.
PROPHOTO_OF_SRGB = np.array(
    [
        [0.529317, 0.330092, 0.140588],
        [0.098368, 0.873465, 0.028169],
        [0.016879, 0.117663, 0.865457],
    ]
)


@dataclass(frozen=True, eq=False)
class _Stored:
    """The pixels of a file, (h, w, 3 or more), and how they become upright linear light."""

    pixels: NDArray[Any]
    coding: LightCoding
    flip: int = 0


def light_size(path: Path) -> tuple[int, int]:
    """Rows and columns of a picture, upright, from its header.

    Raises:
        BenchError: it cannot be opened, is too large, grey, or of other channels than R, G, B.
    """
    return _explained(path, _size)


def read_light(path: Path, rows: int, columns: int) -> NDArray[np.float32]:
    """A picture as linear sRGB, upright; (3, H, W), not limited to [0, 1].

    A picture of more than twice the wanted size is reduced by a whole number, in linear light, as
    far as it stays at least as large as wanted.

    Args:
        path: the file.
        rows: wanted at least.
        columns: wanted at least.

    Raises:
        BenchError: the file is damaged, too large, grey, or of other channels than R, G, B.
    """
    stored = _explained(path, _stored)
    height, width = stored.pixels.shape[:2]
    if stored.flip & 4:
        rows, columns = columns, rows
    step = max(1, min(height // rows, width // columns))
    out = np.empty((height // step, width // step, 3), np.float32)
    band = max(1, BAND // (width * step))  # rows of the result
    for top in range(0, len(out), band):
        part = stored.pixels[top * step : (top + band) * step, : out.shape[1] * step, :3]
        part = part[: len(part) // step * step]
        light = stored.coding.linear(part)
        blocks = light.reshape(-1, step, out.shape[1], step, 3)
        out[top : top + band] = blocks.mean(axis=(1, 3)) if step > 1 else light
    return upright(out.transpose(2, 0, 1), stored.flip)


def _size(path: Path) -> tuple[int, int]:
    suffix = path.suffix.lower()
    if suffix == EXR:
        return _exr_size(path)
    if suffix in CAMERA_SUFFIXES:
        with opened(path) as raw:  # at half size, as `_camera` develops it
            half = (raw.sizes.height + 1) // 2, (raw.sizes.width + 1) // 2
            return half[::-1] if raw.sizes.flip & 4 else half
    page = _deep_page(path) if suffix in TIFF_SUFFIXES else None
    if page is not None:
        size, turn = (page.imagelength, page.imagewidth), page.tags.valueof(ORIENTATION, 1)
        _check_deep(path, page)
    else:
        with open_picture(path) as picture:
            check_colours(picture, str(path))
            size, turn = (picture.height, picture.width), _orientation(picture)
        if suffix in TIFF_SUFFIXES:  # some versions of Pillow have turned it already
            size, turn = plain_size(path), orientation(path)
    return size[::-1] if FLIP_OF_EXIF.get(turn, 0) & 4 else size


def _stored(path: Path) -> _Stored:
    suffix = path.suffix.lower()
    if suffix == EXR:
        return _exr(path)
    if suffix in CAMERA_SUFFIXES:
        return _camera(path)
    if suffix in TIFF_SUFFIXES and _deep_page(path) is not None:
        return _deep_tiff(path)
    return _picture(path)


def _explained(path: Path, read: Callable[[Path], T]) -> T:
    try:
        return read(path)
    except BenchError:
        raise
    except Exception as error:  # the decoders fail in many ways, always because of the file
        reason = str(error).rstrip(".")
        raise BenchError(f"{path} cannot be decoded as a picture: {reason}.") from error


def _picture(path: Path) -> _Stored:
    """A picture that Pillow opens; torchvision decodes a PNG of 16 bits, with all of them."""
    with open_picture(path) as picture:
        check_colours(picture, str(path))
        deep = has_16_bits(picture)
        profile, turn = picture.info.get("icc_profile"), _orientation(picture)
        coding = profile_coding(profile) if profile else srgb_coding()
        if coding is None:  # a profile of tables, which only Pillow's library can use
            rgb = to_srgb(ImageOps.exif_transpose(picture), str(path), deep)[0]
            return _Stored(np.asarray(rgb), srgb_coding())
        if not deep:
            upright_picture = ImageOps.exif_transpose(picture)
            return _Stored(np.asarray(upright_picture.convert("RGB")), coding)
    return _Stored(deep_png(path), coding, FLIP_OF_EXIF[turn])


def _orientation(picture: Image.Image) -> int:
    """EXIF's number of the turn; a PNG without EXIF is not asked, which would decode it."""
    known = picture.format != "PNG" or "exif" in picture.info
    number = picture.getexif().get(ORIENTATION, 1) if known else 1
    return number if number in FLIP_OF_EXIF else 1


def _deep_page(path: Path) -> Any:
    """The first page of a TIFF of more than 8 bits in colour; None for one that Pillow reads."""
    try:
        with tifffile.TiffFile(path) as tiff:
            page = tiff.pages.first
            deep = page.dtype in (np.uint16, np.float16, np.float32)
            return page if deep and page.samplesperpixel >= 3 else None
    except Exception:
        return None  # Pillow says what is wrong


def _check_deep(path: Path, page: Any) -> None:
    check_pixels(str(path), page.imagewidth, page.imagelength)
    if page.photometric != tifffile.PHOTOMETRIC.RGB:
        raise BenchError(
            f"{path} has the channels {getattr(page.photometric, 'name', page.photometric)}, not "
            f"red, green and blue. Export it as RGB."
        )


def _deep_tiff(path: Path) -> _Stored:
    with tifffile.TiffFile(path) as tiff:
        page = tiff.pages.first
        _check_deep(path, page)
        pixels = page.asarray()
        if page.planarconfig == tifffile.PLANARCONFIG.SEPARATE:
            pixels = np.moveaxis(pixels, 0, -1)
        if pixels.ndim != 3:
            raise BenchError(f"{path} is damaged: its pixels have the shape {pixels.shape}.")
        profile = page.tags.valueof(PROFILE)
        turn = page.tags.valueof(ORIENTATION, 1)
    whole = pixels.dtype == np.uint16
    coding = srgb_coding() if whole else linear_coding(REC709)
    if profile and whole:
        found = profile_coding(profile)
        if found is None:
            raise BenchError(
                f"{path} has 16 bits per channel and a colour profile of tables, which cannot be "
                f"used. Export it as sRGB."
            )
        coding = found
    return _Stored(pixels, coding, FLIP_OF_EXIF.get(turn, 0))


def _camera(path: Path) -> _Stored:
    """A camera file developed by LibRaw to linear light, with the camera's white balance.

    At half size: each pixel is one cell of the mosaic, so nothing is invented by demosaicing.
    """
    with opened(path) as raw:
        pixels = raw.postprocess(
            half_size=True, use_camera_wb=True, no_auto_bright=True, gamma=(1, 1), output_bps=16,
            output_color=rawpy.ColorSpace.ProPhoto,
        )  # fmt: skip
    if pixels.ndim != 3 or pixels.shape[2] != 3:
        raise BenchError(f"{path} is grey: its sensor has no colour filters. Take it out.")
    return _Stored(pixels, LightCoding(np.linalg.inv(PROPHOTO_OF_SRGB)))


def _openexr(path: Path) -> Any:
    try:
        import OpenEXR
    except ImportError as error:
        raise BenchError(
            f"{path}: pictures of this kind need the package OpenEXR: pip install 'isp-bench[exr]'"
        ) from error
    return OpenEXR


def _exr_size(path: Path) -> tuple[int, int]:
    package = _openexr(path)
    try:
        header = package.File(str(path), header_only=True).header()
        (left, top), (right, bottom) = header["dataWindow"]
        channels = [channel.name for channel in header["channels"]]
    except Exception as error:  # as all decoders
        raise BenchError(f"{path} cannot be opened as an OpenEXR picture: {error}.") from error
    if not {"R", "G", "B"} <= set(channels):
        raise BenchError(f"{path} has the channels {', '.join(channels)}, not R, G and B.")
    height, width = int(bottom - top) + 1, int(right - left) + 1
    check_pixels(str(path), width, height)
    return height, width


def _exr(path: Path) -> _Stored:
    _exr_size(path)
    file = _openexr(path).File(str(path), separate_channels=True)
    if not file.parts:  # the package prints what is wrong, and goes on
        raise BenchError(f"{path} cannot be decoded: it is cut short or damaged. Copy it again.")
    channels = file.channels()
    pixels = np.stack([channels[name].pixels for name in "RGB"], axis=-1)
    named = file.header().get("chromaticities", REC709)
    return _Stored(pixels, linear_coding(tuple(float(value) for value in named)))
