"""Scores with their intervals."""

import pytest

from benchmark.errors import BenchError
from benchmark.reports.build import tables
from benchmark.reports.figures.intervals import intervals
from benchmark.reports.figures.style import in_style
from tests.benchmark.reports.samples import few_pictures, make_record


def drawn(records, metric=None, width="double"):
    with in_style():
        return intervals(tables(records), width, metric)


def test_a_mapper_is_a_point_with_its_interval():
    records = [make_record("one", 1.0), make_record("two", 2.0)]
    figure = drawn(records)
    (axes,) = figure.axes
    assert [t.get_text() for t in axes.get_yticklabels()] == ["one", "two"]
    assert axes.get_title() == "A_1→B"
    assert axes.get_xlabel() == "KL (nat) ↓"
    bar, point, *_ = axes.lines
    score = tables(records)[0].groups["Domain adaptation"][0].entries[0].score
    assert score is not None
    assert point.get_xdata() == pytest.approx([1.0])
    assert list(bar.get_xdata()) == [score.interval.low, score.interval.high]


def test_directions_have_panels_and_references_are_lines():
    records = [make_record(direction=d) for d in ("a2b", "b2a")]
    records += [
        make_record("none", 3.0, direction=d, protocol="floor", reference=True,
                    title="Floor (no mapper)") for d in ("a2b", "b2a")
    ]  # fmt: skip
    figure = drawn(records)
    assert [axes.get_title() for axes in figure.axes] == ["B→A_1", "A_1→B"]
    (legend,) = figure.legends
    assert {t.get_text() for t in legend.texts} == {"Domain adaptation", "Floor"}
    for axes in figure.axes:
        assert axes.lines[-1].get_xdata() == pytest.approx([3.0, 3.0])


def test_a_metric_is_drawn_from_the_table_it_comes_first_in():
    values = {"psnr": [30.0 + i for i in range(30)], "kl": [1.0] * 30}
    developed = make_record(per_image=values)
    raw = make_record("raw", per_image=values, isp="none", protocol="raw-to-raw", title="Raw")
    figure = drawn([developed, raw], "psnr")
    assert [t.get_text() for t in figure.axes[0].get_yticklabels()] == ["raw"]
    with pytest.raises(BenchError, match="Unknown metric"):
        drawn([developed], "ssim")


def test_few_pictures_are_points_alone():
    (axes,) = drawn([few_pictures(3)]).axes
    assert len(axes.lines) == 1
