"""A contact sheet of a data set: raw and sRGB of some pictures of each camera and part."""

from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from benchmark.cameras import CAMERAS
from benchmark.data.base import CameraPair
from benchmark.data.images import ImageSet
from benchmark.data.preview import visualise

TILE = 240  # pixels, longer side of a picture on the sheet
GAP, TEXT = 8, 13  # pixels
BACKGROUND, INK = (24, 24, 24), (230, 230, 230)


@dataclass(frozen=True)
class _Row:
    """Pictures of one camera in one part of the data set."""

    title: str
    images: ImageSet


def contact_sheet(pair: CameraPair, count: int) -> Image.Image:
    """Draws the first pictures of each part, one row per camera: raw, and sRGB to its right.

    Args:
        pair: the data set.
        count: pictures per row, at most.
    """
    rows = [row for row in _rows(pair) if len(row.images)]
    columns = min(count, max(len(row.images) for row in rows))
    blocks = [_draw_row(row, columns) for row in rows]
    width = max(block.width for block in blocks)
    sheet = Image.new("RGB", (width, sum(block.height for block in blocks)), BACKGROUND)
    top = 0
    for block in blocks:
        sheet.paste(block, (0, top))
        top += block.height
    return sheet


def _rows(pair: CameraPair) -> Iterator[_Row]:
    names = {"a": pair.camera_a, "b": pair.camera_b}
    for part in ("train", "validation", "scenes", "anchors", "aligned"):
        pictures = getattr(pair, part)
        for camera in CAMERAS:
            if pictures:
                images = pictures[camera] if isinstance(pictures, dict) else pictures.camera(camera)
                title = f"{part}, camera {camera.upper()}: {names[camera]} ({len(images)} pictures)"
                yield _Row(title, images)


def _draw_row(row: _Row, columns: int) -> Image.Image:
    tiles = [_tile(row.images, i) for i in range(min(columns, len(row.images)))]
    top = 2 * GAP + TEXT
    size = (
        max(GAP + sum(tile.width + GAP for tile in tiles), 400),
        top + max(tile.height for tile in tiles) + GAP,
    )
    block = Image.new("RGB", size, BACKGROUND)
    block.paste(_label(row.title, size[0] - GAP), (GAP, GAP))
    left = GAP
    for tile in tiles:
        block.paste(tile, (left, top))
        left += tile.width + GAP
    return block


def _tile(images: ImageSet, i: int) -> Image.Image:
    """The raw of a picture, its sRGB if there is one, and their names below."""
    record = images[i]
    parts = [Image.fromarray(visualise(images.raw(i)))]
    labels = [f"raw {record.id}"]
    if record.srgb is not None:
        parts.append(Image.fromarray(images.srgb(i).transpose(1, 2, 0)))
        labels.append(f"sRGB: {record.srgb}")
    scale = TILE / max(record.height, record.width)
    size = (max(1, round(scale * record.width)), max(1, round(scale * record.height)))
    tile = Image.new("RGB", (size[0] * len(parts), size[1] + TEXT + GAP // 2), BACKGROUND)
    for place, (part, label) in enumerate(zip(parts, labels, strict=True)):
        tile.paste(part.resize(size, Image.Resampling.BOX), (place * size[0], 0))
        tile.paste(_label(label, size[0]), (place * size[0], size[1] + GAP // 4))
    return tile


def _label(text: str, width: int) -> Image.Image:
    """A line of text, cut off at a width."""
    label = Image.new("RGB", (width, TEXT), BACKGROUND)
    ImageDraw.Draw(label).text((0, 0), text, INK, ImageFont.load_default(TEXT - 2))
    return label
