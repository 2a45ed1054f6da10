from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageOps

from benchmark.data.files.areas import Frame
from benchmark.data.files.packing import RawPicture
from benchmark.data.files.picture_file import open_picture
from benchmark.data.files.plain import Levels
from benchmark.data.files.raw import read_raw
from benchmark.data.files.srgb import match_srgb, read_preview, read_srgb
from benchmark.errors import BenchError
from tests.benchmark.data.files.dng import write_dng

SHARED = Path(__file__).parents[4].parent / "shared" / "data" / "raw"
MOSAIC = np.random.default_rng(0).integers(0, 4096, (80, 120), dtype=np.uint16)


def picture(height: int = 80, width: int = 120) -> NDArray[np.uint8]:
    """A smooth picture without symmetry, (h, w, 3)."""
    y, x = np.linspace(0, 1, height)[:, None], np.linspace(0, 1, width)[None]
    return np.stack(np.broadcast_arrays(255 * x, 255 * y, 255 * x * y), axis=2).astype(np.uint8)


def save(path: Path, pixels: NDArray, orientation: int = 1, **options: Any) -> Path:
    image = Image.fromarray(pixels)
    exif = image.getexif()
    exif[ExifTags.Base.Orientation] = orientation
    image.save(path, exif=exif, **options)
    return path


def upright(pixels: NDArray, orientation: int) -> NDArray:
    """What a viewer shows of pixels with this EXIF orientation."""
    image = Image.fromarray(pixels)
    image.getexif()[ExifTags.Base.Orientation] = orientation
    return np.asarray(ImageOps.exif_transpose(image))


def test_a_picture_of_the_right_size_is_kept_to_the_bit(tmp_path):
    srgb = read_srgb(save(tmp_path / "a.png", picture()), 40, 60)
    assert srgb.pixels.shape == (3, 80, 120) and srgb.pixels.dtype == np.uint8
    assert np.array_equal(srgb.pixels, picture().transpose(2, 0, 1))
    assert srgb.notes == ()


def test_the_odd_last_line_is_left_out_as_in_the_raw(tmp_path):
    srgb = read_srgb(save(tmp_path / "a.png", picture(81, 121)), 40, 60)
    assert np.array_equal(srgb.pixels, picture(81, 121)[:80, :120].transpose(2, 0, 1))


def test_other_sizes_are_resized_and_noted(tmp_path):
    srgb = read_srgb(save(tmp_path / "a.png", picture(160, 240)), 40, 60)
    assert srgb.notes == ("resized from 240 x 160 to 120 x 80",)
    assert np.abs(srgb.pixels.astype(int) - picture().transpose(2, 0, 1)).max() <= 3


def test_shrinking_is_antialiased(tmp_path):
    stripes = np.zeros((400, 600, 3), np.uint8)
    stripes[:, ::2] = 255
    srgb = read_srgb(save(tmp_path / "a.png", stripes), 40, 60)
    assert np.abs(srgb.pixels.astype(int) - 127).max() < 10


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("stored", ["upright", "as the sensor lies"])
def test_pictures_are_turned_to_the_orientation_of_the_sensor(tmp_path, orientation, stored):
    raw = read_raw(write_dng(tmp_path / "a.dng", MOSAIC, orientation=orientation))
    if stored == "upright":  # as raw converters write it
        path = save(tmp_path / "a.png", upright(picture(), orientation))
    else:  # as cameras write it
        path = save(tmp_path / "a.png", picture(), orientation)
    _, srgb = match_srgb(raw, open_picture(path), "a.png")
    assert np.array_equal(srgb.pixels, picture().transpose(2, 0, 1))


def test_a_picture_that_lost_its_exif_is_left_as_stored(tmp_path):
    raw = read_raw(write_dng(tmp_path / "a.dng", MOSAIC, orientation=6))
    _, srgb = match_srgb(raw, Image.fromarray(picture()), "a.png")
    assert np.array_equal(srgb.pixels, picture().transpose(2, 0, 1))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_bitmap_preview(tmp_path, orientation):
    path = write_dng(tmp_path / "a.dng", MOSAIC, orientation=orientation, preview=picture())
    _, srgb = match_srgb(read_raw(path), read_preview(path), "a.dng")
    assert np.array_equal(srgb.pixels, picture().transpose(2, 0, 1))


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_jpeg_preview(tmp_path, orientation):
    small = picture(40, 60)
    path = write_dng(tmp_path / "a.dng", MOSAIC, orientation=orientation, preview=small, jpeg=True)
    _, srgb = match_srgb(read_raw(path), read_preview(path), "a.dng")
    assert srgb.notes == ("resized from 60 x 40 to 120 x 80",)
    assert np.abs(srgb.pixels.astype(int) - picture().transpose(2, 0, 1)).max() < 16


