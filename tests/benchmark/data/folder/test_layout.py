import shutil
import unicodedata
from pathlib import Path

import pytest
from PIL import Image

from tests.benchmark.data.folder.two_cameras import (
    UNPAIRED,
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
    assert pair.scenes and pair.anchors and pair.aligned
    assert ids(pair.scenes.a) == ids(pair.scenes.b) == ["s0", "i01"]  # the id of A is the scene
    assert pair.scenes.b[0].source == "samsung/s1.dng"
    assert ids(pair.anchors.a) == ["i00"] and pair.anchors.a[0].srgb is None
    assert pair.aligned.b[0].source == "samsung/g1.dng"
    assert sorted(ids(pair.train["b"])) == ["g2", "g3", "g4", "s0"]
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
    (phone / "rgb" / "i00.png").rename(phone / "raw" / "i00.png")  # next to the raw file
    (root / "samsung" / "._s0.dng").write_text("written by a Mac")
    source(root).check()
    pair = prepare(root, tmp_path / "out")
    assert pair.scenes is not None
    assert pair.scenes.a[0].source == "iphone/raw/s0.DNG"
    assert len(pair.train["a"]) == len(UNPAIRED["iphone"])


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
        ("a,b\ns0,s0\ns1,s0\n", "'s0' of camera B is in two lines of the same role"),
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


FORMS = ("NFC", "NFD")
CAFE = "Café 😀"


def rename(root, camera, old, new):
    (root / camera / f"{old}.dng").rename(root / camera / f"{new}.dng")
    (root / camera / "srgb" / f"{old}.png").rename(root / camera / "srgb" / f"{new}.png")


@pytest.mark.parametrize("other", ["NFC", "NFD", "upper", "space"])
def test_names_from_different_systems_pair(root, tmp_path, other):
    forms = {"upper": CAFE.upper(), "space": f"{CAFE} "}
    rename(root, "iphone", "s0", unicodedata.normalize("NFC", CAFE))
    rename(root, "samsung", "s0", forms.get(other) or unicodedata.normalize(other, CAFE))
    source(root).check()
    pair = prepare(root, tmp_path / "out")
    assert pair.scenes is not None
    assert ids(pair.scenes.a) == ids(pair.scenes.b) == [CAFE, "s1"]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("written", FORMS)
def test_a_table_names_files_of_either_form(root, form, written):
    rename(root, "iphone", "s0", unicodedata.normalize(form, CAFE))
    name = unicodedata.normalize(written, CAFE)
    (root / "pairs.csv").write_text(f"a,b,role\n{name},s0,scene\n{name}.dng,s1,aligned\n", "utf-8")
    source(root).check()
    assert source(root).parts() == {"scenes", "aligned"}


@pytest.mark.parametrize("form", FORMS)
def test_srgb_of_another_form_or_other_capitals(root, tmp_path, form):
    rename(root, "iphone", "s0", unicodedata.normalize(form, CAFE))
    for old in (root / "iphone" / "srgb").iterdir():
        name = unicodedata.normalize("NFC", old.stem).upper()
        old.rename(old.with_name(f"{name}.PNG"))
    pair = prepare(root, tmp_path / "out")
    assert pair.scenes is not None
    assert {record.srgb for record in pair.scenes.a} == {"file"}


def test_the_form_of_names_does_not_change_the_data(root):
    rename(root, "iphone", "s0", unicodedata.normalize("NFC", CAFE))
    before = source(root).fingerprint()
    rename(root, "iphone", unicodedata.normalize("NFC", CAFE), unicodedata.normalize("NFD", CAFE))
    assert source(root).fingerprint() == before


def test_two_files_whose_names_look_the_same(root):
    for form in FORMS:
        shutil.copy(root / "iphone" / "i00.dng", root / "iphone" / f"{_form(form)}.dng")
    text = fails(root, "names look the same, 'Café 😀'")
    assert r"Caf\xe9" in text
    assert r"Cafe\u0301" in text


def _form(form):
    return unicodedata.normalize(form, CAFE)


def test_camera_folders_of_either_form(root):
    (root / "iphone").rename(root / _form("NFD"))
    assert source(root).cameras() == (_form("NFC"), "samsung")
    assert source(root, f",camera_b={_form('NFC')}").cameras() == ("samsung", _form("NFC"))
    (root / _form("NFC")).mkdir()
    fails(root, "camera folders whose names look the same")


def test_camera_names_are_kept_as_they_are(root):
    (root / "samsung").rename(root / "X|raw *b*")
    assert source(root).cameras() == ("X|raw *b*", "iphone")


@pytest.mark.parametrize(
    "name", ["iphone/i00.dng", "iphone/srgb/i00.png", "iphone/levels.yaml", "pairs.csv"]
)
def test_links_to_nowhere_are_named(root, name):
    (root / name).unlink(missing_ok=True)
    (root / name).symlink_to("/nowhere/annex/key")
    text = fails(root, f"{name} is a link to /nowhere/annex/key, which is not there")
    assert "1 picture" not in text


def test_a_camera_folder_that_is_a_link_to_nowhere(root):
    shutil.rmtree(root / "iphone")
    (root / "iphone").symlink_to("/nowhere/iphone")
    fails(root, "holds 1 camera folders .*iphone is a link to /nowhere/iphone, which is not there")


def test_raw_files_that_need_levels_say_which(root):
    for file in (root / "iphone").glob("*.dng"):
        file.rename(file.with_suffix(".tif"))
    text = fails(root, "iphone holds no raw file.*14 TIFF or PNG count as raw files only with")
    assert "'cfa: RGGB', 'black: 528' and 'white: 4095'" in text
