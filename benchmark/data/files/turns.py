"""The turn of a picture from the sensor's own orientation to upright."""

from typing import Any

from numpy.typing import NDArray

# LibRaw's code of a turn, as in `RawPicture`, and EXIF's number of it.
EXIF_OF_FLIP = {0: 1, 1: 2, 3: 3, 2: 4, 4: 5, 6: 6, 7: 7, 5: 8}
FLIP_OF_EXIF = {exif: flip for flip, exif in EXIF_OF_FLIP.items()}


def upright(pixels: NDArray[Any], flip: int) -> NDArray[Any]:
    """A picture (..., H, W) in sensor orientation, turned upright; `flip` as in `RawPicture`."""
    if flip & 1:
        pixels = pixels[..., ::-1]
    if flip & 2:
        pixels = pixels[..., ::-1, :]
    return pixels.swapaxes(-1, -2) if flip & 4 else pixels
