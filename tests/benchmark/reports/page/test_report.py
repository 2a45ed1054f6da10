"""The report is one page that needs nothing else, shows text as text, and says what is missing."""

import json
import shutil
from html.parser import HTMLParser

import pytest

from benchmark.metrics.kl import divergence, frequencies
from benchmark.records.record import read_records
from benchmark.reports.build import tables
from benchmark.reports.page.report import write_report
from benchmark.store.store import Store
from tests.benchmark.reports.samples import make_record

EVIL = "<script>alert('x')</script>&\""
VOID = {"meta", "img", "br", "input"}


class Page(HTMLParser):
    """Checks that tags are closed in order, and collects them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict]] = []
        self.text = ""
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def pictures(self):
        return [a for tag, a in self.tags if tag == "img" and "src" in a]


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "nowhere", "look")


@pytest.fixture
def records():
    step = {
        "kind": "mapper", "title": f"fit {EVIL}", "steps": {"only": 3}, "seconds": 1.5,
        "parameters": 1234, "peak_mb": {"cpu": 100.0}, "device": "cpu", "version": 1,
    }  # fmt: skip
    changes = {"steps": {"k1": step}, "environment": {"commit": "abc", "packages": {"torch": "2"}}}
    return [make_record(EVIL, **changes), make_record("best", 0.1, **changes)]


def page_of(records, folder, store) -> Page:
    folder.mkdir(exist_ok=True)
    return Page(write_report(folder, records, tables(records), store).read_text(encoding="utf-8"))


def test_everything_is_escaped_and_nothing_is_loaded(records, tmp_path, store):
    page = page_of(records, tmp_path / "run & <b>co<b>", store)
    assert page.text.count(EVIL) > 3, "shown as text: in the tables, as a cell, as a training"
    assert "run & <b>co<b>" in page.text
    kinds = [tag for tag, _ in page.tags]
    assert not {"link", "iframe", "b"} & set(kinds)
    for tag, attributes in page.tags:
        assert tag != "script" or "src" not in attributes
        assert attributes.get("href", "#").startswith("#")
        assert not any(name.startswith("on") for name in attributes)


def test_numbers_intervals_and_provenance(records, tmp_path, store):
    page = page_of(records, tmp_path / "run", store)
    titles = [a.get("title", "") for tag, a in page.tags if tag == "td"]
    assert any(title.startswith("95%: ") for title in titles)
    assert "1,234" in page.text
    assert "abc" in page.text


def test_a_page_without_a_store_says_so(records, tmp_path, store):
    page = page_of(records, tmp_path / "run", store)
    assert "There are no raws and truths here: The pictures of the data set" in page.text
    assert "The store no longer has this cell's pictures." in page.text
    assert "Provenance" in page.text
    headings = "".join(f"#{a['id']} " for tag, a in page.tags if tag == "h2" and "id" in a)
    assert "#cells" in headings
    assert "#curves" not in headings and "#plan" not in headings
    assert not page.pictures()


def test_a_run_has_all_its_pictures_and_sections(toy_run, tmp_path):
    ran = toy_run("--protocol", "adaptation", "raw-to-raw", "--direction", "a2b")
    assert ran.code == 0, ran.err
    folder = tmp_path / "results" / "toy-smoke"
    page = Page((folder / "report.html").read_text(encoding="utf-8"))
    assert "There are no raws" not in page.text and "no longer has" not in page.text
    titles = {a["alt"].split(", s")[0].split(", a")[0] for a in page.pictures()}
    assert {
        "raw", "mapped raw", "developed, unmapped", "developed, mapped", "truth", "map of errors",
    } <= titles  # fmt: skip
    assert all(a["src"].startswith("data:image/jpeg;base64,") for a in page.pictures())
    assert {"summary", "tables", "cells", "curves", "plan", "provenance"} <= {
        a.get("id") for _, a in page.tags
    }
    for text in ("Worst: ", "Median: ", "Best: ", "Histograms behind KL"):
        assert text in page.text


def test_what_was_removed_from_the_store_is_missed_and_no_more(toy_run, bench, tmp_path):
    assert toy_run("--protocol", "adaptation", "--direction", "a2b").code == 0
    folder = tmp_path / "results" / "toy-smoke"
    shutil.rmtree(tmp_path / "home" / "data")
    assert bench("table", folder).code == 0
    page = Page((folder / "report.html").read_text(encoding="utf-8"))
    assert "There are no raws and truths here" in page.text
    titles = {a["alt"].partition(", scenes")[0] for a in page.pictures()}
    assert titles == {"developed", "developed, unmapped", "developed, mapped"}
    shutil.rmtree(tmp_path / "home")
    assert bench("table", folder).code == 0
    assert not Page((folder / "report.html").read_text(encoding="utf-8")).pictures()
    assert not (tmp_path / "home").exists(), "looking makes nothing"


def test_the_scores_of_every_picture_are_those_of_the_records(toy_run, tmp_path):
    assert toy_run("--protocol", "adaptation", "--direction", "a2b", "--seed", "0", "1").code == 0
    folder = tmp_path / "results" / "toy-smoke"
    text = (folder / "report.html").read_text(encoding="utf-8")
    found = [
        json.loads(part.partition("</script>")[0])
        for part in text.split('<script type="application/json">')[1:]
    ]
    records = read_records(folder)
    assert len(found) == len({r.cell[:4] for r in records})
    shown = {tuple(column) for cell in found for column in cell["columns"]}
    for record in records:
        assert tuple(float(f"{v:.5g}") for v in record.per_image["kl"]) in shown
    assert all(cell["names"] == list(records[0].ids) for cell in found)


def test_the_kept_histograms_are_those_behind_kl(toy_run, tmp_path):
    import numpy as np

    assert toy_run("--protocol", "adaptation", "raw-to-raw", "--direction", "a2b").code == 0
    for record in read_records(tmp_path / "results" / "toy-smoke"):
        file = tmp_path / "home" / "steps" / record.score / "histograms.npy"
        both = np.load(file).astype(np.float64)
        assert both.shape[:2] == (record.n, 2)
        for (p, q), kl in zip(both, record.per_image["kl"], strict=True):
            assert divergence(p, q) == pytest.approx(kl, rel=1e-4, abs=1e-6)
    grey = np.full((3, 2, 2), 7, np.uint8)
    assert frequencies(grey)[:, 7].tolist() == [1, 1, 1]
