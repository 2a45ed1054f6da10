"""The preprocessing of LSMI, own implementation: levels, centre square, size, charts, sRGB.

Follows the official `2_preprocess_data.py` (counts above black, clipped; charts of training
pictures black; the centre square; bilinear without antialiasing), with what a benchmark needs
in addition: the corners of the charts are carried along instead of dropped, sRGB comes too, and
counts are rounded, not cut.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from benchmark.data.charts import Points
from benchmark.data.files.packing import RawPicture
from benchmark.data.files.picture_file import open_picture
from benchmark.data.files.raw import read_raw
from benchmark.data.files.srgb import match_srgb
from benchmark.data.images import Crop, ImageRecord, Picture
from benchmark.data.lsmi.layout import Shot


@dataclass(frozen=True)
class Item:
    """A picture of a set.

    Attributes:
        shot: where it comes from.
        size: S, side of the packed square to write.
        srgb: whether with sRGB.
        charts: corners of its charts in pixels of the mosaic, (4, 2) each, by name.
        blacken: whether the charts are made black, and not recorded.
    """

    shot: Shot
    size: int
    srgb: bool
    charts: Mapping[str, Points]
    blacken: bool = False


def centre_square(height: int, width: int) -> Crop:
    """The square that is cut from a packed raw of H x W."""
    side = min(height, width)
    return Crop(height // 2 - side // 2, width // 2 - side // 2, side)


def to_square(corners: Points, square: Crop, size: int) -> Points:
    """Corners in pixels of the mosaic, (..., 2), as packed pixels of the resized square."""
    return (corners / 2 - (square.left, square.top)) * (size / square.size)


def visible_charts(charts: Mapping[str, Points], square: Crop) -> dict[str, Points]:
    """The charts that lie in the square in full."""
    moved = {name: to_square(corners, square, square.size) for name, corners in charts.items()}
    return {
        name: corners
        for name, corners in charts.items()
        if moved[name].min() >= 0 and moved[name].max() <= square.size
    }


def resize(planes: NDArray[np.uint16], size: int) -> NDArray[np.uint16]:
    """Bilinear resize of (C, side, side) to (C, size, size), each value from four at most.

    As OpenCV's INTER_LINEAR: pixel centres at half-integers, no antialiasing.
    """
    import torch
    from torch.nn.functional import interpolate

    floats = torch.from_numpy(planes.astype(np.float32))[None]
    (resized,) = interpolate(floats, (size, size), mode="bilinear", align_corners=False)
    return np.asarray(resized.round().numpy().astype(np.uint16))


def read_item(name: str, item: Item, root: Path) -> Picture:
    """A picture for a set.

    Args:
        name: its id there.
        item: what to read.
        root: the download; sources are named from there.

    Raises:
        BenchError: a file is broken, or raw and sRGB show different parts of the scene.
    """
    shot = item.shot
    whole = read_raw(shot.raw, shot.levels)
    raw, rendered, notes = whole, None, list(whole.notes)
    if item.srgb:
        assert shot.srgb is not None
        raw, picture = match_srgb(whole, open_picture(shot.srgb), str(shot.srgb))
        rendered = picture.pixels
        notes = [*raw.notes, *(f"sRGB file {note}" for note in picture.notes)]
    square = centre_square(raw.height, raw.width)
    charts = {name: corners - _moved(whole, raw) for name, corners in item.charts.items()}
    counts = _cut(raw.counts, square)
    if rendered is not None:
        rendered = _cut(rendered, Crop(*(2 * value for value in square)))
    if item.blacken:
        for corners in charts.values():
            local = to_square(corners, square, square.size)
            counts = _blackened(counts, local)
            rendered = None if rendered is None else _blackened(rendered, 2 * local)
    if charts:
        notes.append(f"charts {', '.join(charts)}{' made black' if item.blacken else ''}")
    carried = [] if item.blacken else [to_square(c, square, item.size) for c in charts.values()]
    record = ImageRecord(
        id=name,
        height=item.size,
        width=item.size,
        range=raw.range,
        srgb="file" if item.srgb else None,
        source=shot.raw.relative_to(root).as_posix(),
        charts=tuple(corners.round(3).tolist() for corners in carried),
        notes=tuple(notes),
        content=whole.content,
    )
    srgb = None if rendered is None else _resized_srgb(rendered, 2 * item.size)
    return Picture(record, resize(counts, item.size), srgb)


def _moved(whole: RawPicture, part: RawPicture) -> tuple[int, int]:
    """Corner of a raw inside the raw it was cut from: x and y in pixels of the mosaic."""
    if whole.frame is None or part.frame is not None:
        return 0, 0
    return 2 * whole.frame.left, 2 * whole.frame.top


def _cut(planes: NDArray[Any], square: Crop) -> NDArray[Any]:
    top, left, side = square
    return planes[:, top : top + side, left : left + side]


def _blackened(planes: NDArray[Any], corners: Points) -> NDArray[Any]:
    """Planes (C, H, W) with a quadrangle set to 0; pixel (i, j) is at x = j + 0.5, y = i + 0.5."""
    mask = Image.new("1", planes.shape[:0:-1])
    ImageDraw.Draw(mask).polygon([(x - 0.5, y - 0.5) for x, y in corners], fill=1)
    return np.where(np.asarray(mask), planes.dtype.type(0), planes)


def _resized_srgb(pixels: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    picture = Image.fromarray(np.ascontiguousarray(pixels.transpose(1, 2, 0)))
    resized = picture.resize((size, size), Image.Resampling.LANCZOS)
    return np.asarray(resized).transpose(2, 0, 1)
