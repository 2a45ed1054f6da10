"""raw2raw, from miniature downloads to prepared folders."""

import csv
import json

import numpy as np
import pytest
from PIL import Image

from benchmark.data.findings import Fault
from benchmark.data.raw2raw import dataset as raw2raw
from benchmark.data.raw2raw.dataset import Raw2Raw
from benchmark.data.raw2raw.pictures import read_shot
from benchmark.errors import BenchError
from benchmark.progress import Progress
from benchmark.registry import DATASETS
from tests.benchmark.data.files.dng import write_dng
from tests.benchmark.data.raw2raw.download import (
    ALONE,
    ANCHOR,
    PHONES,
    SIZE,
    SUFFIX,
    add_dng,
    counts,
    expected_mapping,
    matrix,
    stems,
    unpaired_stems,
    write_dng_download,
    write_mat_download,
)

QUIET = Progress(quiet=True)


def convert(source, dest, **options):
    Raw2Raw.convert(source, dest, options, QUIET)
    return opened(dest).prepare(dest, QUIET)


def opened(dest):
    return DATASETS.create("raw2raw", **Raw2Raw.parse_argument(str(dest)))


@pytest.fixture
def dng(tmp_path, simulated_scenes):
    return write_dng_download(tmp_path / "download", simulated_scenes)


@pytest.fixture
def mat(tmp_path, simulated_scenes):
    return write_mat_download(tmp_path / "extracted" / "dataset", simulated_scenes)


def ids(images):
    return [record.id for record in images]


def whole(images, i):
    return np.round(images.raw(i) * images[i].range).astype(int)


def test_both_files_of_every_paired_picture(dng, tmp_path, simulated_scenes):
    pair = convert(dng, tmp_path / "out")
    assert (pair.camera_a, pair.camera_b) == ("iphone-x", "samsung-s9")
    born = {"a": [*stems("a")[1:], ALONE], "b": stems("b")[1:]}
    names = [stem + SUFFIX[camera] for camera in "ab" for stem in sorted(born[camera])]
    assert ids(pair.aligned.a) == ids(pair.aligned.b) == names
    for record_a, record_b in zip(pair.aligned.a, pair.aligned.b, strict=True):
        assert record_a.taken_by == record_b.taken_by == record_a.id[-1].lower()
    for camera, other in (("a", "b"), ("b", "a")):
        for i, stem in enumerate(stems(camera)[1:], 1):
            own, mapped = pair.aligned.camera(camera), pair.aligned.camera(other)
            n = ids(own).index(stem + SUFFIX[camera])
            taken = counts(simulated_scenes, "scenes", camera, i)
            assert np.array_equal(whole(own, n), taken)
            rggb = np.moveaxis(taken, 0, 2) / own[n].range
            wanted = np.moveaxis(expected_mapping(rggb, matrix(camera, i)), 2, 0)
            assert wanted.min() == 0
            np.testing.assert_allclose(mapped.raw(n), wanted, atol=1e-5)


def test_anchors_are_those_of_the_list_that_are_on_disk(dng, mat, tmp_path):
    for source, dest in ((dng, tmp_path / "one"), (mat, tmp_path / "two")):
        pair = convert(source, dest)
        names = [ANCHOR["a"] + "_A", ANCHOR["b"] + "_B"]
        assert ids(pair.anchors.a) == ids(pair.anchors.b) == names
        assert [record.taken_by for record in pair.anchors.a] == ["a", "b"]
        assert not set(names) & set(ids(pair.aligned.a))


def test_extracted_files_give_what_the_dng_give(dng, mat, tmp_path):
    one, two = convert(dng, tmp_path / "one"), convert(mat.parent, tmp_path / "two")
    for part in ("anchors", "aligned"):
        for camera in "ab":
            first, second = (getattr(p, part).camera(camera) for p in (one, two))
            for i, record in enumerate(second):
                n = ids(first).index(record.id)
                assert first[n].range == record.range
                assert abs(whole(first, n) - whole(second, i)).max() <= (record.range == 65535)
    for camera in "ab":
        assert ids(one.train[camera]) == ids(two.train[camera])
        assert np.array_equal(one.train[camera].raw(0), two.train[camera].raw(0))
        assert two.train[camera][0].srgb is None
    assert two.scenes is None
    assert opened(tmp_path / "two").parts() == {"anchors", "aligned"}


