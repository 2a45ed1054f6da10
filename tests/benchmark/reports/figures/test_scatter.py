"""Quality against cost."""

import pytest

from benchmark.errors import BenchError
from benchmark.reports.figures.scatter import scatter
from benchmark.reports.figures.style import in_style
from tests.benchmark.reports.samples import make_record


def fitted(mapper, seconds, kl=1.0, **changes):
    step = {"kind": "mapper", "title": f"fit {mapper}", "steps": {"only": 1}, "seconds": seconds}
    return make_record(mapper, kl, steps={f"{mapper}{seconds}": step}, **changes)


def drawn(records):
    with in_style():
        return scatter(records, "double")


def test_seeds_and_isps_become_one_point():
    records = [fitted("m", 10.0, 1.0), fitted("m", 30.0, 3.0, seed=1), fitted("other", 5.0)]
    (axes,) = drawn(records).axes
    assert axes.get_xscale() == "log"
    assert axes.get_ylabel() == "KL (nat) ↓"
    places = [(line.get_xdata()[0], line.get_ydata()[0]) for line in axes.lines]
    assert places == [pytest.approx((20, 2)), pytest.approx((5, 1))]
    assert [text.get_text() for text in axes.texts] == ["m", "other"]


def test_names_do_not_hide_each_other():
    (axes,) = drawn(
        [fitted(name, 10.0 + i / 9) for i, name in enumerate(("one", "two", "three"))]
    ).axes
    boxes = [text.get_window_extent() for text in axes.texts]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_each_direction_has_a_panel():
    figure = drawn([fitted("m", 1.0, direction=d) for d in ("a2b", "b2a")])
    assert [axes.get_title() for axes in figure.axes] == ["B→A_1", "A_1→B"]


def test_without_any_fit_there_is_no_cost():
    with pytest.raises(BenchError, match="no cost"):
        drawn([make_record()])
