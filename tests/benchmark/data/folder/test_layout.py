import shutil
from pathlib import Path

import pytest
from PIL import Image

from tests.benchmark.data.folder.two_cameras import (
    add,
    fails,
    ids,
    prepare,
    source,
    srgb,
    write_folder,
)


@pytest.fixture
def root(tmp_path) -> Path:
    return write_folder(tmp_path / "pictures")


def test_table_of_pairs(root, tmp_path):
    (root / "pairs.csv").write_text(
        "a,b,role\ns0,s1.dng,\n\ni00.dng , g0,anchor\ni01,g1, aligned\ni01,g1,scene\n"
    )
    for stem in ("g3", "g4"):
        add(root, "samsung", stem)
    source(root).check()
    pair = prepare(root, tmp_path / "out")
    assert ids(pair.scenes.a) == ids(pair.scenes.b) == ["s0", "i01"]  # the id of A is the scene
    assert pair.scenes.b[0].source == "samsung/s1.dng"
    assert ids(pair.anchors.a) == ["i00"] and pair.anchors.a[0].srgb is None
    assert pair.aligned.b[0].source == "samsung/g1.dng"
    left = ids(pair.train["b"]) + ids(pair.validation["b"])
    assert sorted(left) == ["g2", "g3", "g4", "s0"]
    table = (tmp_path / "out" / "pairs_used.csv").read_text().splitlines()
    assert table[1:3] == ["s0.dng,s1.dng,scene", "i00.dng,g0.dng,anchor"]


def test_cameras_by_name(root):
    assert source(root, ",camera_a=samsung").cameras() == ("samsung", "iphone")
    shutil.copytree(root / "iphone", root / "pixel")
    assert source(root, ",camera_a=pixel,camera_b=samsung").cameras() == ("pixel", "samsung")
    fails(
        root, "3 camera folders .iphone, pixel, samsung.; two are needed. Choose", ",camera_a=pixel"
    )
    fails(root, "Did you mean 'pixel'", ",camera_a=pixl,camera_b=iphone")
    fails(root, "are both 'pixel'", ",camera_a=pixel,camera_b=pixel")


def test_other_places_of_files(root, tmp_path):
    phone = root / "iphone"
    (phone / "raw").mkdir()
    for raw in phone.glob("*.dng"):
        raw.rename(phone / "raw" / raw.with_suffix(".DNG").name)
    (phone / "srgb").rename(phone / "rgb")
    (phone / "rgb" / "i00.png").rename(phone / "raw" / "i00.png")  # beside the raw file
    (root / "samsung" / "._s0.dng").write_text("written by a Mac")
    source(root).check()
    pair = prepare(root, tmp_path / "out")
    assert pair.scenes.a[0].source == "iphone/raw/s0.DNG"
    assert len(pair.train["a"]) == 11


@pytest.mark.parametrize("name", ["nothing", "nothing/at/all"])
def test_no_such_folder(tmp_path, name):
    fails(tmp_path / name, "no such folder. Expected: PATH/<camera>/")


def test_folders_without_cameras_or_raws(tmp_path, root):
    fails(
        tmp_path / "pictures" / "iphone" / "srgb", "holds 0 camera folders .none.; two are needed"
    )
    for raw in (root / "iphone").glob("*.dng"):
        raw.unlink()
    fails(root, "iphone holds no raw file")


def test_duplicate_stems(root):
    shutil.copy(root / "iphone" / "i00.dng", root / "iphone" / "i00.nef")
    Image.fromarray(srgb("samsung", "g0")).save(root / "samsung" / "srgb" / "g0.jpg")
    text = fails(root, "2 faults")
    assert "iphone has 2 files called 'i00' (i00.dng, i00.nef)" in text
    assert "samsung has 2 files called 'g0' (srgb/g0.jpg, srgb/g0.png)" in text


@pytest.mark.parametrize(
    ("table", "what"),
    [
        ("a,b\ns0,s9.dng\n", r"line 2: camera B has no raw file 's9.dng'. Did you mean 's1.dng'"),
        ("a,b\ns0\n", "line 2: camera B has no raw file ''"),
        ("a,b,role\ns0,s0,test\n", "line 2: Unknown role 'test'.*aligned, anchor, scene"),
        ("a,b,rolle\ns0,s0,scene\n", "Unknown column 'rolle'.*Did you mean 'role'"),
        ("a;b\ns0;s0\n", "Unknown column 'a;b'"),
        ("a,role\ns0,scene\n", r"has the columns \['a', 'role'\]; it needs a and b"),
        ("", r"has the columns \[\]; it needs a and b"),
        ("a,b\ns0,s0\ns1,s0\n", "'s0' of camera B stands in two lines of the same role"),
        ("a,b,role\ns0,s0,anchor\ns0,s1,scene\n", "'s0' of camera A is an anchor"),
    ],
)
def test_bad_tables_of_pairs(root, table, what):
    (root / "pairs.csv").write_text(table)
    fails(root, what)


def test_every_bad_line_is_named(root):
    (root / "pairs.csv").write_text("a,b\nx,s0\ns0,s1\ns1,y\n")
    text = fails(root, "2 faults")
    assert "line 2: " in text and "line 4: " in text
