"""The report is one page that needs nothing else, and shows text as text."""

import json
from html.parser import HTMLParser

import pytest
from PIL import Image

from benchmark.reports.build import tables
from benchmark.reports.page import write_report
from tests.benchmark.reports.samples import make_record

EVIL = "<script>alert('x')</script>&\""
VOID = {"meta", "img", "br"}


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


@pytest.fixture
def records():
    step = {
        "kind": "mapper", "title": f"fit {EVIL}", "steps": {"only": 3}, "seconds": 1.5,
        "parameters": 1234, "peak_mb": {"cpu": 100.0}, "device": "cpu", "version": 1,
    }  # fmt: skip
    changes = {"steps": {"k1": step}, "environment": {"commit": "abc", "packages": {"torch": "2"}}}
    return [make_record(EVIL, **changes), make_record("best", 0.1, **changes)]


def test_everything_is_on_one_page_and_escaped(records, tmp_path):
    folder, steps = tmp_path / "run & co", tmp_path / "steps"
    folder.mkdir()
    Image.new("RGB", (30, 20)).save(folder / "comparison-adaptation-net-a2b.png")
    (steps / "k1").mkdir(parents=True)
    lines = [{"stage": "only", "step": s, "loss": 3.0 / s} for s in (1, 2, 2, 3)]
    log = "\n".join(map(json.dumps, lines)) + '\n{"stage": "on'
    (steps / "k1" / "log.jsonl").write_text(log)
    file = write_report(folder, records, tables(records), steps)
    text = file.read_text()
    assert "<script" not in text
    page = Page(text)
    assert EVIL in page.text, "shown as text"
    kinds = [tag for tag, _ in page.tags]
    assert kinds.count("svg") == 1
    assert not {"link", "script", "iframe"} & set(kinds)
    for tag, attributes in page.tags:
        assert "href" not in attributes
        assert tag != "img" or attributes["src"].startswith("data:image/jpeg;base64,")
    (points,) = [a["points"] for tag, a in page.tags if tag == "polyline"]
    assert len(points.split()) == 3, "a step that was run twice counts once"
    assert "1.00 … 3.00" in page.text.replace("1 … 3", "1.00 … 3.00")
    assert "1,234" in page.text
    assert "abc" in page.text


def test_bold_numbers_and_intervals(records, tmp_path):
    text = write_report(tmp_path, records, tables(records), tmp_path).read_text()
    assert "<strong>0.100</strong>" in text
    assert 'title="95%: ' in text


def test_without_pictures_and_logs_their_headings_are_left_out(records, tmp_path):
    text = write_report(tmp_path, records, tables(records), tmp_path / "none").read_text()
    assert "Provenance" in text
    assert "Pictures" not in text
    assert "Training curves" not in text
