"""The tables of results/README.md and docs/, and those on the front page, are as measured."""

import runpy

import pytest

from tests.conftest import REPOSITORY


@pytest.fixture(scope="module")
def tables() -> dict[str, str]:
    return dict(runpy.run_path(str(REPOSITORY / "results" / "tables.py"))["tables"]())


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_the_pages_have_every_table(tables):
    pages = [(REPOSITORY / page).read_text() for page in ("results/README.md", "docs/defaults.md")]
    assert tables
    assert [title for title, table in tables.items() if not any(table in p for p in pages)] == []


def test_the_front_page_quotes_them(tables):
    front = (REPOSITORY / "README.md").read_text().splitlines()
    quoted = {tuple(cells(line)[1:]) for line in front if " ± " in line}
    measured = {
        tuple(cells(line)[i] for i in (2, 5, 6, 9))
        for protocol in ("adaptation", "augmentation")
        for line in tables[f"table5, {protocol}"].splitlines()[2:]
    }
    assert quoted == measured
