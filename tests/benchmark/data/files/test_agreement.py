"""LibRaw and the tags of a DNG: where they differ, both values are named."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from benchmark.data.files.agreement import compare_levels, corner
from benchmark.data.files.dng import DngTags, dng_tags
from benchmark.data.files.raw import read_raw
from benchmark.errors import BenchError
from tests.benchmark.data.files.dng import write_dng
from tests.benchmark.data.files.mosaics import noise


def libraw(**other: object) -> SimpleNamespace:
    """What LibRaw makes of the file of `tags`, with something else in it."""
    sizes = {"raw_height": 80, "raw_width": 90, "top_margin": 4, "left_margin": 2}
    sizes |= {"height": 76, "width": 88}
    values = {"color_desc": b"RGBG", "white_level": 4095, "black_level_per_channel": [9, 8, 7, 6]}
    own = {key: other.pop(key) for key in list(other) if key in sizes}
    return SimpleNamespace(sizes=SimpleNamespace(**{**sizes, **own}), **{**values, **other})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_dng(tmp_path / "a.dng", noise(80, 90), black=(9, 8, 6, 7), active=(4, 2, 80, 90))


CELL = [0, 1, 3, 2]  # R, Gr, Gb, B by LibRaw's numbers


def tags_of(path: Path) -> DngTags:
    tags = dng_tags(path)
    assert tags is not None
    return tags


def test_equal_values_pass(path):
    tags = tags_of(path)
    assert corner(path, libraw(), tags) == (0, 0)
    compare_levels(path, libraw(), CELL, tags, 0, 0)


@pytest.mark.parametrize(
    ("other", "what"),
    [
        ({"white_level": 4000}, "white level as 4000, .* say 4095"),
        ({"black_level_per_channel": [9, 8, 7, 5]}, "black level as 9, 8, 5, 7, .* 9, 8, 6, 7"),
        ({"color_desc": b"BGRG"}, "filter pattern as BGGR, .* say RGGB"),
    ],
)
def test_different_levels_are_named(path, other, what):
    with pytest.raises(BenchError, match=f"a.dng: LibRaw reads the {what}"):
        compare_levels(path, libraw(**other), CELL, tags_of(path), 0, 0)


@pytest.mark.parametrize(
    ("other", "what"),
    [
        ({"raw_width": 100}, r"stored size \(rows, columns\) as 80, 100, .* say 80, 90"),
        ({"top_margin": 2}, r"active area .* as 2, 2, 76, 88, .* say 4, 2, 76, 88"),
        ({"width": 90}, r"active area .* as 4, 2, 76, 90, .* say 4, 2, 76, 88"),
    ],
)
def test_different_areas_are_named(path, other, what):
    with pytest.raises(BenchError, match=f"a.dng: LibRaw reads the {what}"):
        corner(path, libraw(**other), tags_of(path))


def test_planes_in_another_order(tmp_path):
    """LibRaw takes the first plane for red, whatever its colour."""
    path = write_dng(tmp_path / "a.dng", noise(), CFAPlaneColor=("B", [2, 1, 0]))
    with pytest.raises(
        BenchError, match="filter pattern as BGGR, but the file's own tags say RGGB"
    ):
        read_raw(path)


def test_a_white_level_beyond_16_bits(tmp_path):
    path = write_dng(tmp_path / "a.dng", noise(), WhiteLevel=("I", [70000]))
    with pytest.raises(BenchError, match=r"white level as 65535, but .* say 70000"):
        read_raw(path)


def test_fractions_that_libraw_cuts_off_pass(tmp_path):
    path = write_dng(tmp_path / "a.dng", noise(), BlackLevel=("f", [63.75]))
    assert read_raw(path).range == 4095 - 64
    assert np.min(read_raw(path).counts) == 0