def test_levels_and_filters_are_those_of_the_script(dng, tmp_path, simulated_scenes):
    pair = convert(dng, tmp_path / "out")
    for camera, span in (("a", 3567), ("b", 1023)):
        for i, record in enumerate(pair.train[camera]):
            n = unpaired_stems(camera).index(record.id)
            assert record.range == span
            taken = counts(simulated_scenes, "train", camera, n)
            assert np.array_equal(whole(pair.train[camera], i), taken)
        assert sorted(ids(pair.train[camera])) == unpaired_stems(camera)


def test_pictures_are_kept_for_validation_where_they_are_asked_for(dng, tmp_path):
    assert not convert(dng, tmp_path / "none").validation
    pair = convert(dng, tmp_path / "out", validation="0.1")
    for camera in "ab":
        assert len(pair.validation[camera]) == 1, "at least one"
        unpaired = ids(pair.train[camera]) + ids(pair.validation[camera])
        assert sorted(unpaired) == unpaired_stems(camera)


def test_srgb_is_a_file_else_the_preview_else_developed(dng, tmp_path, simulated_scenes):
    pair = convert(dng, tmp_path / "out")
    assert {record.srgb for record in pair.train["a"]} == {"file"}
    assert {record.srgb for record in pair.train["b"]} == {"preview"}
    n = unpaired_stems("a").index(pair.train["a"][0].id)
    assert np.array_equal(pair.train["a"].srgb(0), simulated_scenes.train["a"].srgb(n))
    bare = write_dng_download(tmp_path / "bare", simulated_scenes, preview=False)
    pair = convert(bare, tmp_path / "out2")
    assert {record.srgb for record in pair.train["b"]} == {"developed"}
    srgb, raw = pair.train["b"].srgb(0), pair.train["b"].raw(0)
    assert srgb.shape == (3, 2 * SIZE, 2 * SIZE)
    grey, green = srgb.mean(0)[::2, ::2].ravel(), raw[1].ravel()
    assert np.corrcoef(np.argsort(np.argsort(grey)), np.argsort(np.argsort(green)))[0, 1] > 0.8
    notes = json.loads((tmp_path / "out2" / "dataset.json").read_text())["notes"]
    assert any("8 developed" in note for note in notes)


