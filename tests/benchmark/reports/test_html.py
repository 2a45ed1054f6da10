"""Templates escape whatever is filled in."""

from html.parser import HTMLParser

import jinja2
import pytest

from benchmark.reports.html import TEMPLATES, render
from tests.benchmark.reports.samples import EVIL_NAMES, make_table


class Cells(HTMLParser):
    """Texts of the cells of every row, and all tags."""

    def __init__(self, text):
        super().__init__()
        self.rows, self.tags, self._in_cell = [], set(), False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag):
        self._in_cell = self._in_cell and tag not in ("td", "th")

    def handle_data(self, data):
        if self._in_cell:
            self.rows[-1][-1] += data


@pytest.mark.parametrize("name", EVIL_NAMES)
def test_a_table_page_shows_names_as_text(name):
    text = render("table_page.html.j2", table=make_table(name))
    page = Cells(text)
    assert not {"b", "script"} & page.tags
    upper, lower, group, row = page.rows
    shown = row[0]
    assert lower == ["Mapper", shown, "KL↓", "FID↓"]
    assert upper == ["", f"{shown}→B"]
    assert group == [f"Group {shown}"]
    assert row == [shown, "b", "0.500", "no weights"]
    text.encode("utf-8")


def test_names_are_kept_where_html_can_hold_them():
    page = Cells(render("table_page.html.j2", table=make_table("<b>&amp; 小米 \"'")))
    assert page.rows[-1][0] == "<b>&amp; 小米 \"'"


def test_bold_and_interval():
    text = render("table_page.html.j2", table=make_table())
    assert "<strong>0.500</strong>" in text
    assert 'title="95%: 0.' in text


def test_a_value_that_is_not_given_is_an_error():
    with pytest.raises(jinja2.UndefinedError):
        render("table_page.html.j2")


@pytest.mark.parametrize("file", sorted(TEMPLATES.iterdir()), ids=lambda file: file.name)
def test_no_template_turns_escaping_off_or_loads_anything(file):
    text = file.read_text(encoding="utf-8")
    assert "safe" not in text.replace("self-contained", "")
    assert "autoescape" not in text
    assert "http" not in text
