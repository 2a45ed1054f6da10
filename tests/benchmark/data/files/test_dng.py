from typing import Any

import numpy as np
import pytest

from benchmark.data.files.raw import read_raw
from benchmark.errors import BenchError
from tests.benchmark.data.files.dng import write_dng
from tests.benchmark.data.files.mosaics import expected, noise

HEIGHT, WIDTH, WHITE = 68, 80, 1023


def signal(height: int = HEIGHT, width: int = WIDTH) -> np.ndarray:
    """Counts above black that stay below white with every black level of these tests."""
    return noise(height, width, white=850)


def raised(black: np.ndarray) -> np.ndarray:
    """The signal on a black level (height, width)."""
    return (signal(*black.shape) + np.rint(black)).astype(np.uint16)


@pytest.mark.parametrize(
    ("rows", "columns"), [(1, 2), (2, 1), (2, 2), (1, 3), (3, 1), (4, 2), (4, 4), (3, 5), (8, 8)]
)
def test_black_levels_in_a_block_of_any_size(tmp_path, rows, columns):
    block = 50 + np.arange(rows * columns).reshape(rows, columns)
    black = np.tile(block, (HEIGHT, WIDTH))[:HEIGHT, :WIDTH]
    path = write_dng(
        tmp_path / "a.dng",
        raised(black),
        white=WHITE,
        BlackLevelRepeatDim=("H", [rows, columns]),
        BlackLevel=("H", block.ravel().tolist()),
    )
    picture = read_raw(path)
    assert picture.range == WHITE - block.max()
    assert np.array_equal(picture.counts, expected(signal(), "RGGB"))
    assert picture.notes == ()


@pytest.mark.parametrize("cfa", ["RGGB", "GBRG"])
@pytest.mark.parametrize("corner", [(1, 0), (0, 1), (1, 1), (3, 5), (2, 4)])
@pytest.mark.parametrize("side", [2, 4])
def test_black_levels_begin_at_the_corner_of_the_active_area(tmp_path, cfa, corner, side):
    top, left = corner
    block = 100 + 10 * np.arange(side * side).reshape(side, side)
    black = np.zeros((HEIGHT + 8, WIDTH + 8))
    black[top:, left:] = np.tile(block, (HEIGHT, WIDTH))[: HEIGHT + 8 - top, : WIDTH + 8 - left]
    path = write_dng(
        tmp_path / "a.dng",
        raised(black),
        cfa,
        active=(top, left, HEIGHT + 8, WIDTH + 8),
        white=WHITE,
        BlackLevelRepeatDim=("H", [side, side]),
        BlackLevel=("H", block.ravel().tolist()),
    )
    picture = read_raw(path)
    # LibRaw begins at even rows and columns of the sensor; an odd corner shifts the filters.
    row, column = top % 2, left % 2
    visible = signal(*black.shape)[top + row :, left + column :]
    shifted = "".join(cfa[2 * ((y + row) % 2) + (x + column) % 2] for y in (0, 1) for x in (0, 1))
    truth = np.minimum(expected(visible, shifted), WHITE - block.max())
    assert np.array_equal(picture.counts, truth)
    assert any("first" in note for note in picture.notes) == bool(row or column)


@pytest.mark.parametrize("names", [["V"], ["H"], ["V", "H"]])
def test_black_levels_that_vary_along_rows_and_columns(tmp_path, names):
    by_row, by_column = np.linspace(0, 40, HEIGHT), np.linspace(-8, 25, WIDTH)
    black = np.full((HEIGHT, WIDTH), 64.0)
    tags: dict[str, Any] = {}
    if "V" in names:
        black += by_row.round(3)[:, None]
        tags["BlackLevelDeltaV"] = ("2i", by_row.round(3).tolist())
    if "H" in names:
        black += by_column.round(3)
        tags["BlackLevelDeltaH"] = ("2i", by_column.round(3).tolist())
    path = write_dng(tmp_path / "a.dng", raised(black), black=64, white=WHITE, **tags)
    picture = read_raw(path)
    assert picture.range == WHITE - np.rint(black.max())
    assert np.abs(picture.counts - expected(signal(), "RGGB").astype(int)).max() <= 1
    assert picture.notes == ("black levels rounded to whole counts",)


@pytest.mark.parametrize("kind", ["2I", "f", "2i"])
def test_black_levels_with_fractions_are_rounded(tmp_path, kind):
    levels = [63.9, 64.1, 64.8, 65.7]
    path = write_dng(
        tmp_path / "a.dng",
        noise(),
        white=WHITE,
        BlackLevelRepeatDim=("H", [2, 2]),
        BlackLevel=(kind, levels),
    )
    picture = read_raw(path)
    own = np.array([64, 64, 65, 66]).reshape(4, 1, 1)
    assert picture.range == WHITE - 66
    truth = np.clip(expected(noise(), "RGGB").astype(int) - own, 0, picture.range)
    assert np.array_equal(picture.counts, truth)
    assert picture.notes == ("black levels rounded to whole counts",)


