"""Black levels of blocks and deltas, against the definition written out pixel by pixel."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.data.files.black_level import BlackLevel, nearest, repeated

NONE = np.zeros(0)


def level(block, by_row=NONE, by_column=NONE):
    return BlackLevel(np.array(block, float), np.array(by_row, float), np.array(by_column, float))


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 4), st.integers(1, 4), st.integers(0, 5), st.integers(0, 5), st.booleans())
def test_every_pixel_has_its_level(rows, columns, top, left, with_deltas):
    draw = np.random.default_rng(rows * 8 + columns)
    block = draw.uniform(0, 100, (rows, columns))
    by_row = draw.uniform(-5, 5, 20) if with_deltas else NONE
    by_column = draw.uniform(-5, 5, 20) if with_deltas else NONE
    mosaic = draw.integers(0, 1024, (9, 7)).astype(np.uint16)
    counts, lowest, highest = level(block, by_row, by_column).subtracted(mosaic, top, left, 1023)
    black = np.empty(mosaic.shape)
    for y, x in np.ndindex(mosaic.shape):
        black[y, x] = block[(top + y) % rows, (left + x) % columns]
        black[y, x] += by_row[top + y] + by_column[left + x] if with_deltas else 0
    whole = np.floor(black + 0.5)
    assert (lowest, highest) == (whole.min(), whole.max())
    assert (counts == np.clip(mosaic - whole, 0, 1023 - highest)).all()


def test_levels_are_rounded_not_cut():
    assert nearest(np.array([63.4, 63.5, 63.6, 64.5, -0.5])).tolist() == [63, 64, 64, 65, 0]


def test_a_block_is_repeated_from_any_of_its_places():
    block = np.array([[1, 2], [3, 4]])
    assert repeated(block, 1, 1, 2, 3).tolist() == [[4, 3, 4], [2, 1, 2]]


@pytest.mark.parametrize(
    ("black", "by_cell", "fractional"),
    [
        (level([[64]]), True, False),
        (level([[64, 65], [66, 67]]), True, False),
        (level([[64, 65]]), True, False),
        (level([[64.5]]), True, True),
        (level([[64, 65, 66]]), False, False),
        (level(np.full((4, 4), 64)), False, False),
        (level([[64]], by_row=[0, 0, 1, 0]), False, False),
        (level([[64]], by_column=[0, 0.5]), False, True),
        (level([[64]], by_row=[0, 0, 0, 0]), True, False),
    ],
)
def test_what_kind_of_level_it_is(black, by_cell, fractional):
    assert black.repeats_by_cell == by_cell
    assert black.fractional == fractional


def test_the_cell_of_a_pixel_and_another_unit():
    black = level([[1, 2], [3, 4]])
    assert black.cell(1, 0) == [3, 4, 1, 2]
    assert black.times(2).cell(0, 0) == [2, 4, 6, 8]
