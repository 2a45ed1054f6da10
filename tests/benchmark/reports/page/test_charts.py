"""Axes hold their values and have round ticks."""

import math

import pytest

from benchmark.reports.page.charts import NAME_HEIGHT, Axis, Chart, Line, marks, polyline, spanning


@pytest.mark.parametrize(
    ("low", "high", "log", "texts"),
    [
        (0, 1, False, ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
        (31.2, 33.9, False, ["32", "33"]),
        (-3, 12000, False, ["0", "5,000", "10,000"]),
        (0.5, 2000, True, ["1", "10", "100", "1,000"]),
        (2, 60, True, ["2", "5", "10", "20", "50"]),
        (0.33, 0.36, True, ["0.33", "0.34", "0.35", "0.36"]),
    ],
)
def test_ticks_are_round_and_in_their_places(low, high, log, texts):
    axis = Axis("", low, high, log)
    assert [tick.text for tick in axis.ticks] == texts
    places = [tick.at for tick in axis.ticks]
    assert places == sorted(places)
    assert all(0 <= place <= 100 for place in places)


def test_a_reversed_axis_begins_with_the_highest_value():
    axis = Axis("KL", 0, 10, reverse=True)
    assert (axis.at(10), axis.at(0), axis.at(2.5)) == (0, 100, 75)


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("values", [[3.0], [1, 2, math.inf], [0.0, 5, 10], [], [math.nan]])
def test_every_finite_value_has_a_place(values, log):
    axis = spanning("", values, log=log)
    for value in values:
        if math.isfinite(value) and (value > 0 or not log):
            assert 0 < axis.at(value) < 100


def test_lines_run_from_the_top_left_corner():
    assert polyline(Axis("", 0, 4), Axis("", 0, 2), [(0, 0), (1, 2)]) == "0,100 25,0"


def test_a_legend_names_each_kind_of_line_once():
    axis = Axis("", 0, 1)
    lines = [Line("a", ""), Line("b", "", 1), Line("a", "")]
    assert [line.name for line in Chart("", "", axis, axis, lines).legend] == ["a", "b"]
    assert Chart("", "", axis, axis, lines[:1]).legend == []


def test_names_of_near_points_do_not_cover_each_other():
    placed = marks([(50, 20, "b", ""), (52, 19, "a", ""), (53, 21, "c", ""), (10, 20, "far", "")])
    heights = {mark.name: mark.name_y for mark in placed}
    assert heights["a"] == 19 and heights["far"] == 20
    assert heights["b"] == heights["a"] + NAME_HEIGHT
    assert heights["c"] == heights["b"] + NAME_HEIGHT
