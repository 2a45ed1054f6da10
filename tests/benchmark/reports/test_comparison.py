"""Pictures side by side, from what the steps kept."""

import pytest
from PIL import Image

from benchmark.reports.comparison import HEADING, MARGIN, write_comparisons
from benchmark.store.store import Store
from tests.benchmark.reports.samples import few_pictures

SIZE = (30, 20)
COLOURS = {"floor": "red", "ceiling": "green", "first": "blue", "second": "yellow"}


@pytest.fixture
def store(tmp_path):
    """A store in which the score step "k-NAME" kept two pictures of one colour."""
    store = Store(tmp_path / "store")
    for name, colour in COLOURS.items():
        folder = store.step_folder(f"k-{name}")
        folder.mkdir(parents=True)
        for i in range(2):
            Image.new("RGB", SIZE, colour).save(folder / f"preview-{i}.png")
            Image.new("RGB", SIZE, "white").save(folder / f"truth-{i}.png")
    return store


def scored(name, **changes):
    reference = name in ("floor", "ceiling")
    protocol = name if reference else "adaptation"
    facts = {"protocol": protocol, "reference": reference, "score": f"k-{name}"}
    return few_pictures(2, "none" if reference else name, **{**facts, **changes})


def colours(file):
    """The colour in the middle of each column's first picture."""
    with Image.open(file) as sheet:
        columns = (sheet.width - MARGIN) // (SIZE[0] + MARGIN)
        return [
            sheet.getpixel((MARGIN + k * (SIZE[0] + MARGIN) + 15, HEADING + 10))
            for k in range(columns)
        ]


def test_mappers_come_between_floor_and_ceiling_and_the_truth_is_last(store, tmp_path):
    records = [scored(name) for name in ("second", "ceiling", "first", "floor")]
    (file,) = write_comparisons(tmp_path, records, store)
    assert file.name == "comparison-adaptation-net-a2b.png"
    assert colours(file) == [
        (255, 0, 0), (0, 0, 255), (255, 255, 0), (0, 128, 0), (255, 255, 255),
    ]  # fmt: skip


def test_the_first_seed_is_shown(store, tmp_path):
    records = [scored("first", seed=1), scored("second", seed=0)]
    (file,) = write_comparisons(tmp_path, records, store)
    assert colours(file)[0] == (255, 255, 0)


def test_each_direction_has_a_sheet_and_raws_have_no_isp_in_the_name(store, tmp_path):
    records = [
        scored("first", direction=d, isp="none", protocol="raw-to-raw") for d in ("a2b", "b2a")
    ]
    names = [file.name for file in write_comparisons(tmp_path, records, store)]
    assert names == ["comparison-raw-to-raw-a2b.png", "comparison-raw-to-raw-b2a.png"]


def test_several_isps_have_one_more_sheet_of_the_first_scene_with_their_names(store, tmp_path):
    records = [scored(name, isp=isp) for name in ("floor", "first") for isp in ("net", "other")]
    files = write_comparisons(tmp_path, records[:-1], store)
    assert [file.name for file in files] == ["comparison-adaptation-net-a2b.png"]
    *own, together = write_comparisons(tmp_path, records, store)
    assert together.name == "comparison-adaptation-a2b.png"
    with Image.open(together) as sheet, Image.open(own[0]) as one:
        assert sheet.height == one.height, "two ISPs, two scenes"
        assert sheet.width > one.width, "names"
        rows = [HEADING + k * (SIZE[1] + MARGIN) + 10 for k in range(2)]
        for column, colour in enumerate([(255, 255, 255), (0, 0, 255), (255, 0, 0)]):
            x = sheet.width - MARGIN - 15 - column * (SIZE[0] + MARGIN)
            assert [sheet.getpixel((x, y)) for y in rows] == [colour] * 2


def test_what_the_store_no_longer_holds_is_left_out(store, tmp_path):
    records = [scored("first"), scored("second", score="k-gone")]
    (file,) = write_comparisons(tmp_path, records, store)
    assert len(colours(file)) == 2
    assert write_comparisons(tmp_path, [scored("first", score="k-gone")], store) == []


def test_a_heading_may_be_in_any_script(store, tmp_path):
    assert write_comparisons(tmp_path, [scored("first", setting={"a|b\n小": "α"})], store)
