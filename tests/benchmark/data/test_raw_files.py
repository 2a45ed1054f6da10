from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import rawpy
import tifffile
from numpy.typing import NDArray

from benchmark.data.plain_files import Levels, read_levels
from benchmark.data.raw_files import (
    CFAS,
    Frame,
    _first_cell,
    pack,
    plane_order,
    read_raw,
    read_size,
)
from benchmark.errors import BenchError
from tests.benchmark.data.dng import XTRANS, write_dng

SHARED = Path(__file__).parents[3].parent / "shared" / "data" / "raw"
real = pytest.mark.skipif(not SHARED.is_dir(), reason="the real raw files (../shared) are absent")


def noise(height: int = 68, width: int = 80, white: int = 4095, seed: int = 0) -> NDArray:
    return np.random.default_rng(seed).integers(0, white + 1, (height, width), dtype=np.uint16)


def expected(mosaic: NDArray, cfa: str) -> NDArray:
    """Planes R, Gr, Gb, B by colouring every pixel of the mosaic: slow, and plainly right."""
    height, width = mosaic.shape[0] // 2, mosaic.shape[1] // 2
    planes = np.zeros((4, height, width), np.uint16)
    for y in range(2 * height):
        row = {cfa[2 * (y % 2)], cfa[2 * (y % 2) + 1]}
        for x in range(2 * width):
            colour = cfa[2 * (y % 2) + x % 2]
            plane = {"R": 0, "B": 3, "G": 1 if "R" in row else 2}[colour]
            planes[plane, y // 2, x // 2] = mosaic[y, x]
    return planes


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
    assert _first_cell(fake, Path("a.nef")) == [3, 2, 0, 1]


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
        _first_cell(fake, Path("a.raw"))


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
    with pytest.raises(BenchError, match=r"text.dng is no camera raw file"):
        read_raw(text)
    with pytest.raises(BenchError, match=r"gone.dng: there is no such file"):
        read_raw(tmp_path / "gone.dng")


def test_levels_that_make_no_sense():
    with pytest.raises(BenchError, match=r"a.tif: black level \[600, 600, 600, 600\] and white"):
        pack(Path("a.tif"), noise(), "RGGB", [600] * 4, 600)


@pytest.mark.parametrize("suffix", [".tif", ".png"])
def test_plain_mosaic(tmp_path, suffix):
    mosaic = noise(69, 80, white=65535)
    path = tmp_path / f"a{suffix}"
    save(path, mosaic)
    picture = read_raw(path, Levels("GRBG", 60000, (1, 2, 3, 500)))
    own = np.array([1, 2, 3, 500]).reshape(4, 1, 1)
    assert np.array_equal(
        picture.counts, np.clip(expected(mosaic, "GRBG").astype(int) - own, 0, 59500)
    )
    assert picture.notes == ("odd last row of the mosaic left out",)
    assert read_size(path, Levels("GRBG", 60000)) == (34, 40)


@pytest.mark.parametrize(
    ("pixels", "levels", "what"),
    [
        (noise(), None, "needs a levels.yaml"),
        (noise().astype(np.uint8), Levels("RGGB", 255), "holds uint8"),
        (np.zeros((64, 64, 3), np.uint16), Levels("RGGB", 255), "wants? cfa: RGB"),
        (noise(), Levels("RGB", 255), "says cfa: RGB"),
    ],
)
def test_plain_files_that_do_not_fit(tmp_path, pixels, levels, what):
    save(tmp_path / "a.tif", pixels)
    with pytest.raises(BenchError, match=what):
        read_raw(tmp_path / "a.tif", levels)


def test_broken_plain_files(tmp_path):
    for name in ("a.tif", "a.png"):
        (tmp_path / name).write_bytes(b"no picture")
        for read in (read_raw, read_size):
            with pytest.raises(BenchError, match=name):
                read(tmp_path / name, Levels("RGGB", 255))


def test_levels_file(tmp_path):
    path = tmp_path / "levels.yaml"
    path.write_text("cfa: GRBG\nblack: 64\nwhite: 1023\n")
    assert read_levels(path) == Levels("GRBG", 1023, 64)
    path.write_text('{"cfa": "RGB", "white": 65535, "black": [1, 2, 3, 4]}')  # JSON is YAML
    assert read_levels(path) == Levels("RGB", 65535, (1, 2, 3, 4))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("white: 1023", "at least cfa and white"),
        ("just words", "at least cfa and white"),
        ("cfa: [", "cannot be read"),
        ("cfa: RGBG\nwhite: 1", "cfa = 'RGBG'"),
        ("cfa: RGGB\nwhite: bright", "white = 'bright'"),
        ("cfa: RGGB\nwhite: 1\nblak: 0", "Did you mean 'black'"),
    ],
)
def test_bad_levels_files(tmp_path, text, what):
    path = tmp_path / "levels.yaml"
    path.write_text(text)
    with pytest.raises(BenchError, match=what):
        read_levels(path)


def save(path: Path, pixels: NDArray) -> None:
    if path.suffix == ".png":
        from PIL import Image

        Image.fromarray(pixels).save(path)
    else:
        tifffile.imwrite(path, pixels)


@real
def test_real_kdc():
    path = SHARED / "RAW_KODAK_DC50.KDC"
    with rawpy.imread(str(path)) as raw:
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


@real
def test_real_linear_png():
    path = next((SHARED / "inteltau_imx135").glob("*.png"))
    picture = read_raw(path, Levels("RGB", 65535))
    assert picture.counts.shape == (4, 256, 384) and picture.range == 65535
    assert picture.counts.max() > 60000  # not cut down to 8 bits
    assert len(np.unique(picture.counts)) > 10000
    assert np.array_equal(picture.counts[1], picture.counts[2])
    assert "stands for both" in picture.notes[0]
    assert read_size(path, Levels("RGB", 65535)) == (256, 384)
