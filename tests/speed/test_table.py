"""The table of speed, made from rows with known times."""

import pytest

from tests.speed.__main__ import GROUPS
from tests.speed.measure import cases_of
from tests.speed.table import Row, exponent, make_table

GB = 1e9
CALIBRATION = [
    Row("matrix product", None, None, 200e9, 0, (2.0, 0), None, ""),  # 100 GFLOP/s
    Row("copy", None, None, 0, 20 * GB, (2.0, 0), None, ""),  # 10 GB/s
]


def rows_of(table, name):
    for line in table.splitlines():
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if cells and cells[0] == name:
            yield cells


def test_the_floor_is_the_larger_of_operations_and_bytes():
    work = [
        Row("computes", None, None, 50e9, 1 * GB, (1.0, 2e6), (3.0, 8e6), "why"),
        Row("moves", None, None, 1e9, 20 * GB, (4.0, 0), None, ""),
    ]
    table = make_table({"calibration": CALIBRATION, "work": work})
    (computes,) = rows_of(table, "computes")
    assert computes[1:] == ["500 ms", "1 s", "2.0×", "3 s", "3.00×", "2 MB", "8 MB", "why"]
    (moves,) = rows_of(table, "moves")
    assert moves[1:6] == ["2 s", "4 s", "2.0×", "", ""]


def test_growth_is_fitted_over_a_series():
    series = [
        Row("scan", "pictures", n, 0, 0, (3e-3 * n**1.5, 0), None, "") for n in (10, 100, 1000)
    ]
    table = make_table({"calibration": CALIBRATION, "work": series})
    assert list(rows_of(table, "scan")) == [["scan", "pictures", "10", "1,000", "1.50"]]
    assert len(list(rows_of(table, "scan, 10 pictures"))) == 1


def test_a_training_step_tells_the_hours_of_the_whole():
    row = Row("cstpp", None, None, 0, 0, (0.36, 0), None, "", steps=20_000)
    assert next(rows_of(make_table({"device": [row]}), "cstpp"))[-1] == "2.0 h in all"


def test_a_table_without_calibration_has_no_floors():
    (row,) = rows_of(make_table({"work": [CALIBRATION[0]]}), "matrix product")
    assert row[1] == row[3] == ""


def test_the_exponent_of_a_square_is_two():
    assert exponent([1, 2, 4], [5, 20, 80]) == pytest.approx(2)


@pytest.mark.parametrize("group", [group for group in GROUPS if group != "device"])
def test_cases_can_be_told_apart(group):
    cases = cases_of(group)
    keys = [(case.name, case.growth.size if case.growth else None) for case in cases]
    assert len(set(keys)) == len(keys) > 0