def test_scene_pairs_are_nearest_in_time_without_anchors(dng, tmp_path):
    pair = convert(dng, tmp_path / "out")
    assert ids(pair.scenes.a) == ids(pair.scenes.b) == stems("a")[1:]
    assert [r.source.split(" ")[0] for r in pair.scenes.b] == [
        f"paired/samsung-s9/dng/{stem}.dng" for stem in stems("b")[1:]
    ]
    assert all(record.srgb for record in pair.scenes.b)
    assert all(record.taken_by is None for record in pair.scenes.b)
    with (tmp_path / "out" / "pairs_used.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["a"] for row in rows] == [f"{stem}.DNG" for stem in stems("a")[1:]]
    closer = convert(dng, tmp_path / "out2", limit="4")
    assert ids(closer.scenes.a) == stems("a")[1:3], "the third is 6 s apart"


def test_scene_pairs_from_a_table(dng, tmp_path):
    table = tmp_path / "pairs.csv"
    table.write_text(f"a,b\n{stems('a')[1]},{stems('b')[3]}.dng\n{stems('a')[0]},{stems('b')[0]}\n")
    pair = convert(dng, tmp_path / "out", pairs=str(table))
    assert ids(pair.scenes.a) == [stems("a")[1]], "the anchor is left out"
    assert stems("b")[3] in pair.scenes.b[0].source
    used = tmp_path / "out" / "pairs_used.csv"
    again = convert(dng, tmp_path / "out2", pairs=str(used))
    assert ids(again.scenes.a) == [stems("a")[1]]
    table.write_text(f"a,b,role\n{stems('a')[1]},{stems('b')[1]},aligned\n")
    with pytest.raises(BenchError, match="must be scene here, not aligned"):
        convert(dng, tmp_path / "out3", pairs=str(table))


def test_extracted_files_with_rendered_pictures(dng, mat, tmp_path, simulated_scenes):
    folders = [mat / part / phone for part in ("unpaired", "paired") for phone in PHONES.values()]
    for folder in folders:
        for file in (folder / "raw-rggb").glob("*.mat"):
            (folder / "jpg").mkdir(exist_ok=True)
            picture = simulated_scenes.train["a"].srgb(0).transpose(1, 2, 0)
            Image.fromarray(picture).save(folder / "jpg" / f"{file.stem[:-2]}.jpg")
    (mat / "paired" / PHONES["a"] / "jpg" / f"{ANCHOR['a']}.jpg").write_bytes(b"")
    with pytest.raises(BenchError, match="others have"):  # the anchor of the Samsung
        convert(mat, tmp_path / "out")
    for camera in "ab":
        picture = folders[2 + (camera == "b")] / "jpg" / f"{ANCHOR[camera]}.jpg"
        Image.new("RGB", (2 * SIZE, 2 * SIZE)).save(picture)
    pair = convert(mat, tmp_path / "out")
    assert ids(pair.scenes.a) == stems("a")[1:]
    assert {record.srgb for record in pair.scenes.b} == {"file"}
    picture.write_bytes(b"no picture")
    assert f"{picture} cannot be opened as a picture" in faults(Raw2Raw.survey(mat))


def test_an_interrupted_preparation_continues_to_the_same(dng, tmp_path, monkeypatch):
    convert(dng, tmp_path / "straight")
    names: list[str] = []

    def cut_off(*arguments):
        names.append(arguments[0])
        if len(names) == 7:
            raise KeyboardInterrupt
        return read_shot(*arguments)

    # With more, a row that another thread has read ahead of the interrupted one would be lost.
    monkeypatch.setattr("benchmark.data.ahead.cores", lambda: 1)
    monkeypatch.setattr(raw2raw, "read_shot", cut_off)
    with pytest.raises(KeyboardInterrupt):
        convert(dng, tmp_path / "out")
    with pytest.raises(BenchError, match="not a prepared folder"):
        opened(tmp_path / "out").check()
    with pytest.raises(BenchError, match="other options"):
        convert(dng, tmp_path / "out", validation="0.5")
    convert(dng, tmp_path / "out")
    assert len(names) == 7 + 34 - 6, "none of the first six was read again"
    assert opened(tmp_path / "out").fingerprint() == opened(tmp_path / "straight").fingerprint()
    done = len(names)
    convert(dng, tmp_path / "out")
    assert len(names) == done, "complete already"


def test_broken_files_are_all_named_and_repairs_continue(dng, mat, tmp_path):
    broken = dng / "unpaired" / PHONES["b"] / "dng" / f"{unpaired_stems('b')[0]}.dng"
    broken.write_bytes(broken.read_bytes()[:-3000])
    (dng / "paired" / PHONES["a"] / "mapping" / f"{stems('a')[1]}.mat").unlink()
    with pytest.raises(BenchError, match="2 faults") as caught:
        convert(dng, tmp_path / "out")
    assert broken.name in str(caught.value)
    assert f"{stems('a')[1]}.DNG has no mapping matrix" in str(caught.value)
    broken.unlink()
    (dng / "paired" / PHONES["a"] / "dng" / f"{stems('a')[1]}.DNG").unlink()
    pair = convert(dng, tmp_path / "out")
    assert len(pair.train["b"]) == len(unpaired_stems("b")) - 1
    (mat / "paired" / PHONES["b"] / "raw-rggb" / f"{stems('a')[1]}_A.mat").write_bytes(b"no")
    with pytest.raises(BenchError, match="damaged or not a MATLAB 5 file"):
        convert(mat, tmp_path / "out2")


def faults(findings):
    return " ".join(finding for finding in findings if isinstance(finding, Fault))


def test_survey_counts_and_finds(dng, mat, simulated_scenes):
    for source in (dng, mat):
        findings = Raw2Raw.survey(source)
        assert not faults(findings)
        text = "\n".join(findings)
        assert "unpaired iphone-x: 5 pictures (published: 196)" in text
        assert "paired, anchors: 2 pairs (1 _A, 1 _B) (published: 22)" in text
        assert "2021-06-03_22-03-52_A" in text, "an anchor of the list that is not there"
    folder = dng / "unpaired" / PHONES["a"] / "dng"
    first, second = (folder / f"{stem}.DNG" for stem in unpaired_stems("a")[:2])
    (folder / "2021-06-09_10-00-00.dng").write_bytes(first.read_bytes())  # a copy
    (folder / f"{unpaired_stems('a')[3]}.dng").write_bytes(second.read_bytes())  # stem twice
    second.write_bytes(second.read_bytes()[:15000])
    found = faults(Raw2Raw.survey(dng))
    assert f"The same picture: {first}, {folder / '2021-06-09_10-00-00.dng'}" in found
    assert f"has '{unpaired_stems('a')[3]}' twice" in found
    assert f"{second} is cut short" in found
    assert found.count(str(second)) == 1


def test_odd_sizes_and_levels_are_found(dng, tmp_path, simulated_scenes):
    raw = np.pad(counts(simulated_scenes, "train", "b", 0), ((0, 0), (0, 4), (0, 0)))
    add_dng(dng / "unpaired", "b", "2021-06-05_10-00-00", raw)
    swapped = dng / "unpaired" / PHONES["b"] / "dng" / f"{unpaired_stems('b')[1]}.dng"
    write_dng(swapped, np.ones((2 * SIZE, 2 * SIZE), np.uint16), "RGGB", 0, 4095)
    found = faults(Raw2Raw.survey(dng))
    assert "2021-06-05_10-00-00.dng has 36 x 32 packed pixels" in found
    assert f"{swapped}: the file says RGGB and levels 0 to 4095" in found
    with pytest.raises(BenchError, match="36 x 32"):
        convert(dng, tmp_path / "out")


def test_copies_of_test_pictures_are_left_out(dng, tmp_path):
    unpaired = dng / "unpaired" / PHONES["b"]
    taken = dng / "paired" / PHONES["b"] / "dng" / f"{stems('b')[1]}.dng"
    copy = unpaired / "dng" / "2021-07-01_10-00-00.dng"
    copy.write_bytes(taken.read_bytes())
    anchor = dng / "paired" / PHONES["a"] / "dng" / f"{ANCHOR['a']}.DNG"
    anchor.write_bytes((dng / "paired" / PHONES["a"] / "dng" / f"{ALONE}.DNG").read_bytes())
    pair = convert(dng, tmp_path / "out")
    assert copy.stem not in ids(pair.train["b"])
    assert ids(pair.anchors.a) == ids(pair.anchors.b) == [ANCHOR["b"] + "_B"]
    notes = json.loads((tmp_path / "out" / "dataset.json").read_text())["notes"]
    left = [note for note in notes if note.startswith("left out of training")]
    assert [copy.name in left[1], anchor.name in left[0], len(left)] == [True, True, 2]
    assert f"The same picture: {copy}, {taken}." in faults(Raw2Raw.survey(dng))


def test_a_full_disk_and_a_folder_in_use_are_refused(dng, tmp_path, monkeypatch):
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "thesis.doc").touch()
    with pytest.raises(BenchError, match="not an empty folder"):
        convert(dng, tmp_path / "used")
    usage = type("Usage", (), {"free": 1000})
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage)
    with pytest.raises(BenchError, match=r"to be written; 1\.0 kB are free"):
        convert(dng, tmp_path / "out")
    with pytest.raises(BenchError, match="not a download of raw2raw"):
        convert(tmp_path / "used", tmp_path / "out2")
    with pytest.raises(BenchError, match="Did you mean 'limit'"):
        convert(dng, tmp_path / "out3", limits="3")


def test_a_damaged_folder_is_refused(dng, tmp_path):
    convert(dng, tmp_path / "out")
    opened(tmp_path / "out").check()
    (tmp_path / "out" / "scenes-b" / "000001.srgb.npy").unlink()
    with pytest.raises(BenchError, match=r"scenes-b/000001.srgb.npy is missing"):
        opened(tmp_path / "out").check()
    with pytest.raises(BenchError, match="needs its prepared folder"):
        opened("").check()
