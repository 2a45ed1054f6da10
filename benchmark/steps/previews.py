"""Small pictures that a score keeps of all it measured, to be looked at later."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmark.data.images import ImageSet
from benchmark.data.preview import visualise

SIDE = 384  # pixels, longer side
QUALITY = 92  # of a JPEG; with full colour resolution, nothing of it can be seen


def thumbnail(picture: NDArray[np.uint8]) -> Image.Image:
    """A picture (3, H, W), shrunk to `SIDE` where it is larger."""
    image = Image.fromarray(np.ascontiguousarray(picture.transpose(1, 2, 0)))
    image.thumbnail((SIDE, SIDE))
    return image


def write_preview(picture: NDArray[np.uint8], folder: Path, i: int) -> None:
    """Keeps what was measured of picture `i`: developed sRGB, or raw made visible, (3, H, W)."""
    thumbnail(picture).save(folder / f"preview-{i}.jpg", quality=QUALITY, subsampling=0)


def preview_of(folder: Path, i: int) -> Path | None:
    """The preview of picture `i` in a score's folder; None if it was not kept.

    Earlier versions kept those of the first four pictures, as PNG.
    """
    files = (folder / f"preview-{i}{suffix}" for suffix in (".jpg", ".png"))
    return next((file for file in files if file.is_file()), None)


def raw_preview(images: ImageSet, i: int) -> Image.Image:
    """Raw `i` of a set made visible, as a preview shows it."""
    return thumbnail(visualise(_thinned(images, i)).transpose(2, 0, 1))


def srgb_preview(images: ImageSet, i: int) -> Image.Image:
    """The sRGB of picture `i` of a set, as a preview shows it.

    Raises:
        BenchError: the picture has no sRGB.
    """
    return thumbnail(images.srgb(i))


def raw_error(raws: ImageSet, truth: ImageSet, i: int) -> NDArray[np.float32]:
    """Where raw `i` differs from its truth: (h, w), mean absolute difference of the planes."""
    return np.abs(_thinned(raws, i) - _thinned(truth, i)).mean(axis=0)


def _thinned(images: ImageSet, i: int) -> NDArray[np.float32]:
    """Raw (4, h, w) with every k-th row and column, still not smaller than a preview."""
    step = max(1, max(images[i].height, images[i].width) // SIDE)
    return images.raw(i)[:, ::step, ::step]
