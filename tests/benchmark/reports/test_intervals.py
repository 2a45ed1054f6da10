"""Numbers with half the width of their intervals."""

import pytest

from benchmark.reports.build import tables
from benchmark.reports.intervals import with_intervals
from benchmark.reports.text import markdown
from tests.benchmark.reports.samples import few_pictures, make_record


def entries(table):
    return [entry for rows in table.groups.values() for row in rows for entry in row.entries]


def test_the_half_width_stands_in_place_of_the_spread():
    records = [make_record(kl=kl, seed=seed) for seed, kl in enumerate((1.0, 1.2, 1.1))]
    (table,) = tables(records)
    before, after = entries(table)[0], entries(with_intervals(table))[0]
    assert before.text == "1.100 ± 0.100"
    value, half = map(float, after.text.split(" ± "))
    assert value == 1.1
    interval = after.score.interval
    assert half == pytest.approx((interval.high - interval.low) / 2, abs=6e-4)
    assert half > 0.2, "Student's t of three seeds alone: 4.30 / √3 x 0.1"
    text = markdown(with_intervals(table))
    assert "±: half the width of the 95 % interval." in text
    assert "standard deviation" not in text


def test_what_has_no_interval_stays_without():
    (table,) = tables([few_pictures(3)])
    shown = with_intervals(table)
    assert [e.text for e in entries(shown)] == [e.text for e in entries(table)]
    assert "±" not in markdown(shown)
