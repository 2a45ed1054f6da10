"""Miniature DNG files, written with tifffile, that LibRaw reads back to the bit."""

from collections.abc import Sequence
from fractions import Fraction
from io import BytesIO
from math import isqrt
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image

COLOURS = "RGB"  # the DNG numbers of the filter colours
CFA_PHOTOMETRIC, LINEAR_PHOTOMETRIC, GREY_PHOTOMETRIC = 32803, 34892, 1
XTRANS = "GGRGGBGGBGGRBRGRBGGGBGGRGGRGGBRBGBRG"


def write_dng(
    path: Path,
    pixels: NDArray[np.uint16],
    cfa: str = "RGGB",
    black: int | Sequence[int] = 0,
    white: int = 4095,
    orientation: int = 1,
    crop: Sequence[int] | None = None,
    active: Sequence[int] | None = None,
    preview: NDArray[np.uint8] | None = None,
    jpeg: bool = False,
    preview_colours: int | None = None,
    **tags: tuple[str, Sequence[float]] | None,
) -> Path:
    """Writes an uncompressed DNG.

    Args:
        path: the file; its folder is made.
        pixels: (h, w) mosaic; or (h, w, 3) for a linear DNG.
        cfa: colours of the repeated cell in reading order, 4 letters (36 for X-Trans); "" for none.
        black: black level; or four, in reading order of the cell.
        white: white level.
        orientation: EXIF code of the turn to upright.
        crop: DefaultCrop as top, left, height, width, counted inside the active area.
        active: ActiveArea as top, left, bottom, right.
        preview: (h, w, 3) embedded picture, in sensor orientation.
        jpeg: the preview is a JPEG, not a bitmap.
        preview_colours: the DNG number of the colour space of the preview.
        tags: further tags of the raw picture, by name: type and values; None leaves one out.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    general = [
        _tag(274, "H", [orientation]),
        (271, "s", 0, "Maker", True),
        (272, "s", 0, "Model", True),
        _tag(50706, "B", [1, 4, 0, 0]),  # DNGVersion
        _tag(50707, "B", [1, 1, 0, 0]),  # DNGBackwardVersion
        (50708, "s", 0, "Maker Model", True),  # UniqueCameraModel
        (
            50721,
            "2i",
            9,
            (1, 1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 1, 0, 1, 0, 1, 1, 1),
            True,
        ),  # ColorMatrix1
        (50728, "2I", 3, (1, 2, 1, 1, 1, 2), True),  # AsShotNeutral
        _tag(50778, "H", [21]),  # CalibrationIlluminant1: D65
    ]
    levels = [black] if isinstance(black, int) else list(black)
    own = [_tag(50714, "H", levels), _tag(50717, "H", [white])]
    if len(levels) > 1:
        own.append(_tag(50713, "H", [2, 2]))  # BlackLevelRepeatDim
    if cfa:
        side = isqrt(len(cfa))
        own += [_tag(33421, "H", [side, side]), _tag(33422, "B", [COLOURS.index(c) for c in cfa])]
    if crop is not None:
        top, left, height, width = crop
        own += [_tag(50719, "H", [left, top]), _tag(50720, "H", [width, height])]
    if active is not None:
        own.append(_tag(50829, "H", active))
    own = _with(own, tags)
    photometric = (
        CFA_PHOTOMETRIC if cfa else (LINEAR_PHOTOMETRIC if pixels.ndim == 3 else GREY_PHOTOMETRIC)
    )
    with tifffile.TiffWriter(path) as tiff:
        if preview is None:
            tiff.write(pixels, photometric=photometric, extratags=general + own, metadata=None)
        else:
            if preview_colours is not None:
                general.append(_tag(50970, "I", [preview_colours]))
            first: dict[str, Any] = {
                "subifds": 1,
                "subfiletype": 1,
                "extratags": general,
                "metadata": None,
            }
            if jpeg:
                data = np.frombuffer(_jpeg(preview), np.uint8)[None]
                tiff.write(data, photometric="minisblack", rowsperstrip=1, **first)
            else:
                tiff.write(preview, photometric="rgb", **first)
            tiff.write(pixels, photometric=photometric, extratags=own, metadata=None)
    if preview is not None and jpeg:
        height, width = preview.shape[:2]
        _overwrite(path, ImageWidth=width, ImageLength=height, RowsPerStrip=height)
        _overwrite(path, Compression=7, PhotometricInterpretation=6)
    elif photometric == GREY_PHOTOMETRIC:  # tifffile writes LinearRaw with three channels only
        _overwrite(path, PhotometricInterpretation=LINEAR_PHOTOMETRIC)
    return path


def _tag(code: int, kind: str, values: Sequence[float]) -> tuple[int, str, int, Any, bool]:
    value = bytes(map(int, values)) if kind == "B" else tuple(values)
    return code, kind, len(values), value if len(values) > 1 else values[0], True


def _with(own: list[tuple], tags: dict[str, tuple[str, Sequence[float]] | None]) -> list[tuple]:
    """Tags with some replaced, added or left out."""
    codes = {tifffile.TIFF.TAGS[name]: value for name, value in tags.items()}
    kept = [tag for tag in own if tag[0] not in codes]
    for code, tag in codes.items():
        if tag is not None:
            kind, values = tag
            if kind in ("2I", "2i"):  # a fraction of each number
                pairs = [
                    Fraction(value).limit_denominator(1000).as_integer_ratio() for value in values
                ]
                kept.append((code, kind, len(values), tuple(np.ravel(pairs).tolist()), True))
            else:
                kept.append(_tag(code, kind, values))
    return sorted(kept)


def _jpeg(picture: NDArray[np.uint8]) -> bytes:
    file = BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=95)
    return file.getvalue()


def _overwrite(path: Path, **values: int) -> None:
    """Changes tags of the first image; a JPEG strip is plain bytes until its tags say so."""
    with tifffile.TiffFile(path, mode="r+") as tiff:
        for name, value in values.items():
            tiff.pages.first.tags[name].overwrite(value)
