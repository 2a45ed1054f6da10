"""The page in a browser: it works with mouse and keyboard, loads all pictures, and is accessible.

Any Chromium will do; on Debian, `apt-get install chromium`.
"""

import shutil

import pytest

from benchmark.cli.main import main
from benchmark.reports.page import album
from tests.benchmark.reports.conftest import SIZES
from tests.conftest import LIMIT, TOY

SERIOUS = {"serious", "critical"}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run of two seeds, made once."""
    place = tmp_path_factory.mktemp("report")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ISP_BENCH_HOME", str(place / "home"))
        patch.chdir(place)
        words = f"--plugin {TOY} --preset smoke --data toy --mapper toy-mapper --isp toy-isp"
        protocols = ("--protocol", "adaptation", "raw-to-raw", "--seed", "0", "1", "--workers", "1")
        assert main(["run", *words.split(), *protocols]) == 0
    return place / "results" / "toy-smoke"


@pytest.fixture
def page(browser, run, complaints):
    """The opened page; a test fails if the browser complains of anything."""
    with opened(browser, viewport=SIZES["desktop"]) as context:
        page = watched(context.new_page(), complaints)
        page.goto((run / "report.html").as_uri())
        yield page
        assert complaints == []


def opened(browser, **options):
    context = browser.new_context(**options)
    context.set_default_timeout(1000 * LIMIT)  # only a fault takes as long
    return context


def watched(page, complaints):
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(request.url[:80]))
    page.on("request", lambda r: r.url.startswith("http") and complaints.append(r.url))
    return page


def column(page, table, number):
    """Texts of a column, group by group."""
    script = """([table, n]) => [...document.querySelectorAll(`#${table} tbody`)].map(
        (body) => [...body.rows].filter((row) => !row.classList.contains("group") && !row.hidden)
            .map((row) => row.cells[n].textContent))"""
    return page.evaluate(script, [table, number])


def test_tables_are_sorted_by_mouse_and_keyboard(page):
    head = page.locator("#cost thead tr:last-child th").nth(1)
    before = column(page, "cost", 1)
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    rising = column(page, "cost", 1)
    as_numbers = [[float(text.replace(",", "")) for text in group] for group in rising]
    assert as_numbers == [sorted(group) for group in as_numbers]
    assert [sorted(group) for group in rising] == [sorted(group) for group in before]
    head.get_by_role("button").focus()
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    assert column(page, "cost", 1) == [group[::-1] for group in rising]
    names = page.locator("#cost thead tr:last-child th").first
    names.get_by_role("button").click()
    assert head.get_attribute("aria-sort") is None
    assert column(page, "cost", 0) == [sorted(group) for group in column(page, "cost", 0)]


def test_missing_numbers_come_last_either_way(page):
    page.evaluate("""() => {
        const cells = [...document.querySelectorAll("#table5-by-isp tbody tr:not(.group)")];
        const cell = cells.at(-1).cells[2];
        delete cell.dataset.value; cell.textContent = "–";
    }""")
    button = page.locator("#table5-by-isp thead tr:last-child th").nth(2).get_by_role("button")
    for _ in range(2):
        button.click()
        assert column(page, "table5-by-isp", 2)[-1][-1] == "–"


def test_the_filter_keeps_rows_and_cells_with_all_words(page):
    page.get_by_label("Filter").fill("right toy-mapper")
    shown = page.locator(".cell:visible h3").all_text_contents()
    assert shown and set(shown) == {"toy-mapper"}
    assert not page.locator("#table5 .group:visible").count() and "Left" not in shown
    page.get_by_label("Filter").fill("TOY-MAPPER")
    assert column(page, "table5", 0)[-1] == ["toy-mapper"]
    assert page.locator("#table5 tbody:visible").count() == 1
    page.get_by_label("Filter").fill("")
    assert not page.locator(".cell:not(:visible)").count()


def test_pictures_are_loaded_when_a_cell_is_opened(page):
    cell = page.locator(".cell", has=page.get_by_role("heading", name="toy-mapper")).first
    images = cell.locator("img")
    assert images.count() >= 9
    cell.locator("summary").first.click()
    for image in images.all():
        image.scroll_into_view_if_needed()
    page.wait_for_function(
        "(all) => all.every((image) => image.complete && image.naturalWidth > 0)",
        arg=images.element_handles(),
    )


def test_a_link_opens_its_cell(page, run):
    anchor = page.locator(".cell").last.get_attribute("id")
    page.goto(f"{(run / 'report.html').as_uri()}#{anchor}")
    page.locator(".cell").last.locator(".strip img").first.wait_for()


def test_two_pictures_are_compared(page):
    cell = page.locator(".cell", has=page.get_by_role("heading", name="toy-mapper")).first
    cell.locator("summary").first.press("Enter")
    cell.get_by_role("button", name="Compare two").first.click()
    dialog = page.get_by_role("dialog")
    over, under = dialog.locator(".over"), dialog.locator(".under")
    assert dialog.get_by_role("heading").text_content().startswith("Worst: ")
    assert under.get_attribute("alt").startswith("truth")
    left = dialog.get_by_role("combobox", name="Left")
    left.select_option("raw")
    assert over.get_attribute("alt").startswith("raw")
    slider = dialog.get_by_role("slider")
    slider.press("Home")
    assert over.evaluate("(e) => getComputedStyle(e).clipPath") == "inset(0px 100% 0px 0px)"
    slider.press("End")
    assert over.evaluate("(e) => getComputedStyle(e).clipPath") == "inset(0px 0% 0px 0px)"
    page.keyboard.press("Escape")
    assert not dialog.is_visible()


def test_the_scores_of_every_picture_are_a_sortable_table(page):
    cell = page.locator(".cell").first
    cell.locator("summary").first.click()
    cell.get_by_text("Scores of every picture").click()
    table = cell.get_by_role("table")
    table.wait_for()
    assert table.get_by_role("row").count() == 1 + 4
    table.get_by_role("button").nth(1).click()
    values = [float(text) for text in table.locator("td:nth-child(2)").all_text_contents()]
    assert values == sorted(values)
    for _ in "closed", "opened":
        cell.get_by_text("Scores of every picture").first.click()
    table.wait_for()
    assert cell.locator("table").count() == 1, "it is filled once"


def test_the_metric_of_the_summary_is_chosen(page):
    options = page.get_by_label("Metric").locator("option").all_text_contents()
    for option in options[1], options[0]:
        page.get_by_label("Metric").select_option(option)
        shown = page.locator(".card:visible")
        assert shown.count() >= 1
        assert {card.get_attribute("data-metric") for card in shown.all()} == {option}


def test_many_pictures_are_loaded_from_the_folder(browser, run, tmp_path, complaints, monkeypatch):
    monkeypatch.setattr(album, "MOST", 0)
    monkeypatch.setenv("ISP_BENCH_HOME", str(run.parents[1] / "home"))
    folder = shutil.copytree(run, tmp_path / "run")
    assert main(["table", str(folder)]) == 0
    with opened(browser) as context:
        page = watched(context.new_page(), complaints)
        page.goto((folder / "report.html").as_uri())
        page.locator(".cell").first.locator("summary").first.click()
        image = page.locator(".cell").first.locator("img").first
        image.scroll_into_view_if_needed()
        page.wait_for_function("(i) => i.naturalWidth > 0", arg=image.element_handle())
        assert image.get_attribute("src").startswith("report-pictures/")
    assert complaints == []


def test_it_is_accessible_and_as_wide_as_the_screen(browser, run, size, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe")
    with opened(browser, viewport=size, color_scheme=scheme) as context:
        page = context.new_page()
        page.goto((run / "report.html").as_uri())
        page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
        page.locator(".pictures table").last.wait_for()
        found = axe.Axe().run(page).response["violations"]
        assert [v["id"] for v in found if v["impact"] in SERIOUS] == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_it_can_be_printed(browser, run):
    with opened(browser) as context:
        page = context.new_page()
        page.goto((run / "report.html").as_uri())
        page.emulate_media(media="print", color_scheme="dark")
        assert not page.locator("nav").is_visible()
        assert page.get_by_role("heading", name="Summary").is_visible()
        assert (
            page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        )
        assert page.pdf().startswith(b"%PDF")
