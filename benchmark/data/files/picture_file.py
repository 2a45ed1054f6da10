"""Opening JPEG, PNG and TIFF with Pillow, up to the sizes that cameras produce."""

from io import BytesIO
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmark.errors import BenchError

# No other formats: some of Pillow's decoders call external programs.
FORMATS = ("JPEG", "PNG", "TIFF")
LARGEST = 500_000_000  # pixels; twice those of the largest sensors, 1.5 GB when decoded
_pillow_limit = Lock()


def open_picture(path: Path) -> Image.Image:
    """A picture file, its header read.

    Raises:
        BenchError: it is no picture, or too large.
    """
    return open_with_pillow(path, str(path))


def open_with_pillow(file: Path | BytesIO, name: str) -> Image.Image:
    """A picture, its header read.

    Args:
        file: where it is.
        name: what to call it in errors.

    Raises:
        BenchError: it is no picture, or too large.
    """
    try:
        # Pillow takes pictures of 179 megapixels for an attack, but phones have sensors of 200.
        with _pillow_limit:
            limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
            try:
                picture = Image.open(file, formats=FORMATS)
            finally:
                Image.MAX_IMAGE_PIXELS = limit
    except Exception as error:  # the decoders fail in many ways, always because of the file
        raise BenchError(f"{name} cannot be opened as a picture: {error}.") from error
    check_pixels(name, picture.width, picture.height)
    return picture


def deep_png(path: Path) -> NDArray[np.uint16]:
    """The pixels of a PNG of 16 bits in colour, (h, w, 3 or 4): Pillow cuts them down to 8 bits.

    torchvision reads them all, but a damaged file ends the process, so Pillow looks at it first.

    Raises:
        Exception: the file is damaged.
    """
    with open_picture(path) as picture:
        picture.verify()  # the checksums of its chunks
    with open_picture(path) as picture:
        picture.load()  # and that of its pixels
    from torchvision.io import ImageReadMode, decode_image  # slow to import

    return decode_image(str(path), mode=ImageReadMode.UNCHANGED).numpy().transpose(1, 2, 0)


def check_pixels(name: str, width: int, height: int) -> None:
    """Refuses a picture that would fill the memory.

    Raises:
        BenchError: it has too many pixels.
    """
    if width * height > LARGEST:
        raise BenchError(
            f"{name} has {width} x {height} pixels; pictures of up to {LARGEST // 1_000_000} "
            f"megapixels can be read. Give a smaller one."
        )