def test_no_preview(tmp_path):
    with pytest.raises(BenchError, match=r"a.dng has no embedded preview"):
        read_preview(write_dng(tmp_path / "a.dng", MOSAIC))
    with pytest.raises(BenchError, match=r"a.png is a TIFF or PNG"):
        read_preview(save(tmp_path / "a.png", picture()))


@pytest.mark.parametrize(("number", "what"), [(1, "grey"), (3, "Adobe RGB"), (9, "unknown")])
def test_a_preview_in_other_colours(tmp_path, number, what):
    path = write_dng(tmp_path / "a.dng", MOSAIC, preview=picture(), preview_colours=number)
    with pytest.raises(BenchError, match=rf"a.dng says .* its preview are {what}, not sRGB"):
        read_preview(path)
    path = write_dng(tmp_path / "b.dng", MOSAIC, preview=picture(), preview_colours=2)
    assert read_preview(path).size == (120, 80)


def framed() -> tuple[int, int, int, int]:
    return 4, 8, 72, 104  # top, left, height, width of the camera's own picture


def framed_raw(folder: Path) -> RawPicture:
    return read_raw(write_dng(folder / "a.dng", MOSAIC, crop=framed()))


def test_the_raw_is_cut_to_the_cameras_own_picture(tmp_path):
    whole = framed_raw(tmp_path)
    raw, srgb = match_srgb(whole, Image.fromarray(picture(72, 104)), "a.jpg")
    assert np.array_equal(raw.counts, whole.counts[:, 2:38, 4:56])
    assert np.array_equal(srgb.pixels, picture(72, 104).transpose(2, 0, 1))
    assert "cut from 120 x 80 to the 104 x 72" in raw.notes[0]


def test_the_raw_is_not_cut_for_a_picture_of_the_whole_mosaic(tmp_path):
    whole = framed_raw(tmp_path)
    raw, srgb = match_srgb(whole, Image.fromarray(picture()), "a.png")
    assert raw is whole
    assert srgb.pixels.shape == (3, 80, 120)


def gradient(area: Sequence[int]) -> NDArray[np.uint8]:
    """What a part (top, left, height, width) of the sensor shows: column and row as colours."""
    top, left, height, width = area
    y, x = np.mgrid[top : top + height, left : left + width]
    return np.stack([2 * x, 3 * y, 0 * x], axis=2).astype(np.uint8)


def lies_over(raw: RawPicture, whole: RawPicture, pixels: NDArray[np.uint8]) -> bool:
    """Whether each pixel of an sRGB picture shows the pixel of the sensor that it lies over."""
    frame = Frame(0, 0, raw.height, raw.width) if raw is whole else whole.frame
    assert frame is not None
    area = (2 * frame.top, 2 * frame.left, 2 * frame.height, 2 * frame.width)
    return np.array_equal(pixels, gradient(area).transpose(2, 0, 1))


@pytest.mark.parametrize("orientation", [1, 3, 6])
@pytest.mark.parametrize("corner", [(0, 0), (4, 6), (7, 15), (6, 15), (7, 14), (1, 1)])
@pytest.mark.parametrize("size", [(70, 100), (71, 101), (70, 101), (71, 100)])
def test_a_crop_that_cuts_through_cells_moves_nothing(tmp_path, orientation, corner, size):
    crop = (*corner, *size)
    whole = read_raw(
        write_dng(
            tmp_path / "a.dng", np.resize(MOSAIC, (80, 120)), orientation=orientation, crop=crop
        )
    )
    own = Image.fromarray(upright(gradient(crop), orientation))
    raw, srgb = match_srgb(whole, own, "a.png")
    assert srgb.notes == ()
    assert lies_over(raw, whole, srgb.pixels)
    frame = whole.frame
    assert frame is not None
    assert np.array_equal(
        raw.counts,
        whole.counts[
            :, frame.top : frame.top + frame.height, frame.left : frame.left + frame.width
        ],
    )
    inside = [
        (
            start <= 2 * first and 2 * (first + count) <= start + side,
            start + side - 2 * (first + count),
        )
        for start, side, first, count in (
            (crop[0], crop[2], frame.top, frame.height),
            (crop[1], crop[3], frame.left, frame.width),
        )
    ]
    assert all(lies and rest < 2 for lies, rest in inside)  # no cell more could be kept
    everything = Image.fromarray(upright(gradient((0, 0, 80, 120)), orientation))
    raw, srgb = match_srgb(whole, everything, "b.png")
    assert raw is whole and lies_over(raw, whole, srgb.pixels)


