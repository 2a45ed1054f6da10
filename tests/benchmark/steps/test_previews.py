"""Small copies of pictures, and the look of raws."""

import numpy as np
import pytest
from PIL import Image

from benchmark.data.images import ImageRecord, ImageWriter
from benchmark.steps.previews import (
    SIDE,
    preview_of,
    raw_error,
    raw_preview,
    srgb_preview,
    write_preview,
)


def test_a_preview_is_the_picture_made_small(tmp_path):
    red = np.zeros((3, 2 * SIDE, SIDE), np.uint8)
    red[0] = 200
    write_preview(red, tmp_path, 3)
    file = preview_of(tmp_path, 3)
    assert file is not None
    with Image.open(file) as picture:
        assert picture.size == (SIDE // 2, SIDE)
        assert np.asarray(picture)[5, 5] == pytest.approx([200, 0, 0], abs=3)


def test_previews_of_earlier_versions_are_found(tmp_path):
    Image.new("RGB", (4, 4)).save(tmp_path / "preview-0.png")
    file = preview_of(tmp_path, 0)
    assert file is not None and file.suffix == ".png"
    assert preview_of(tmp_path, 1) is None


@pytest.fixture
def pictures(tmp_path):
    """Two raws of one value each, 0.4 and 0.3, larger than a preview."""

    def made(name, value, size):
        writer = ImageWriter(tmp_path / name)
        height, width = size
        srgb = np.full((3, 2 * height, 2 * width), 77, np.uint8)
        raw = np.full((4, height, width), round(1000 * value), np.uint16)
        writer.write(0, ImageRecord("x", height, width, 1000, "rendered"), raw, srgb)
        return writer.close()

    size = (2 * SIDE, 2 * SIDE + 3)
    return made("a", 0.4, size), made("b", 0.3, size)


def test_a_raw_is_shown_with_its_gamma(pictures):
    raw, _ = pictures
    shown = raw_preview(raw, 0)
    assert max(shown.size) == SIDE
    expected = round(255 * (0.9 * 0.4) ** (1 / 1.6))
    assert shown.getpixel((7, 7)) == (expected,) * 3
    assert srgb_preview(raw, 0).getpixel((7, 7)) == (77,) * 3


def test_errors_are_absolute_differences(pictures):
    one, other = pictures
    for raws, truth in ((one, other), (other, one)):
        errors = raw_error(raws, truth, 0)
        assert errors.ndim == 2 and min(errors.shape) >= SIDE
        assert errors == pytest.approx(0.1, abs=1e-6)
