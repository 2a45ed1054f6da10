"""The published numbers are complete, and the same wherever one looks for them."""

import pytest

from benchmark.metrics.metric import METRICS
from benchmark.registry import DATASETS, MAPPERS
from benchmark.reports.published_numbers import FOLDER, published
from tests.conftest import REPOSITORY

LATER_ONLY = {"uvcganv2", "merit"}  # published on the same data, not among our mappers
ROWS = [
    pytest.param(source, row, id=f"{source.table}-{row.mapper}-{row.by or source.by}")
    for source in published()
    for row in source.rows
]


def number(table, mapper, direction, metric):
    (source,) = (s for s in published() if s.table == table and s.by == "paper")
    (row,) = (r for r in source.rows if r.mapper == mapper)
    return source.number(row, direction, metric)


def test_every_table_of_the_paper_with_public_numbers_is_there():
    of_paper = {source.table: len(source.rows) for source in published() if source.by == "paper"}
    assert of_paper == {"table1": 10, "table2": 6, "table3": 2, "table4": 5}


@pytest.mark.parametrize(("source", "row"), ROWS)
def test_every_row_is_complete(source, row):
    assert source.data in DATASETS.names()
    assert row.mapper.partition(" (")[0] in {*MAPPERS.names(), *LATER_ONLY}
    assert set(source.metrics) <= METRICS.keys()
    for numbers in filter(None, (row.a2b, row.b2a)):
        assert len(numbers) == len(source.metrics)
        assert all(n is None or float(n) > 0 for n in numbers)
    assert row.a2b or row.b2a
    if source.by == "paper":
        assert None not in (*row.a2b, *row.b2a)
        assert len(row.a2b) == len(row.b2a)


# Read in the paper a second time, not copied from the files.
@pytest.mark.parametrize(
    ("table", "mapper", "direction", "metric", "printed"),
    [
        ("table1", "cstpp", "b2a", "psnr", "29.73"), ("table1", "cstpp", "a2b", "ssim", "0.89"),
        ("table1", "fda", "a2b", "mae", "0.090"), ("table1", "afifi", "a2b", "psnr", "28.58"),
        ("table2", "cstpp", "a2b", "kl", "0.74"), ("table2", "chai", "b2a", "chart_mae", "0.031"),
        ("table3", "uvcgan-cstpp", "b2a", "psnr", "28.84"),
        ("table4", "cstpp (downsample = 16)", "a2b", "psnr", "27.97"),
    ],
)  # fmt: skip
def test_numbers_are_as_printed(table, mapper, direction, metric, printed):
    assert number(table, mapper, direction, metric) == printed


def test_the_same_number_in_two_tables_is_the_same():
    for direction in ("a2b", "b2a"):
        for metric in ("psnr", "ssim", "mae"):
            without = number("table3", "uvcgan", direction, metric)
            assert number("table1", "uvcgan", direction, metric) == without
            whole = number("table4", "cstpp (downsample = 1)", direction, metric)
            assert number("table1", "cstpp", direction, metric) == whole


def test_what_was_not_published_is_none():
    assert number("table1", "cstpp", "b2a", "kl") is None


def test_the_folder_of_results_shows_the_same_files():
    shown = REPOSITORY / "results" / "published"
    assert {f.name for f in shown.glob("*.yaml")} == {
        "table1.yaml", "table2.yaml", "table3.yaml", "table4.yaml", "later.yaml",
    }  # fmt: skip
    assert shown.resolve() == FOLDER
