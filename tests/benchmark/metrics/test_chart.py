import numpy as np
import pytest

from benchmark.errors import BenchError
from benchmark.metrics.chart import chart_colours, chart_mae

COLOURS = np.random.default_rng(0).random((24, 4))
UNIT = 8  # pixels per unit of the chart


def picture_of_a_chart(left: int, top: int, border: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """A raw with a chart, a rim of value `border` around each patch, and its corners."""
    raw = np.full((4, 140, 200), 0.1)
    side = int(2.5 * UNIT)
    for patch, colour in enumerate(COLOURS):
        row, column = divmod(patch, 6)
        x, y = (int(left + (0.25 + 2.75 * column) * UNIT), int(top + (0.25 + 2.75 * row) * UNIT))
        raw[:, y : y + side, x : x + side] = border
        raw[:, y + 3 : y + side - 3, x + 3 : x + side - 3] = colour[:, None, None]
    right, bottom = left + 16.75 * UNIT, top + 11.25 * UNIT
    return raw, np.array([[left, top], [right, top], [right, bottom], [left, bottom]])


def test_patches_are_read_inside_their_rims() -> None:
    raw, corners = picture_of_a_chart(10, 20, border=1.0)
    assert chart_colours(raw, [corners]) == pytest.approx(COLOURS)


def test_charts_are_compared_wherever_they_are() -> None:
    (one, here), (other, there) = picture_of_a_chart(10, 20), picture_of_a_chart(50, 40)
    colours = chart_colours(one + 0.03, [here.tolist()]), chart_colours(other, [there.tolist()])
    assert chart_mae(*colours) == pytest.approx(0.03)


def test_three_charts_have_72_patches() -> None:
    raw, corners = picture_of_a_chart(10, 20)
    assert chart_colours(raw, [corners] * 3).shape == (72, 4)


def test_different_numbers_of_charts_are_refused() -> None:
    with pytest.raises(BenchError, match="48 and 24"):
        chart_mae(np.zeros((48, 4)), np.zeros((24, 4)))
