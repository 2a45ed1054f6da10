"""The parts of strips that need no run; whole ones are drawn in tests/benchmark/cli."""

import numpy as np
import pytest
from matplotlib.patches import Rectangle

from benchmark.errors import BenchError
from benchmark.metrics.metric import METRICS
from benchmark.reports.figures.choice import Chosen
from benchmark.reports.figures.gallery import Gallery
from benchmark.reports.figures.strips import Zoom, strips
from benchmark.reports.figures.style import in_style
from tests.benchmark.reports.samples import few_pictures

SHAPE = (30, 40, 3)


class Pictures(Gallery):
    """A gallery of single colours: by how bright a picture is one sees where it is from."""

    def __init__(self, picture=None):
        self.picture = picture

    def measured(self, record, i):
        return np.full(SHAPE, 100 + i, np.uint8) if self.picture is None else self.picture

    def captured(self, record, i):
        return np.full(SHAPE, 50 + i, np.uint8)

    def truth(self, record, i):
        return np.full(SHAPE, 200 + i, np.uint8)

    def error(self, record, i):
        return np.full(SHAPE[:2], 0.05, np.float32)


def chosen(*mappers, unmapped=None, isp="none", scenes=(1, 0)):
    ranked = tuple(few_pictures(2, name, [0.25, 0.5], isp=isp) for name in mappers)
    return Chosen(ranked, unmapped, METRICS["kl"], scenes)


def drawn(*arguments, **options):
    """Every picture of a figure: title, the label below it, and its first value."""
    with in_style():
        figure = strips(*arguments, **options)
    return [
        (axes.get_title(), axes.get_xlabel(), np.asarray(image.get_array()).flat[0])
        for axes in figure.axes
        for image in axes.images
    ]


def test_raws_go_from_the_source_through_the_mappers_to_the_truth():
    assert drawn(chosen("p", "q"), Pictures(), "double") == [
        ("source", "", 51), ("p", "KL 0.500", 101), ("q", "KL 0.500", 101), ("truth", "", 201),
        ("", "", 50), ("", "KL 0.250", 100), ("", "KL 0.250", 100), ("", "", 200),
    ]  # fmt: skip


def test_developed_pictures_begin_with_the_one_without_a_mapper():
    floor = few_pictures(2, "none", [1.5, 2.5], protocol="floor", isp="net")
    titles = drawn(chosen("p", isp="net", unmapped=floor, scenes=(0,)), Pictures(), "single")
    assert [title for title, *_ in titles] == ["no mapper", "p", "truth"]
    assert titles[0][1] == "KL 1.500"
    without = drawn(chosen("p", isp="net", scenes=(0,)), Pictures(), "single")
    assert [title for title, *_ in without] == ["p", "truth"]


def test_errors_stand_below_the_pictures_of_cells():
    found = drawn(chosen("p", scenes=(0,)), Pictures(), "single", errors=True)
    assert [float(value) for *_, value in found] == pytest.approx([50, 100, 0.05, 200])


def test_a_zoom_shows_the_marked_part():
    picture = np.zeros(SHAPE, np.uint8)
    picture[5:15, 20:30] = 77
    zoom = Zoom(0.5, 0.125, 0.25)
    with in_style():
        figure = strips(chosen("p", scenes=(0,)), Pictures(picture), "single", zoom)
    (inset,) = figure.axes[1].child_axes
    part = np.asarray(inset.images[0].get_array())
    assert part.shape == (10, 10, 3)
    assert np.all(part == 77)
    (mark,) = figure.axes[1].patches
    assert isinstance(mark, Rectangle)
    assert mark.get_bbox().bounds == pytest.approx((0.5, 5 / 30, 0.25, 10 / 30))


@pytest.mark.parametrize("numbers", [(-0.1, 0, 0.2), (0.9, 0, 0.2), (0, 0, 0), (0, 1, 0.5)])
def test_a_zoom_lies_inside_the_picture(numbers):
    with pytest.raises(BenchError, match="inside the picture"):
        Zoom(*numbers)


def test_a_zoom_at_the_lower_edge_moves_up():
    assert Zoom(0, 0.7, 0.25).square(np.zeros(SHAPE, np.uint8)) == (0, 20, 10)


def test_too_many_pictures_for_the_width_are_refused():
    with pytest.raises(BenchError, match="--width double"):
        drawn(chosen(*"abcdefghij"), Pictures(), "single")


def test_pictures_larger_than_print_shows_are_shrunk():
    gallery = Pictures(np.full((3000, 4000, 3), 9, np.uint8))
    with in_style():
        figure = strips(chosen("p", scenes=(0,)), gallery, "single")
    height, width, _ = np.asarray(figure.axes[1].images[0].get_array()).shape
    assert width < 700
    assert height / width == pytest.approx(0.75, abs=0.01)