def test_masked_pixels_do_not_replace_the_named_black_level(tmp_path):
    mosaic = noise(80, 80)
    masks: dict[str, Any] = {"active": (8, 0, 80, 80), "MaskedAreas": ("I", [0, 0, 8, 80])}
    picture = read_raw(write_dng(tmp_path / "a.dng", mosaic, black=100, **masks))
    assert picture.range == 3995
    truth = np.clip(expected(mosaic[8:], "RGGB").astype(int) - 100, 0, None)
    assert np.array_equal(picture.counts, truth)
    mosaic[:8] = np.tile([[100, 101], [102, 103]], (4, 40))
    picture = read_raw(write_dng(tmp_path / "b.dng", mosaic, BlackLevel=None, **masks))
    own = np.array([100, 101, 102, 103]).reshape(4, 1, 1)
    assert picture.range == 4095 - 103
    truth = np.clip(expected(mosaic[8:], "RGGB").astype(int) - own, 0, picture.range)
    assert np.array_equal(picture.counts, truth)
    assert "measured on masked pixels" in picture.notes[0]


@pytest.mark.parametrize(("dtype", "highest"), [(np.uint8, 255), (np.uint16, 1000)])
def test_linearization_table(tmp_path, dtype, highest):
    mosaic = noise(white=highest).astype(dtype)
    table = (np.arange(int(mosaic.max()) + 1) ** 1.2).astype(int)
    path = write_dng(
        tmp_path / "a.dng",
        mosaic,
        black=20,
        white=int(table[-1]),
        LinearizationTable=("H", table.tolist()),
    )
    picture = read_raw(path)
    assert picture.range == table[-1] - 20
    assert np.array_equal(
        picture.counts, np.clip(expected(table[mosaic], "RGGB").astype(int) - 20, 0, None)
    )


def test_a_missing_white_level_is_the_largest_number(tmp_path):
    assert read_raw(write_dng(tmp_path / "a.dng", noise(), WhiteLevel=None)).range == 65535
    eight = write_dng(tmp_path / "b.dng", noise(white=255).astype(np.uint8), WhiteLevel=None)
    assert read_raw(eight).range == 255


@pytest.mark.parametrize(
    ("tags", "what"),
    [
        ({"CFAPattern": ("B", [3, 4, 4, 5]), "CFAPlaneColor": ("B", [3, 4, 5])}, "colours CMMY"),
        ({"CFAPattern": ("B", [0, 6, 6, 2]), "CFAPlaneColor": ("B", [0, 6, 2])}, "colours RWWB"),
        ({"CFAPattern": ("B", [0, 1, 3, 2])}, "colours RGCB"),
        ({"CFAPlaneColor": ("B", [3, 4, 5])}, "planes CMY"),
        ({"CFAPlaneColor": ("B", [0, 1, 2, 3])}, "planes RGBC"),
        (
            {
                "CFARepeatPatternDim": ("H", [4, 4]),
                "CFAPattern": ("B", [0, 0, 1, 1, 0, 0, 1, 1, 1, 1, 2, 2, 1, 1, 2, 2]),
            },
            r"4 x 4 \(RRGGRRGGGGBBGGBB\)",
        ),
    ],
)
def test_filters_that_are_not_of_bayer(tmp_path, tags, what):
    with pytest.raises(BenchError, match=what) as caught:
        read_raw(write_dng(tmp_path / "a.dng", noise(), **tags))
    assert "a.dng" in str(caught.value) and "RGGB, GRBG, GBRG, BGGR" in str(caught.value)


@pytest.mark.parametrize(
    ("tags", "what"),
    [
        ({"WhiteLevel": ("H", [1000, 1010, 1020])}, r"WhiteLevel has the values 1000, 1010, 1020"),
        ({"WhiteLevel": ("H", [0])}, "WhiteLevel is 0"),
        ({"BlackLevel": ("H", [1, 2, 3])}, "BlackLevel has 3 values.* is 1 x 1"),
        ({"BlackLevelDeltaV": ("2i", [1, 2, 3])}, "DeltaV .* 3 and 0 values for 68 active rows"),
        ({"ActiveArea": ("I", [0, 0, 70, 80])}, r"ActiveArea \[0, 0, 70, 80\] is not within"),
        ({"CFALayout": ("H", [2])}, "staggered grid"),
        ({"BlackLevel": ("H", [4095])}, "cannot be right"),
        ({"BlackLevel": ("i", [-5])}, "BlackLevel is -5, below 0"),
    ],
)
def test_tags_that_cannot_be_right(tmp_path, tags, what):
    with pytest.raises(BenchError, match=rf"a.dng.*{what}"):
        read_raw(write_dng(tmp_path / "a.dng", noise(), **tags))
