from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import rawpy
import tifffile

from benchmark.data.files.areas import Frame
from benchmark.data.files.filters import CFAS, first_cell, plane_order
from benchmark.data.files.plain import Levels
from benchmark.data.files.raw import read_raw, read_size
from benchmark.errors import BenchError
from tests.benchmark.data.files.dng import XTRANS, write_dng
from tests.benchmark.data.files.mosaics import expected, noise

SHARED = Path(__file__).parents[4].parent / "shared" / "data" / "raw"
real = pytest.mark.skipif(not SHARED.is_dir(), reason="the real raw files (../shared) are absent")


@pytest.mark.parametrize("cfa", CFAS)
@pytest.mark.parametrize(("black", "white"), [(528, 4095), (0, 1023)])
def test_dng_is_read_to_the_bit(tmp_path, cfa, black, white):
    mosaic = noise(white=white)
    path = write_dng(tmp_path / "a.dng", mosaic, cfa, black, white)
    picture = read_raw(path)
    planes = expected(mosaic, cfa).astype(int)
    assert picture.counts.dtype == np.uint16
    assert picture.range == white - black
    assert picture.notes == ()
    assert np.array_equal(picture.counts, np.clip(planes - black, 0, white - black))
    assert (picture.height, picture.width) == read_size(path) == (34, 40)


@pytest.mark.parametrize("cfa", CFAS)
def test_black_levels_of_their_own(tmp_path, cfa):
    mosaic = noise() // 2 + 100
    blacks = (10, 20, 30, 40)  # in reading order of the cell
    picture = read_raw(write_dng(tmp_path / "a.dng", mosaic, cfa, blacks, 3000))
    own = np.array([blacks[i] for i in plane_order(cfa)]).reshape(4, 1, 1)
    assert picture.range == 2960  # white minus the highest black: saturation is 1.0 in every plane
    assert np.array_equal(picture.counts, np.clip(expected(mosaic, cfa) - own, 0, 2960))


def test_values_over_white_are_clipped(tmp_path):
    picture = read_raw(write_dng(tmp_path / "a.dng", noise(white=16383), white=15520, black=600))
    assert picture.range == picture.counts.max() == 14920
    assert picture.counts.min() == 0


@pytest.mark.parametrize(
    ("rows", "columns", "note"),
    [(69, 80, "last row"), (68, 81, "last column"), (69, 81, "last row and column")],
)
def test_odd_sizes_lose_one_line_and_say_so(tmp_path, rows, columns, note):
    mosaic = noise(rows, columns)
    picture = read_raw(write_dng(tmp_path / "a.dng", mosaic, "GBRG"))
    assert np.array_equal(picture.counts, expected(mosaic, "GBRG"))
    assert len(picture.notes) == 1 and note in picture.notes[0]


def test_plane_order_is_the_official_one():
    # raw_extraction.py of raw2raw: [0, 1, 1, 2] for the iPhone X, [1, 0, 2, 1] for the Galaxy S9
    assert plane_order("RGGB") == (0, 1, 2, 3)
    assert plane_order("GRBG") == (1, 0, 3, 2)


def test_margins_of_odd_size_shift_the_phase(tmp_path):
    mosaic = noise(80, 90)
    path = write_dng(tmp_path / "a.dng", mosaic, "RGGB", active=(3, 1, 80, 90))
    # The CFA of a DNG begins at the active area. LibRaw moves odd margins inwards to even ones.
    assert np.array_equal(read_raw(path).counts, expected(mosaic[4:, 2:], "BGGR"))


def test_odd_margins_are_rolled_away():
    fake = SimpleNamespace(
        raw_pattern=np.array([[0, 1], [3, 2]]),
        color_desc=b"RGBG",
        sizes=SimpleNamespace(top_margin=1, left_margin=2),
    )
    assert first_cell(fake, Path("a.nef")) == [3, 2, 0, 1]


def test_orientation_and_frame_are_kept(tmp_path):
    path = write_dng(tmp_path / "a.dng", noise(120, 160), orientation=6, crop=(6, 8, 100, 140))
    picture = read_raw(path)
    assert picture.flip == 6
    assert picture.frame == Frame(3, 4, 50, 70)
    cut = picture.in_frame()
    assert np.array_equal(cut.counts, picture.counts[:, 3:53, 4:74])
    assert cut.frame is None and "160 x 120" in cut.notes[0] and "140 x 100" in cut.notes[0]


def test_frame_inside_an_active_area(tmp_path):
    mosaic = noise(120, 160)
    path = write_dng(tmp_path / "a.dng", mosaic, active=(4, 2, 116, 156), crop=(6, 8, 100, 140))
    assert read_raw(path).frame == Frame(3, 4, 50, 70)
    assert np.array_equal(
        read_raw(path).in_frame().counts, expected(mosaic[10:110, 10:150], "RGGB")
    )