def test_a_smaller_copy_of_a_crop_is_neither_moved_nor_squeezed(tmp_path):
    crop = (7, 15, 70, 100)
    whole = read_raw(write_dng(tmp_path / "a.dng", MOSAIC, crop=crop))
    y, x = np.mgrid[0:35, 0:50]  # half the size: pixel centres at 2 x + 1/2 of the crop
    half = np.stack([2 * (2 * x + 0.5 + 15), 3 * (2 * y + 0.5 + 7), 0 * x], 2).round()
    _, srgb = match_srgb(whole, Image.fromarray(half.astype(np.uint8)), "a.png")
    assert srgb.notes == ("resized from 50 x 35 to 98 x 68",)
    truth = gradient((8, 16, 68, 98)).transpose(2, 0, 1).astype(int)
    assert np.abs(srgb.pixels.astype(int) - truth)[:, 4:-4, 4:-4].max() <= 2


@pytest.mark.parametrize("corner", [(0, 0), (1, 0), (0, 3), (3, 1)])
def test_a_picture_of_the_whole_active_area_covers_the_visible_cells(tmp_path, corner):
    top, left = corner
    path = write_dng(tmp_path / "a.dng", MOSAIC, active=(top, left, 80, 120))
    raw = read_raw(path)
    picture = Image.fromarray(gradient((top, left, 80 - top, 120 - left)))
    same, srgb = match_srgb(raw, picture, "a.png")
    assert same is raw and srgb.notes == ()
    first = (top + top % 2, left + left % 2)
    truth = gradient((*first, 2 * raw.height, 2 * raw.width)).transpose(2, 0, 1)
    assert np.array_equal(srgb.pixels, truth)


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_tiff_mosaic_and_its_srgb_are_turned_alike(tmp_path, orientation):
    tag = [(274, "H", 1, orientation, True)]
    tifffile.imwrite(tmp_path / "a.tif", MOSAIC, extratags=tag)
    raw = read_raw(tmp_path / "a.tif", Levels("RGGB", 4095))
    Image.fromarray(upright(picture(), orientation)).save(tmp_path / "upright.png")
    tifffile.imwrite(tmp_path / "stored.tif", picture(), photometric="rgb", extratags=tag)
    for name in ("upright.png", "stored.tif"):
        _, srgb = match_srgb(raw, open_picture(tmp_path / name), name)
        assert np.array_equal(srgb.pixels, picture().transpose(2, 0, 1))


@pytest.mark.parametrize(
    ("pixels", "what"),
    [
        (picture(80, 80), "another shape"),
        (picture(10, 15), "too small"),
        (np.zeros((80, 120), np.uint16), "not colours of 8 bits"),
        (np.zeros((80, 120), np.uint8), "grey picture"),
    ],
)
def test_pictures_that_do_not_fit(tmp_path, pixels, what):
    with pytest.raises(BenchError, match=rf"a.png.* {what}"):
        read_srgb(save(tmp_path / "a.png", pixels), 40, 60)


def test_broken_pictures(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"no picture")
    with pytest.raises(BenchError, match=r"a.jpg cannot be opened as a picture"):
        read_srgb(tmp_path / "a.jpg", 40, 60)
    path = save(tmp_path / "b.jpg", picture())
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(BenchError, match=r"b.jpg cannot be decoded as a picture"):
        read_srgb(path, 40, 60)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the real raw files (../shared) are absent")
def test_preview_of_a_real_kdc_is_a_thumbnail_only():
    path = SHARED / "RAW_KODAK_DC50.KDC"
    preview = read_preview(path)
    assert preview.size == (96, 64)
    with pytest.raises(BenchError, match="too small to be the target of an ISP"):
        match_srgb(read_raw(path), preview, "the preview")
