"""The tables in the README of `results/`, and the rows on the front page, are as measured."""

import runpy

import pytest

from tests.conftest import REPOSITORY

TABLES = dict(runpy.run_path(str(REPOSITORY / "results" / "tables.py"))["tables"]())


@pytest.mark.parametrize("title", TABLES)
def test_the_readme_has_the_table(title):
    assert TABLES[title] in (REPOSITORY / "results" / "README.md").read_text()


def test_the_front_page_quotes_them():
    front = (REPOSITORY / "README.md").read_text().splitlines()
    quoted = [line.split(" | ")[1:] for line in front if " ± " in line]
    measured = {
        tuple(line.split(" | ")[i] for i in (1, 4, 5, 8))
        for protocol in ("adaptation", "augmentation")
        for line in TABLES[f"table5, {protocol}"].splitlines()[2:]
    }
    assert {tuple(line) for line in quoted} == measured
