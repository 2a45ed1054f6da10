"""A section per cell, its seeds together, with the right pictures and in a sensible order."""

import numpy as np
import pytest
from PIL import Image

from benchmark.reports.page.cells import sections
from benchmark.reports.page.strips import StripMaker
from benchmark.store.store import Store
from tests.benchmark.reports.samples import few_pictures, make_record


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "home")


def kept(store, key, numbers, suffix=".jpg", shade=100):
    """Previews in a score's folder."""
    folder = store.step_folder(key)
    folder.mkdir(parents=True)
    for i in numbers:
        Image.new("RGB", (30, 20), (shade, 10 * i, 0)).save(folder / f"preview-{i}{suffix}")


def made(store, *records):
    return sections(records, StripMaker(store, records))


def test_seeds_are_together_and_references_come_first(store):
    records = [
        make_record("m", seed=1), make_record("m", seed=0),
        make_record("none", protocol="ceiling", title="Ceiling (same camera)", reference=True),
        make_record("none", protocol="floor", title="Floor (no mapper)", reference=True),
        make_record("m", direction="b2a"),
    ]  # fmt: skip
    found = made(store, *records)
    assert [(s.mapper, s.direction) for s in found] == [
        ("Floor", "A_1 → B"), ("Ceiling", "A_1 → B"), ("m", "A_1 → B"), ("m", "B → A_1"),
    ]  # fmt: skip
    both = found[2]
    assert [spread.name for spread in both.spreads] == ["seed 0", "seed 1"]
    assert both.pictures["heads"] == ["KL, seed 0", "KL, seed 1"]
    assert both.seed == 0
    assert len({s.anchor for s in found}) == 4
    assert both.protocol == "Domain adaptation" and found[0].protocol == ""


def test_the_worst_median_and_best_pictures(store):
    record = few_pictures(5, values=[0.5, 0.9, 0.1, 0.7, 0.3], score="s")
    kept(store, "s", range(5))
    strips = made(store, record)[0].strips
    assert [(s.rank, s.picture, s.score) for s in strips] == [
        ("worst", "1", "KL 0.900"), ("median", "0", "KL 0.500"), ("best", "2", "KL 0.100"),
    ]  # fmt: skip
    assert [shot.title for shot in strips[0].shots] == ["developed, mapped"]
    assert strips[0].error is None and strips[0].histograms is None


def test_of_an_earlier_version_only_the_kept_pictures_are_shown(store):
    record = few_pictures(5, values=[0.5, 0.9, 0.1, 0.7, 0.3], score="s")
    kept(store, "s", range(1), ".png")
    (strip,) = made(store, record)[0].strips
    assert strip.picture == "0"


def test_no_kept_pictures_no_strips(store):
    assert made(store, few_pictures(5, score="gone"))[0].strips == []


def test_the_picture_without_mapper_is_that_of_the_floor(store):
    record = few_pictures(1, values=[0.5], score="s")
    floor = few_pictures(
        1, "none", values=[0.9], score="f", protocol="floor", title="Floor", reference=True
    )
    kept(store, "s", [0], shade=200)
    kept(store, "f", [0], shade=50)
    shots = made(store, record, floor)[1].strips[0].shots
    assert [shot.title for shot in shots] == ["developed, unmapped", "developed, mapped"]
    elsewhere = few_pictures(1, values=[0.5], score="s", direction="b2a")
    assert len(made(store, elsewhere, floor)[1].strips[0].shots) == 1


def test_histograms_are_those_of_the_picture(store):
    record = few_pictures(3, values=[0.5, 0.9, 0.1], score="s")
    kept(store, "s", range(3))
    both = np.zeros((3, 2, 3, 256), np.float32)
    both[1, 0, :, 100] = 1.0  # of the worst picture, as measured
    both[1, 1, :, 200] = 1.0
    np.save(store.step_folder("s") / "histograms.npy", both)
    worst = made(store, record)[0].strips[0]
    assert worst.histograms is not None
    peaks = {}
    for line in worst.histograms.lines:
        corners = [tuple(map(float, c.split(","))) for c in line.points.split()]
        peaks[line.name] = 2.55 * min(corners, key=lambda corner: corner[1])[0]
    assert peaks["R"] == pytest.approx(100, abs=3)
    assert peaks["R of the truth"] == pytest.approx(200, abs=3)


def test_scores_of_pictures_that_json_cannot_hold_are_left_out(store):
    record = few_pictures(2, values=[0.5, float("inf")])
    assert made(store, record)[0].pictures["columns"] == [[0.5, None]]
