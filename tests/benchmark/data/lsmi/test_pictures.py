from pathlib import Path

import numpy as np
import pytest
from scipy.ndimage import zoom

from benchmark.data.lsmi.layout import Shot
from benchmark.data.lsmi.pictures import (
    Item,
    centre_square,
    read_item,
    resize,
    to_square,
    visible_charts,
)
from tests.benchmark.data.files.dng import write_dng
from tests.benchmark.data.files.mosaics import noise


@pytest.mark.parametrize(("height", "width", "left"), [(64, 80, 8), (63, 80, 9), (64, 81, 8)])
def test_the_square_begins_where_the_official_script_begins(height, width, left):
    square = centre_square(height, width)
    assert (square.top, square.left, square.size) == (0, left, height)
    assert left == int(width / 2) - int(height / 2)


def test_an_upright_picture_is_cut_above_and_below():
    assert centre_square(80, 64) == (8, 0, 64)


@pytest.mark.parametrize("size", [24, 40, 64, 90])
def test_resize_is_bilinear_without_antialiasing(size):
    planes = noise(64, 64).reshape(1, 64, 64)
    expected = zoom(planes[0].astype(float), size / 64, order=1, grid_mode=True, mode="nearest")
    np.testing.assert_allclose(resize(planes, size)[0], expected, atol=0.51)


def test_a_corner_follows_the_formula_of_the_official_half_size_picture():
    """x' = (x/2 - (W/2 - H/2)) S/H, y' = y/2 S/H for a half-size picture of H x W."""
    corner = np.array([[1234.0, 567.0]])
    height, width, size = 1512, 2016, 512
    moved = to_square(corner, centre_square(height, width), size)
    expected = (1234 / 2 - (2016 / 2 - 1512 / 2)) * 512 / 1512, 567 / 2 * 512 / 1512
    np.testing.assert_allclose(moved, [expected])


def test_charts_that_stick_out_of_the_square_are_not_seen():
    chart = np.array([[40.0, 20], [60, 20], [60, 34], [40, 34]])  # mosaic pixels
    square = centre_square(64, 80)  # x from 16 to 144 in mosaic pixels
    charts = {"mcc1": chart, "mcc2": chart - (25, 0), "mcc3": chart - (-90, 0)}
    assert list(visible_charts(charts, square)) == ["mcc1"]


@pytest.mark.parametrize("crop", [None, (4, 6, 120, 140)])
def test_a_bright_box_lands_where_its_corners_say(tmp_path, crop):
    """Also where the file names a smaller frame, which the sRGB picture shows alone."""
    from PIL import Image

    mosaic = np.zeros((128, 160), np.uint16)
    mosaic[40:64, 60:96] = 1000  # rows, columns
    corners = np.array([[60.0, 40], [96, 40], [96, 64], [60, 64]])
    raw = write_dng(tmp_path / "Place1_1.dng", mosaic, "GRBG", 0, 1023, crop=crop)
    top, left, rows, columns = crop or (0, 0, 128, 160)
    picture = np.repeat((mosaic[top : top + rows, left : left + columns, None] > 0) * 255, 3, 2)
    Image.fromarray(picture.astype(np.uint8)).save(tmp_path / "Place1_1.png")
    shot = Shot("galaxy", "Place1", "1", raw, tmp_path / "Place1_1.png")
    written = read_item("x", Item(shot, 48, True, {"mcc1": corners}), tmp_path)
    assert written.srgb is not None
    (chart,) = written.record.charts
    for plane, scale in ((written.raw[0], 1), (written.srgb[0], 2)):
        y, x = np.nonzero(plane > plane.max() / 2)
        found = np.array([x.min(), y.min(), x.max() + 1, y.max() + 1])
        np.testing.assert_allclose(found, scale * np.array([*chart[0], *chart[2]]), atol=1)


def test_counts_are_above_black_and_clipped(tmp_path: Path):
    mosaic = noise(128, 160, white=4095)
    raw = write_dng(tmp_path / "sony" / "Place1_1.dng", mosaic, "RGGB", 512, 4000)
    shot = Shot("sony", "Place1", "1", raw, None)
    written = read_item("x", Item(shot, 64, False, {}), tmp_path)
    expected = np.clip(mosaic[::2, 16:144:2].astype(int) - 512, 0, 4000 - 512)
    np.testing.assert_array_equal(written.raw[0], expected)  # at its own size nothing is mixed
    assert written.record.range == 3488 and written.record.srgb is None and written.srgb is None
