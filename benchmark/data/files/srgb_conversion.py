"""The colours of a picture file, brought to sRGB.

What its numbers mean is looked up where formats say it: the mode, an embedded colour profile, the
gamma of a PNG, the EXIF of a JPEG. A profile is judged by what it does to colours, never by its
name. A picture that says nothing is taken for sRGB.
"""

from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageCms

from benchmark.errors import BenchError

COLOUR_MODES = frozenset({"RGB", "RGBA", "RGBX", "RGBa", "P", "PA", "YCbCr"})  # of Pillow
GREY_MODES = ("1", "L", "I", "F")  # how the names of modes of one channel begin
SRGB_GAMMA = 1 / 2.2  # of a PNG; what files written as sRGB state
GAMMA_TOLERANCE = 0.02
ADOBE_INTEROPERABILITY = "R03"  # EXIF: an Adobe RGB picture of a camera
SAME = 2  # of 255; sRGB profiles of different makers differ by rounding
INTENT = ImageCms.Intent.RELATIVE_COLORIMETRIC  # colours inside both gamuts stay as they are
EXPORT = "Export the picture as sRGB, with 8 bits per channel, and give that."
STEEP = 6  # of 255; where one step of 8 bits becomes more, 16 bits are needed


def check_colours(picture: Image.Image, name: str) -> None:
    """Refuses a picture that cannot be brought to sRGB; needs its header only.

    Raises:
        BenchError: it is grey, has other channels than red, green and blue, or says that its
            colours are not sRGB without saying exactly what they are.
    """
    mode, stored = picture.mode, _stored_mode(picture)
    palette = (picture.getpalette("RGB") or []) if mode == "P" else [0, 1, 2]
    grey = mode.startswith(GREY_MODES) and mode != "LAB"
    if grey or stored.startswith(("L;", "LA")) or palette[::3] == palette[1::3] == palette[2::3]:
        raise BenchError(
            f"{name} is a grey picture (mode {mode}), not colours of 8 bits, so that no ISP can "
            f"learn colour from it. Give the sRGB picture in colour."
        )
    if mode not in COLOUR_MODES:
        raise BenchError(f"{name} has the channels {mode}, not red, green and blue. {EXPORT}")
    gamma = picture.info.get("gamma")
    profile, srgb = picture.info.get("icc_profile"), "srgb" in picture.info
    if gamma is not None and not profile and not srgb and abs(gamma - SRGB_GAMMA) > GAMMA_TOLERANCE:
        raise BenchError(f"{name} says that its gamma is {gamma:g}, not that of sRGB. {EXPORT}")
    if not profile and _says_adobe_rgb(picture):
        raise BenchError(
            f"{name} says in its EXIF that its colours are Adobe RGB, but carries no profile of "
            f"them. {EXPORT}"
        )


def has_16_bits(picture: Image.Image) -> bool:
    """Whether a colour picture that is not yet decoded has 16 bits per channel."""
    return "16" in _stored_mode(picture)


def to_srgb(picture: Image.Image, name: str, deep: bool) -> tuple[Image.Image, list[str]]:
    """A picture in sRGB, and what was done to it, a phrase each.

    Args:
        picture: one that `check_colours` accepts.
        name: what to call it in errors.
        deep: whether its file has 16 bits per channel, which Pillow has reduced to 8.

    Returns:
        A picture of mode RGB.

    Raises:
        BenchError: its colour profile is broken, or of other colours than RGB.
    """
    notes = ["16 bits per channel reduced to 8"] if deep else []
    if picture.has_transparency_data and _is_transparent(picture):
        notes.append("transparency ignored")
    rgb = picture.convert("RGB")
    embedded = picture.info.get("icc_profile")
    if not embedded:
        return rgb, notes
    try:
        profile = ImageCms.ImageCmsProfile(BytesIO(embedded))
        description = ImageCms.getProfileDescription(profile).strip()
        srgb = ImageCms.createProfile("sRGB")
        transform = ImageCms.buildTransform(profile, srgb, "RGB", "RGB", INTENT)
        given = _probe()
        shown = np.asarray(ImageCms.applyTransform(Image.fromarray(given), transform)).astype(int)
    except Exception as error:  # as the decoders, the colour library fails in many ways
        raise BenchError(
            f"{name} cannot be decoded: its colour profile is broken, or not one of RGB "
            f"({error}). {EXPORT}"
        ) from error
    if np.abs(shown - given).max() <= SAME:
        return rgb, notes
    if deep and np.diff(shown[0, :, 1]).max() > STEEP:
        raise BenchError(
            f"{name} has 16 bits per channel in the colour profile '{description}', whose "
            f"shadows 8 bits cannot hold. {EXPORT}"
        )
    converted = ImageCms.applyTransform(rgb, transform)
    assert converted is not None  # None only when told to work in place
    return converted, [*notes, f"converted from the colour profile '{description}' to sRGB"]


def _is_transparent(picture: Image.Image) -> bool:
    return bool(np.asarray(picture.convert("RGBA").getchannel("A")).min() < 255)


def _probe() -> NDArray[np.uint8]:
    """(4, 256, 3) colours to try a profile on: greys in the first row, then the edges of RGB."""
    ramp = np.arange(256, dtype=np.uint8)
    probe = np.zeros((4, 256, 3), np.uint8)
    probe[0] = ramp[:, None]
    for channel in range(3):
        probe[1 + channel, :, channel] = ramp
    return probe


def _stored_mode(picture: Image.Image) -> str:
    """How the pixels of a file that is not yet decoded are stored, e.g. "RGB;16B"; or ""."""
    tiles = getattr(picture, "tile", None)
    arguments = tiles[0].args if tiles else ""
    return str(arguments if isinstance(arguments, str) else next(iter(arguments or [""])))


def _says_adobe_rgb(picture: Image.Image) -> bool:
    if "exif" not in picture.info:
        return False  # asking a PNG would decode it
    try:
        return picture.getexif().get_ifd(ExifTags.IFD.Interop).get(1) == ADOBE_INTEROPERABILITY
    except Exception:  # EXIF is often broken, and then says nothing
        return False