@pytest.mark.parametrize(
    ("cfa", "shape", "what"),
    [
        (XTRANS, (72, 72), "X-Trans"),
        ("", (72, 72), "monochrome"),
        ("", (72, 72, 3), "three colours in every pixel"),
    ],
)
def test_sensors_without_bayer_mosaic(tmp_path, cfa, shape, what):
    path = write_dng(tmp_path / "odd.dng", np.full(shape, 7, np.uint16), cfa)
    with pytest.raises(BenchError, match=what) as caught:
        read_raw(path)
    assert "odd.dng" in str(caught.value) and "RGGB, GRBG, GBRG, BGGR" in str(caught.value)


@pytest.mark.parametrize(
    ("pattern", "colours", "what"),
    [
        (np.zeros((16, 16)), b"RGBG", "16 x 16"),
        (np.array([[0, 1], [2, 3]]), b"GMCY", "GMCY"),
        (np.array([[0, 1], [2, 3]]), b"RGBE", "RGBE"),
    ],
)
def test_other_filter_patterns(pattern, colours, what):
    sizes = SimpleNamespace(top_margin=0, left_margin=0)
    fake = SimpleNamespace(raw_pattern=pattern, color_desc=colours, sizes=sizes)
    with pytest.raises(BenchError, match=what):
        first_cell(fake, Path("a.raw"))


@pytest.mark.parametrize("size", [(62, 80), (80, 62), (20, 20)])
def test_too_small(tmp_path, size):
    path = write_dng(tmp_path / "tiny.dng", noise(*size))
    for read in (read_raw, read_size):
        with pytest.raises(BenchError, match=r"tiny.dng .*(32 x 32|tiny picture)"):
            read(path)


@pytest.mark.parametrize("share", [0.9, 0.5, 0.02])
def test_truncated_dng_is_named_without_decoding(tmp_path, share):
    path = write_dng(tmp_path / "cut.dng", noise())
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    for read in (read_size, read_raw):
        with pytest.raises(BenchError, match=r"cut.dng is cut short"):
            read(path)


def test_no_raw_file_at_all(tmp_path):
    text = tmp_path / "text.dng"
    text.write_text("hello " * 100)
    with pytest.raises(BenchError, match=r"text.dng is not a camera raw file"):
        read_raw(text)
    with pytest.raises(BenchError, match=r"gone.dng: there is no such file"):
        read_raw(tmp_path / "gone.dng")


@real
def test_real_kdc():
    path = SHARED / "RAW_KODAK_DC50.KDC"
    with rawpy.imread(str(path)) as raw:
        assert raw.raw_pattern is not None
        assert raw.raw_pattern.tolist() == [[1, 0], [2, 3]]
        mosaic = raw.raw_image_visible.copy()
    picture = read_raw(path)
    assert picture.range == 16383
    assert np.array_equal(picture.counts, expected(mosaic, "GRBG"))
    assert read_size(path) == (256, 384)


@real
@pytest.mark.parametrize("cfa", ["RGGB", "GRBG"])
def test_real_nikon_frame(tmp_path, cfa):
    raw = SHARED / "nikon_DSC_1339_768x512_rggb_u16le.raw"
    mosaic = np.fromfile(raw, "<u2").reshape(512, 768)
    if cfa == "GRBG":
        mosaic = mosaic[:, 1:]  # one column further the same sensor begins with green
    planes = np.clip(expected(mosaic, cfa).astype(int) - 600, 0, 15520 - 600)
    path = write_dng(tmp_path / "nikon.dng", mosaic, cfa, 600, 15520)
    tifffile.imwrite(tmp_path / "nikon.tif", mosaic)
    assert np.array_equal(read_raw(path).counts, planes)
    assert np.array_equal(read_raw(tmp_path / "nikon.tif", Levels(cfa, 15520, 600)).counts, planes)


@real
def test_real_chart_frame(tmp_path):
    mosaic = np.fromfile(SHARED / "openISP_test_1920x1080_u16.raw", "<u2").reshape(1080, 1920)
    picture = read_raw(write_dng(tmp_path / "chart.dng", mosaic, white=1023))
    assert picture.range == 1023
    for plane, (y, x) in zip(picture.counts, ((0, 0), (0, 1), (1, 0), (1, 1)), strict=True):
        assert np.array_equal(plane, mosaic[y::2, x::2])


@real
def test_headerless_dump_is_refused():
    with pytest.raises(BenchError, match=r"u16le.raw has no header"):
        read_raw(SHARED / "nikon_DSC_1339_768x512_rggb_u16le.raw")
