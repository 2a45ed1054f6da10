import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from benchmark.data.charts import patch_means
from benchmark.data.images import ImageSet
from benchmark.data.lsmi.dataset import Lsmi
from benchmark.data.prepared_folder import read_manifest
from benchmark.errors import BenchError
from benchmark.files import save_array
from benchmark.progress import Progress
from tests.benchmark.conftest import records
from tests.benchmark.data.lsmi.download import scenes, write_download

QUIET = Progress(quiet=True)
SMALL = {"size": "128", "test_size": "96"}
BY_NAME = ["Place1_1", "Place1_12", "Place2_12", "Place3_12"]  # Place4 has no chart in Galaxy


@pytest.fixture(scope="module")
def originals(tmp_path_factory):
    return scenes(tmp_path_factory.mktemp("scenes"))


@pytest.fixture(scope="module")
def download(tmp_path_factory, originals) -> Path:
    """Not to be changed."""
    return write_download(tmp_path_factory.mktemp("download"), originals)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory, download) -> Path:
    """Sony and Galaxy, pairs by name. Not to be changed."""
    dest = tmp_path_factory.mktemp("prepared")
    Lsmi.convert(download, dest, SMALL, QUIET)
    return dest


@pytest.fixture
def own(tmp_path, download) -> Path:
    """A copy of the download, to be broken."""
    return Path(shutil.copytree(download, tmp_path / "lsmi"))


def opened(dest: Path):
    source = Lsmi(Lsmi.Config(path=str(dest)))
    source.check()
    return source.prepare(dest, QUIET)


def ids(images: ImageSet) -> list[str]:
    return [record.id for record in images]


def test_sets_sizes_and_names(prepared):
    pair = opened(prepared)
    assert (pair.camera_a, pair.camera_b) == ("sony", "galaxy")
    assert ids(pair.scenes.a) == ids(pair.scenes.b) == BY_NAME
    assert pair.aligned is None and pair.anchors is None
    for images, size in ((pair.scenes.a, 96), (pair.scenes.b, 96), (pair.train["a"], 128)):
        assert images.raw(0).shape == (4, size, size)
        assert images.srgb(0).shape == (3, 2 * size, 2 * size)
    ranges = {images.folder.name: images[0].range for images in (pair.scenes.a, pair.scenes.b)}
    assert ranges == {"scenes-a": 16383 - 512, "scenes-b": 1023}


def test_everything_outside_the_pairs_is_trained_on(prepared):
    pair = opened(prepared)
    assert ids(pair.train["a"]) == ["Place11_12", "Place12_12", "Place13_12"]  # 12_1 has no jpg
    assert sorted(ids(pair.train["b"])) == ["Place21_12", "Place22_12", "Place23_12"]
    assert not pair.validation


def test_val_places_validate_where_that_is_wanted(download, tmp_path):
    Lsmi.convert(download, tmp_path / "out", {**SMALL, "validation": "0.1"}, QUIET)
    pair = opened(tmp_path / "out")
    assert ids(pair.train["a"]) == ["Place11_12", "Place12_12"]
    assert ids(pair.validation["a"]) == ["Place13_12"]  # of the official split
    assert len(pair.validation["b"]) == 1  # Galaxy has none
    galaxy = ids(pair.train["b"]) + ids(pair.validation["b"])
    assert sorted(galaxy) == ["Place21_12", "Place22_12", "Place23_12"]
    assert np.array(pair.validation["a"][0].charts).shape[1:] == (4, 2)
    assert pair.validation["a"].raw(0).min(0).any()


def test_charts_follow_the_crop_and_the_resize(prepared, originals):
    """The charts of the simulated pictures, found by their carried corners in the prepared ones."""
    pair = opened(prepared)
    for camera in "ab":
        before, after = originals.scenes.camera(camera), pair.scenes.camera(camera)
        for i, place in enumerate(("Place1_12", "Place2_12", "Place3_12")):
            k = ids(after).index(place)
            assert len(after[k].charts) == 3
            for old, new in zip(before[i].charts, after[k].charts, strict=True):
                expected = patch_means(before.raw(i), np.array(old))
                found = patch_means(after.raw(k), np.array(new))
                assert np.abs(found - expected).mean() < 0.015
                moved = patch_means(after.raw(k), np.array(new) + 4)
                assert np.abs(moved - expected).mean() > 0.03


def test_charts_of_training_pictures_are_black(prepared, originals):
    pair = opened(prepared)
    k = ids(pair.train["a"]).index("Place11_12")
    assert not pair.train["a"][k].charts
    # 128 of the 160 columns are left, at their own scale: 16 are cut on the left
    for chart in np.array(originals.train["a"][0].charts) - (16, 0):
        assert patch_means(pair.train["a"].raw(k), chart).max() == 0
        assert patch_means(pair.train["a"].srgb(k), 2 * chart).max() < 8  # ringing of the resize


