"""Miniature raw files with any colour tags, and what LibRaw develops from them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import rawpy
import tifffile
from numpy.typing import ArrayLike, NDArray

ColourTags = Mapping[int, ArrayLike]  # values by number
ExtraTag = tuple[int, str, int, object, bool]  # as tifffile takes them

SIZE = (128, 160)
FRACTIONS = {50727: "2I", 50728: "2I", 50729: "2I"}  # the others are signed
SHORTS = (50778, 50779)
MATRIX = (0.7, -0.1, -0.1, -0.4, 1.2, 0.2, -0.1, 0.2, 0.6)
OTHER = (0.8, 0.1, -0.1, 0.1, 1.1, 0.0, 0.0, 0.3, 0.9)
CALIBRATION = (0.9, 0.01, 0, 0, 1, 0.02, 0, 0, 1.1)


def mosaic(seed: int = 0) -> NDArray[np.uint16]:
    """Coloured patches with noise, black 64, white 1023."""
    rng = np.random.default_rng(seed)
    patches = rng.uniform(0.1, 0.8, (SIZE[0] // 16, SIZE[1] // 16, 3)).repeat(16, 0).repeat(16, 1)
    values = np.empty(SIZE)
    for y, x, colour in ((0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 2)):
        values[y::2, x::2] = patches[y::2, x::2, colour]
    return np.rint(64 + 959 * values * rng.uniform(0.97, 1, SIZE)).astype(np.uint16)


def write_colours(
    path: Path,
    colours: ColourTags,
    model: str = "Two",
    make: str = "Maker",
    layout: str = "flat",
    dng: bool = True,
    pixels: NDArray[np.uint16] | None = None,
) -> Path:
    """Writes a raw of black 64 and white 1023.

    Args:
        path: the file.
        colours: values of colour tags by number.
        model: of the camera; UTF-8.
        make: of the camera.
        layout: "flat": all in one directory; "preview": a preview with the colours, the raw in a
            SubIFD; "inner": the same, but the colours are next to the raw.
        dng: False for a TIFF-like raw of a maker, which LibRaw knows by its model.
        pixels: the mosaic, RGGB.
    """
    general: list[ExtraTag] = [
        (271, "s", 0, make.encode(), True),
        (272, "s", 0, model.encode(), True),
    ]
    own: list[ExtraTag] = [
        (33421, "H", 2, (2, 2), True),
        (33422, "B", 4, bytes((0, 1, 1, 2)), True),
        (50714, "H", 1, 64, True),
        (50717, "H", 1, 1023, True),
    ]
    if dng:
        general += [(50706, "B", 4, bytes((1, 4, 0, 0)), True)]
        general += [(50707, "B", 4, bytes((1, 1, 0, 0)), True)]
        general += [(50708, "s", 0, f"{make} {model}".encode(), True)]
    tags = [_tag(code, value) for code, value in colours.items()]
    (own if layout == "inner" else general).extend(tags)
    pixels = mosaic() if pixels is None else pixels
    with tifffile.TiffWriter(path, byteorder=">" if layout == "preview" else "<") as tiff:
        if layout != "flat":
            preview = np.full((16, 16, 3), 99, np.uint8)
            tiff.write(preview, photometric="rgb", subifds=1, subfiletype=1, extratags=general,
                       metadata=None)  # fmt: skip
            general = []
        tiff.write(pixels, photometric=32803, extratags=general + own, metadata=None)
    return path


def developed(path: Path, white: Sequence[float] | None = None) -> NDArray[np.float64]:
    """(3,) means of LibRaw's linear sRGB.

    Args:
        path: a raw file.
        white: gains for R, G, B; None for those of the camera. Where the file has none, LibRaw
            guesses them from counts, so that they depend on the scale of these.
    """
    balance = {"use_camera_wb": True} if white is None else {"user_wb": [*white, white[1]]}
    with rawpy.imread(str(path)) as raw:
        srgb = raw.postprocess(
            **balance, no_auto_bright=True, gamma=(1, 1), output_bps=16, user_flip=0
        )
    means: NDArray[np.float64] = srgb.reshape(-1, 3).mean(0)
    return means


def _tag(code: int, value: ArrayLike) -> ExtraTag:
    if isinstance(value, str):
        return code, "s", 0, value, True
    numbers = np.ravel(value).tolist()
    if code in SHORTS:
        return code, "H", 1, numbers[0], True
    parts = tuple(part for number in numbers for part in (round(number * 10000), 10000))
    return code, FRACTIONS.get(code, "2i"), len(numbers), parts, True
