"""The page and its Markdown: safe with any name, and complete."""

import pytest

from benchmark.reports.leaderboard.page import LeftOut, write_leaderboard
from tests.benchmark.reports.leaderboard.submissions import grid, submission
from tests.benchmark.reports.page.test_browser import SERIOUS, column, opened, watched
from tests.benchmark.reports.page.test_report import Page
from tests.benchmark.reports.samples import EVIL_NAMES


def written(folder, *arguments):
    markdown, html = write_leaderboard(folder, *arguments)
    return markdown.read_text("utf-8"), Page(html.read_text("utf-8"))


@pytest.mark.parametrize("name", EVIL_NAMES[:-1])
def test_any_name_is_shown_as_text(name, tmp_path):
    records = grid(name, cameras=(name, "B"))
    people = [submission(name, *records, gaps=(name,)), submission("Ben", *grid(name, 2.0))]
    markdown, page = written(tmp_path, people, {}, [LeftOut(name, (name,))])
    assert "<script>" not in markdown.replace("\\<script\\>", "")
    assert [tag for tag, _ in page.tags].count("script") == 1
    assert not {"link", "iframe", "b", "img"} & {tag for tag, _ in page.tags}
    tables = [line for line in markdown.splitlines() if line.startswith("|")]
    # Two boards, for their cameras differ, of a heading, a group and a row; and the submissions.
    assert len(tables) == 2 * (2 + 1 + 1) + (2 + 2)


def test_the_page_has_all_parts_and_loads_nothing(tmp_path):
    people = [
        submission("Anna", *grid("good", 1.0), link="https://example.org/a"),
        submission("Ben", *grid("good", 1.2), gaps=("it lacks this.", "it lacks that.")),
    ]
    markdown, page = written(tmp_path, people, {}, [LeftOut("cut.zip", ("It is damaged.",))])
    for text in (page.text, markdown):
        assert "2 submissions by 2 people, on 1 board" in text
        assert "It lacks this. It lacks that." in text
        assert "cut.zip" in text and "It is damaged." in text
        assert "spread" in text
    links = [a["href"] for tag, a in page.tags if tag == "a"]
    assert [link for link in links if not link.startswith("#")] == ["https://example.org/a"]
    assert "[Anna](<https://example.org/a>)" in markdown
    ids = {a["id"] for _, a in page.tags if "id" in a}
    assert {link[1:] for link in links if link.startswith("#")} <= ids
    assert not any("src" in a for _, a in page.tags)


def test_without_anything_left_out_there_is_no_such_part(tmp_path):
    markdown, page = written(tmp_path, [submission("Anna", *grid())], {})
    assert "Left out" not in markdown + page.text
    assert "1 submission by 1 person, on 1 board" in page.text


@pytest.fixture
def board(browser, tmp_path, size, scheme, complaints):
    """A board in a browser; a test fails if the browser complains of anything."""
    people = [
        submission("Anna", *grid("bad", 1.0), *grid("good", 2.0), link="https://example.org/a"),
        submission("Ben", *grid("good", 1.5), gaps=("it lacks this.",)),
    ]
    _, html = write_leaderboard(tmp_path, people, {}, [LeftOut("cut.zip", ("It is damaged.",))])
    with opened(browser, viewport=size, color_scheme=scheme) as context:
        page = watched(context.new_page(), complaints)
        page.goto(html.as_uri())
        yield page
        assert complaints == []


def test_it_is_sorted_and_filtered_accessible_and_as_wide_as_the_screen(board):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe")
    found = axe.Axe().run(board).response["violations"]
    assert [v["id"] for v in found if v["impact"] in SERIOUS] == []
    assert board.evaluate("document.documentElement.scrollWidth <= innerWidth")
    names = board.locator("#board1 thead tr:last-child th").nth(2).get_by_role("button")
    for expected in (["Anna", "Anna", "Ben"], ["Ben", "Anna", "Anna"]):
        names.click()
        assert column(board, "board1", 2)[-1] == expected
    assert not board.locator("#board1-several th button").count(), "the spread stays the last"
    board.get_by_label("Filter").fill("ben")
    assert column(board, "board1", 2)[-1] == ["Ben"]
