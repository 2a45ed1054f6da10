from pathlib import Path

import numpy as np
import pytest

from benchmark.data.files.filters import CFAS
from benchmark.data.files.packing import SMALLEST, pack
from benchmark.errors import BenchError
from tests.benchmark.data.files.mosaics import expected, noise


@pytest.mark.parametrize("cfa", CFAS)
def test_planes_are_r_gr_gb_b_in_every_phase(cfa):
    mosaic = noise()
    picture = pack(Path("a.tif"), mosaic, cfa, [0] * 4, 4095)
    assert np.array_equal(picture.counts, expected(mosaic, cfa))


def test_the_highest_black_level_sets_the_range():
    picture = pack(Path("a.tif"), np.full((64, 64), 4095, np.uint16), "RGGB", [1, 2, 3, 4], 4095)
    assert picture.range == 4091
    assert (picture.counts == 4091).all(), "saturation is the same in every plane"


def test_a_picture_below_the_smallest_size_is_refused():
    side = 2 * SMALLEST
    assert pack(Path("a.tif"), noise(side, side), "RGGB", [0] * 4, 4095).height == SMALLEST
    with pytest.raises(BenchError, match=r"a.tif is too small: 31 x 32 packed pixels"):
        pack(Path("a.tif"), noise(side - 1, side), "RGGB", [0] * 4, 4095)


def test_levels_that_make_no_sense():
    with pytest.raises(BenchError, match=r"a.tif: black level \[600, 600, 600, 600\] and white"):
        pack(Path("a.tif"), noise(), "RGGB", [600] * 4, 600)


def test_filters_that_cannot_be_packed():
    with pytest.raises(BenchError, match=r"a.tif has the filter colours RGBG"):
        pack(Path("a.tif"), noise(), "RGBG", [0] * 4, 600)
