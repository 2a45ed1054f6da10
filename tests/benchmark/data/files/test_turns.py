import numpy as np
import pytest
from PIL import ExifTags, Image, ImageOps

from benchmark.data.files.turns import EXIF_OF_FLIP, FLIP_OF_EXIF, upright


@pytest.mark.parametrize(
    ("flip", "shown"),
    [
        (0, [[1, 2], [3, 4]]), (1, [[2, 1], [4, 3]]), (2, [[3, 4], [1, 2]]),
        (3, [[4, 3], [2, 1]]), (5, [[2, 4], [1, 3]]), (6, [[3, 1], [4, 2]]),
    ],
)  # fmt: skip
def test_pictures_are_turned_as_libraw_says(flip, shown):
    """3 is half a turn, 5 a quarter to the left, 6 a quarter to the right."""
    assert upright(np.array([[1, 2], [3, 4]]), flip).tolist() == shown


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_turns_as_viewers_turn_it(orientation):
    pixels = np.arange(6, dtype=np.uint8).reshape(2, 3)
    image = Image.fromarray(pixels)
    image.getexif()[ExifTags.Base.Orientation] = orientation
    flip = FLIP_OF_EXIF[orientation]
    assert np.array_equal(upright(pixels, flip), np.asarray(ImageOps.exif_transpose(image)))
    assert EXIF_OF_FLIP[flip] == orientation
