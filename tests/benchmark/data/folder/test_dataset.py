from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmark.cameras import CAMERAS
from benchmark.config import build
from benchmark.data.folder.dataset import Folder
from benchmark.errors import BenchError
from tests.benchmark.data.files.dng import XTRANS, write_dng
from tests.benchmark.data.folder.two_cameras import (
    PAIRED,
    QUIET,
    UNPAIRED,
    add,
    fails,
    ids,
    mosaic,
    prepare,
    source,
    write_folder,
)


@pytest.fixture
def root(tmp_path) -> Path:
    return write_folder(tmp_path / "pictures")


def test_a_whole_folder(root, tmp_path):
    data = source(root)
    data.check()
    assert data.cameras() == ("iphone", "samsung")
    pair = data.prepare(tmp_path / "out", QUIET)
    assert (pair.camera_a, pair.camera_b) == ("iphone", "samsung")
    assert {camera: sorted(ids(images)) for camera, images in pair.train.items()} == {
        "a": UNPAIRED["iphone"], "b": UNPAIRED["samsung"],
    }  # fmt: skip
    assert not pair.validation
    assert data.parts() == {"scenes"}
    assert source(root, ",validation=0.1").parts() == {"scenes", "validation"}
    assert pair.anchors is None and pair.aligned is None
    assert pair.scenes is not None
    assert ids(pair.scenes.a) == ids(pair.scenes.b) == list(PAIRED)
    table = (tmp_path / "out" / "pairs_used.csv").read_text()
    assert table == "a,b,role\ns0.dng,s0.dng,scene\ns1.dng,s1.dng,scene\n"


def test_validation_part_depends_on_the_names_alone(root, tmp_path):
    tenth = prepare(root, tmp_path / "one", ",validation=0.1")
    assert [len(tenth.validation[camera]) for camera in CAMERAS] == [1, 1], "at least one"
    assert sorted(ids(tenth.train["a"]) + ids(tenth.validation["a"])) == UNPAIRED["iphone"]
    half = prepare(root, tmp_path / "two", ",validation=0.5")
    assert len(half.validation["a"]) == len(half.train["a"]) == 6
    assert set(ids(tenth.validation["a"])) <= set(ids(half.validation["a"]))


def test_argument():
    assert Folder.parse_argument("/data/a,b,camera_a=x,validation=0.2") == {
        "path": str(Path("/data/a,b").absolute()),
        "camera_a": "x",
        "validation": "0.2",
    }
    assert build(Folder.Config, {"validation": "0.2"}, "folder").validation == 0.2
    with pytest.raises(BenchError, match="needs a path"):
        Folder().check()
    with pytest.raises(BenchError, match="Did you mean 'camera_b'"):
        source(Path(), ",camera_bb=x")


def test_tiff_and_png_with_levels(root, tmp_path):
    phone = root / "iphone"
    for raw in list(phone.glob("*.dng")):
        stem = raw.stem
        raw.unlink()
        Image.fromarray(mosaic("iphone", stem)).save(phone / f"{stem}.png")
    fails(root, "holds no raw file .*Its 14 TIFF or PNG count as raw files only with a levels.yaml")
    (phone / "levels.yaml").write_text("cfa: RGGB\nblack: 528\nwhite: 4095\n")
    source(root).check()
    before = source(root).fingerprint()
    pair = prepare(root, tmp_path / "out")
    assert pair.train["a"][0].range == 4095 - 528
    assert pair.train["a"][0].srgb == "file"  # from srgb/, not the raw PNG itself
    (phone / "levels.yaml").write_text("cfa: RGGB\nblack: 512\nwhite: 4095\n")
    assert source(root).fingerprint() != before


def test_fingerprint(root):
    before = source(root).fingerprint()
    assert source(root).fingerprint() == before
    moved = root.rename(root.with_name("moved"))
    assert source(moved).fingerprint() == before
    assert source(moved, ",validation=0.2").fingerprint() != before
    assert source(moved, ",camera_a=samsung").fingerprint() != before
    add(moved, "iphone", "i00", orientation=3)
    changed = source(moved).fingerprint()
    assert changed != before
    (moved / "notes.txt").write_text("not a picture")
    assert source(moved).fingerprint() == changed
    (moved / "pairs.csv").write_text("a,b\ns0,s0\n")
    assert source(moved).fingerprint() != changed


def test_all_broken_files_are_named(root, tmp_path):
    for name in ("iphone/i00.dng", "iphone/i05.dng"):
        data = (root / name).read_bytes()
        (root / name).write_bytes(data[: len(data) // 2])
    (root / "samsung" / "srgb" / "g1.png").write_bytes(b"no picture")
    text = fails(root, "3 faults")
    for name in ("i00.dng is cut short", "i05.dng is cut short", "g1.png cannot be opened"):
        assert name in text
    with pytest.raises(BenchError, match=r"3 faults.*i00.dng.*i05.dng.*g1.png"):
        prepare(root, tmp_path / "out")
    assert not (tmp_path / "out" / "pairs_used.csv").exists()


def test_too_small(root):
    write_dng(root / "iphone" / "i03.dng", np.zeros((40, 72), np.uint16))
    fails(root, r"i03.dng is too small: 20 x 36 packed pixels .* 32 x 32")


@pytest.mark.parametrize(("cfa", "what"), [(XTRANS, "X-Trans"), ("", "monochrome")])
def test_cameras_without_bayer_mosaic(root, cfa, what):
    for stem in (*PAIRED, *UNPAIRED["samsung"]):
        write_dng(root / "samsung" / f"{stem}.dng", np.zeros((72, 72), np.uint16), cfa)
    fails(root, f"samsung/s1.dng .* {what} sensor.* needs a 2 x 2 Bayer mosaic")


def test_linear_dng(root):
    write_dng(root / "samsung" / "g0.dng", np.zeros((72, 72, 3), np.uint16), "")
    with pytest.raises(BenchError, match=r"g0.dng has three colours in every pixel"):
        prepare(root, root.parent / "out")


def test_too_few_unpaired_pictures(root):
    for stem in UNPAIRED["samsung"][1:]:
        (root / "samsung" / f"{stem}.dng").unlink()
    source(root).check()
    fails(root, r"1 picture of camera B .samsung. .*; at least 2 .* validation", ",validation=0.1")
    (root / "samsung" / f"{UNPAIRED['samsung'][0]}.dng").unlink()
    fails(root, r"No picture of camera B .samsung. is outside the pairs; at least 1 is needed")


def test_aligned_pairs_of_unequal_size(root):
    write_dng(root / "samsung" / "s0.dng", mosaic("samsung", "s0", 64, 76), "GRBG")
    (root / "pairs.csv").write_text("a,b,role\ns0,s0,aligned\ns1,s1,scene\n")
    fails(root, r"s0.dng \(32 x 36\) and .*s0.dng \(32 x 38\) .*alike pixel by pixel")


def test_a_place_that_cannot_be_written(root, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(BenchError, match=r"out cannot be written: Not a directory.*--store"):
        prepare(root, tmp_path / "file" / "out")


def test_a_full_disk(root, tmp_path, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("benchmark.data.images.save_array", full)
    with pytest.raises(BenchError, match="cannot be written: No space left on device"):
        prepare(root, tmp_path / "out")
