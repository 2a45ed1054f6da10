"""The pages of `docs/` and the README name what the code has, and their links lead somewhere."""

import dataclasses
import re
from pathlib import Path

import pytest
import yaml

from benchmark.data.files.plain import Levels, read_levels
from benchmark.data.folder.dataset import FolderConfig
from benchmark.data.lsmi.sets import LsmiOptions
from benchmark.data.raw2raw.dataset import Raw2RawOptions
from benchmark.data.simulated.config import SimulatedConfig
from benchmark.metrics.metric import METRICS
from benchmark.planning.preset import Preset
from benchmark.planning.run_config import RunConfig
from benchmark.registry import DATASETS, ISPS, MAPPERS, PROTOCOLS
from tests.conftest import REPOSITORY

DOCS = REPOSITORY / "docs"
PAGES = [REPOSITORY / "README.md", REPOSITORY / "CONTRIBUTING.md", *sorted(DOCS.glob("*.md"))]


def fields(config):
    return {field.name for field in dataclasses.fields(config)}


def section(page, title):
    """The text under a heading, down to the next one."""
    text = (DOCS / page).read_text()
    text = re.sub(r"^```.*?^```", lambda m: m.group().replace("\n#", "\n"), text, flags=re.M | re.S)
    return text.split(f"# {title}\n", 1)[1].split("\n#", 1)[0]


@pytest.mark.parametrize(
    ("page", "title", "names"),
    [
        ("own-pictures.md", "levels.yaml", fields(Levels)),
        ("own-pictures.md", "A folder for two cameras", fields(FolderConfig)),
        ("data.md", "Simulated cameras", fields(SimulatedConfig)),
        ("data.md", "raw2raw", fields(Raw2RawOptions)),
        ("data.md", "LSMI", fields(LsmiOptions)),
        ("running.md", "A run as a file", set(RunConfig.model_fields)),
        ("running.md", "Settings and budgets", set(Preset.model_fields) - {"name"}),
    ],
)
def test_every_key_has_its_line(page, title, names):
    rows = [line.split("|")[1] for line in section(page, title).splitlines() if line[:1] == "|"]
    assert names - set(re.findall(r"`(\w+)`", " ".join(rows))) == set()


def test_the_example_of_levels_is_valid(tmp_path):
    example = re.search(r"```yaml\n(.*?)```", section("own-pictures.md", "levels.yaml"), re.S)
    assert example is not None
    (tmp_path / "levels.yaml").write_text(example.group(1))
    assert read_levels(tmp_path / "levels.yaml") == Levels(cfa="RGGB", black=528, white=4095)


def test_builtin_names_are_on_the_pages():
    protocols = (DOCS / "protocols.md").read_text()
    assert {n for n in PROTOCOLS._builtin if f"`{n}`" not in protocols} == set()
    data = (DOCS / "data.md").read_text()
    assert {n for n in DATASETS._builtin if f"`{n}" not in data} == set()
    readme = (REPOSITORY / "README.md").read_text()
    methods = {*MAPPERS._builtin, *ISPS._builtin}
    assert {n for n in methods if f"`{n}`" not in readme} == set()
    short = {m.title.split(" ")[0].lower() for m in METRICS.values()} - {"chart"}
    assert {n for n in short if n not in protocols.lower()} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_between_files_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), target
        if anchor:
            assert anchor in anchors(file), target


def anchors(file: Path) -> set[str]:
    """The anchors of the headings of a page, as hosting sites and MyST make them."""
    heads = re.findall(r"^#+ (.+)$", file.read_text(), re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def test_every_room_is_described():
    architecture = (DOCS / "architecture.md").read_text()
    readme = (REPOSITORY / "README.md").read_text()
    rooms = [f.parent.name for f in (REPOSITORY / "benchmark").glob("*/__init__.py")]
    assert {room for room in rooms if f"| `{room}/` |" not in architecture} == set()
    assert {room for room in rooms if f"    {room}/ " not in readme} == set()


def test_paths_on_the_pages_exist():
    pages = [*PAGES, REPOSITORY / "CHANGELOG.md"]
    roots = [REPOSITORY, REPOSITORY / "benchmark"]
    for page in pages:
        for path in re.findall(r"`([a-z_0-9]+/[a-z_0-9./]+\.(?:py|yaml))`", page.read_text()):
            assert any((root / path).exists() for root in roots), f"{page.name}: {path}"


def test_every_page_is_in_the_index():
    index = (DOCS / "index.md").read_text()
    for page in DOCS.glob("*.md"):
        assert page.name == "index.md" or f"({page.name})" in index


def test_the_citation_holds_the_needed_fields():
    citation = yaml.safe_load((REPOSITORY / "CITATION.cff").read_text())
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()
    assert citation["references"][0]["year"] == 2024