def test_srgb_covers_the_raw(prepared, originals):
    pair = opened(prepared)
    k = ids(pair.train["a"]).index("Place12_12")
    expected = originals.train["a"].srgb(1)[:, :, 32:288].astype(float)
    found = pair.train["a"].srgb(k).astype(float)
    shown = found.max(0) > 40  # not the charts made black
    assert np.abs(found - expected)[:, shown].mean() < 4


def test_notes_say_what_was_found(prepared):
    manifest = read_manifest(prepared)
    assert manifest is not None
    notes = "\n".join(manifest.notes)
    assert "1 pairs without a chart that both show, left out: Place4_12" in notes
    assert "5 test pairs of equal place names" in notes
    assert "sony: 1 pictures without .jpg are left out" in notes
    assert "Place22_1.jpg has no raw next to it" in notes
    assert "charts mcc1, mcc2, mcc3 made black" in notes
    assert "separate_json_files" in notes  # where to find Galaxy's split


def test_pairs_used_can_be_used_again(prepared, download, tmp_path):
    table = prepared / "pairs_used.csv"
    lines = list(csv.DictReader(table.open()))
    assert lines[1] == {
        "id": "Place1_12", "sony_path": "sony/Place1/Place1_12.arw",
        "galaxy_path": "galaxy/Place1/Place1_12.dng",
    }  # fmt: skip
    Lsmi.convert(download, tmp_path / "out", {**SMALL, "pairs": str(table)}, QUIET)
    for name in ("scenes-a", "scenes-b"):
        before, after = (ImageSet(dest / name) for dest in (prepared, tmp_path / "out"))
        assert list(before) == list(after)
    assert (tmp_path / "out" / "pairs_used.csv").read_text() == table.read_text()


def test_pairs_by_a_table_of_other_places(download, tmp_path):
    table = tmp_path / "pairs.csv"
    table.write_text("id,sony_path,galaxy_path\nfirst,Place11_12,x\\Place21\\Place21_12.dng\n")
    Lsmi.convert(download, tmp_path / "out", {**SMALL, "pairs": str(table)}, QUIET)
    pair = opened(tmp_path / "out")
    assert ids(pair.scenes.a) == ids(pair.scenes.b) == ["first"]
    assert "galaxy/Place21/Place21_12.dng" in pair.scenes.b[0].source
    sony = ids(pair.train["a"])
    assert "Place11_12" not in sony and "Place1_12" in sony
    assert "Place21_12" not in ids(pair.train["b"])


def test_one_green_of_the_official_tiff_stands_for_both(download, tmp_path, originals):
    options = {**SMALL, "size": "128", "test_size": "128", "camera_b": "nikon"}
    Lsmi.convert(download, tmp_path / "out", options, QUIET)
    pair = opened(tmp_path / "out")
    assert pair.camera_b == "nikon"
    raw = pair.scenes.b.raw(1)
    assert pair.scenes.b[1].id == "Place1_12" and pair.scenes.b[1].range == 15520 - 600
    assert "green" in pair.scenes.b[1].notes[0]
    expected = originals.scenes.a.raw(0)[:, :, 16:144]
    np.testing.assert_array_equal(raw[1], raw[2])
    np.testing.assert_allclose(raw[[0, 3]], expected[[0, 3]], atol=1e-4)
    np.testing.assert_allclose(raw[1], expected[1:3].mean(0), atol=1e-4)


def test_without_any_jpg_there_is_no_srgb(own, tmp_path):
    for jpg in own.glob("sony/*/*.jpg"):
        jpg.unlink()
    Lsmi.convert(own, tmp_path / "out", SMALL, QUIET)
    pair = opened(tmp_path / "out")
    assert pair.scenes.a[0].srgb is None and pair.scenes.b[0].srgb == "file"


def test_without_any_chart_raws_cannot_be_compared(own, tmp_path):
    for file in own.rglob("*meta.json"):
        file.unlink()
    Lsmi.convert(own, tmp_path / "out", SMALL, QUIET)
    source = Lsmi(Lsmi.Config(path=str(tmp_path / "out")))
    assert source.parts() == {"scenes"}
    scenes = source.prepare(tmp_path, QUIET).scenes
    assert scenes is not None and len(scenes) == 5


def test_continues_where_it_was_cut_off(download, prepared, tmp_path, monkeypatch):
    from benchmark.data import images

    written: list[Path] = []

    def stop(path: Path, array: np.ndarray) -> None:
        written.append(path)
        if len(written) == 9:
            raise KeyboardInterrupt
        save_array(path, array)

    monkeypatch.setattr(images, "save_array", stop)
    with pytest.raises(KeyboardInterrupt):
        Lsmi.convert(download, tmp_path / "out", SMALL, QUIET)
    assert read_manifest(tmp_path / "out") is None
    Lsmi.convert(download, tmp_path / "out", SMALL, QUIET)
    assert len(set(written)) == len(written) - 1  # the one it was stopped at, again
    resumed, straight = read_manifest(tmp_path / "out"), read_manifest(prepared)
    assert resumed and straight and resumed.fingerprint == straight.fingerprint


