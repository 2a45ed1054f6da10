from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageCms, ImageOps

from benchmark.data.files.raw import RawPicture, read_raw
from benchmark.data.files.srgb import match_srgb, open_picture, read_preview, read_srgb
from benchmark.errors import BenchError
from tests.benchmark.data.files.dng import write_dng

SHARED = Path(__file__).parents[3].parent / "shared" / "data" / "raw"
MOSAIC = np.random.default_rng(0).integers(0, 4096, (80, 120), dtype=np.uint16)


def picture(height: int = 80, width: int = 120) -> NDArray[np.uint8]:
    """A smooth picture without symmetry, (h, w, 3)."""
    y, x = np.linspace(0, 1, height)[:, None], np.linspace(0, 1, width)[None]
    return np.stack(np.broadcast_arrays(255 * x, 255 * y, 255 * x * y), axis=2).astype(np.uint8)


def save(path: Path, pixels: NDArray, orientation: int = 1, **options: object) -> Path:
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
def test_pictures_are_turned_as_the_sensor_lies(tmp_path, orientation, stored):
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


def test_other_colour_profiles_are_converted(tmp_path):
    flat = np.full((80, 120, 3), (200, 100, 50), np.uint8)
    plain = read_srgb(save(tmp_path / "a.png", flat), 40, 60)
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    tagged = read_srgb(save(tmp_path / "b.png", flat, icc_profile=srgb.tobytes()), 40, 60)
    assert np.array_equal(plain.pixels, tagged.pixels) and tagged.notes == ()
    swapped = srgb.tobytes().replace(b"rXYZ", b"?XYZ").replace(b"bXYZ", b"rXYZ")
    swapped = swapped.replace(b"?XYZ", b"bXYZ").replace("sRGB".encode("utf-16-be"), b"\0B\0G\0R\0!")
    turned = read_srgb(save(tmp_path / "d.png", flat, icc_profile=swapped), 40, 60)
    assert np.abs(turned.pixels[:, 0, 0].astype(int) - (50, 100, 200)).max() <= 1
    assert "colour profile 'BGR!" in turned.notes[0]
    other = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    with pytest.raises(BenchError, match=r"c.png cannot be decoded"):  # not a profile of RGB
        read_srgb(save(tmp_path / "c.png", flat, icc_profile=other), 40, 60)


@pytest.mark.parametrize(
    ("pixels", "what"),
    [
        (picture(80, 80), "another shape"),
        (picture(10, 15), "too small"),
        (np.zeros((80, 120), np.uint16), "not colours of 8 bits"),
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
