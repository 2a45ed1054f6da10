"""Sizes and times in units that are easy to read."""

import pytest

from benchmark.units import readable_size, readable_time


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (3_400_000, "3.4 MB"), (5e12, "5.0 TB")],
)
def test_sizes(count, text):
    assert readable_size(count) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-1, "0 s"), (0.4, "0 s"), (119, "119 s"), (120, "2 min"), (7200, "2 h"), (400_000, "5 d")],
)
def test_times(seconds, text):
    assert readable_time(seconds) == text