def test_new_charts_do_not_mix_with_old_pictures(own, tmp_path):
    Lsmi.convert(own, tmp_path / "out", SMALL, QUIET)
    shutil.rmtree(own / "separate_json_files")
    with pytest.raises(BenchError, match="begun from another download or with other options"):
        Lsmi.convert(own, tmp_path / "out", SMALL, QUIET)


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"size": "129"}, r"square of 128 packed pixels, less than the 129"),
        ({"size": "16"}, "size = '16' is not valid"),
        ({"camera_b": "sony"}, "both sony"),
        ({"camera_b": "canon"}, "camera_b = 'canon' is not valid"),
        ({"pair": "x"}, "Unknown config key 'pair'"),
        ({"pairs": "absent.csv"}, "absent.csv cannot be read as a pair list"),
    ],
)
def test_wrong_options(download, tmp_path, options, what):
    with pytest.raises(BenchError, match=what):
        Lsmi.convert(download, tmp_path / "out", {**SMALL, **options}, QUIET)
    assert not (tmp_path / "out").exists()


def test_broken_files_are_all_named_before_anything_is_written(own, tmp_path):
    (own / "sony" / "Place2" / "Place2_12.arw").write_bytes(b"nothing")
    (own / "galaxy" / "Place21" / "Place21_12.jpg").write_bytes(b"nothing")
    with pytest.raises(BenchError, match=r"2 faults.*Place2_12\.arw.*Place21_12\.jpg"):
        Lsmi.convert(own, tmp_path / "out", SMALL, QUIET)
    assert not (tmp_path / "out").exists()


def test_all_places_in_pairs(own, tmp_path):
    for place in (11, 12, 13):
        shutil.rmtree(own / "sony" / f"Place{place}")
    shutil.rmtree(own / "sony" / "Place4")
    with pytest.raises(BenchError, match=r"0 of 4 pictures of sony .* none for train.*pairs=FILE"):
        Lsmi.convert(own, tmp_path / "out", SMALL, QUIET)


def test_a_camera_that_is_not_there(own, tmp_path):
    shutil.rmtree(own / "galaxy")
    with pytest.raises(BenchError, match=r"Unknown LSMI camera 'galaxy'.*nikon, sony"):
        Lsmi.convert(own, tmp_path / "out", SMALL, QUIET)


def test_check_lists_what_is_wrong(bench, own):
    (own / "sony" / "Place11" / "Place11_12.arw").write_bytes(b"nothing")
    (own / "nikon" / "Place32" / "Place32_12.jpg").unlink()
    ran = bench("data", "check", own)
    assert ran.code == 1
    for text in (
        "sony: 9 pictures (lights 1: 2, 12: 7) of 7 places",
        "nikon: 6 pictures, 6 of them TIFF",
        "sony/Place11/Place11_12.arw is ",
        "Place32_12.tiff has no .jpg next to it",
        "Place12_1.arw has no .jpg next to it",
        "Place22_1.jpg has no raw next to it",
        "galaxy/meta.json: Place4 mcc1 has no four corners",
        "galaxy has no split.json that can be used",
        "galaxy and sony: 5 pairs of equal place names and lights",
        "232",
    ):
        assert text in ran.out, text
    assert "Place3 mcc1" not in ran.out  # made up for by separate_json_files
    assert "nikon has no meta.json" not in ran.out


def test_prepare_check_and_run_from_the_command_line(bench, download, tmp_path):
    options = ("--set", "size=128", "test_size=96")
    ran = bench("data", "prepare", "lsmi", download, "out", *options)
    assert ran.code == 0, ran.err
    assert "isp-bench run --data lsmi:out" in ran.out
    assert bench("data", "check", "out").code == 0
    run = bench(
        "run", "--data", "lsmi:out", "--protocol", "raw-to-raw", "--mapper", "fda",
        "--preset", "smoke", "--name", "mine",
    )  # fmt: skip
    assert run.code == 0, run.err
    for direction in ("a2b", "b2a"):
        record = records(tmp_path / "results" / "mine")["raw-to-raw", "fda", direction]
        assert set(record["per_image"]) >= {"chart_mae", "kl"}
        assert len(record["per_image"]["chart_mae"]) == len(BY_NAME)


def test_json_with_byte_order_mark_and_nonsense(own):
    from benchmark.data.lsmi.metadata import read_metadata

    file = own / "galaxy" / "meta.json"
    file.write_text("\ufeff" + file.read_text())
    (own / "galaxy" / "split.json").write_text('{"odd": 3, "x_val": ["Place1"]')
    metadata = read_metadata(own, "galaxy")
    assert "Place1" in metadata.charts and not metadata.splits
    assert any("split.json cannot be read as json" in finding for finding in metadata.findings)
    (own / "galaxy" / "split.json").write_text(json.dumps({"odd": 3, "x_val": ["Place1"]}))
    assert read_metadata(own, "galaxy").splits == {"Place1": "val"}
