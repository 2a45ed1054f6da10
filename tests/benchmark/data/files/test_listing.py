"""Names that mean the same picture, and things that are not picture files."""

import os
import unicodedata

import pytest

from benchmark.data.files.listing import by_stem, doubles, matches, meant, plain_name
from benchmark.errors import BenchError

NFC, NFD = (unicodedata.normalize(form, "Café Ångström") for form in ("NFC", "NFD"))


def test_names_compare_in_one_form():
    assert NFC != NFD
    assert plain_name(NFD) == plain_name(f" {NFC}  ") == NFC
    assert plain_name("😀 a") == "😀 a"


@pytest.mark.parametrize(
    ("names", "others", "found"),
    [
        ("a b", "b a", {"a": "a", "b": "b"}),
        ("DSC_1", "dsc_1", {"DSC_1": "dsc_1"}),
        ("DSC_1 dsc_1", "dsc_1", {"dsc_1": "dsc_1"}),
        ("DSC_1 dsc_1", "dsc_1 DSC_1", {"DSC_1": "DSC_1", "dsc_1": "dsc_1"}),
        ("Ab aB", "AB", {}),
        ("Ab", "AB ab", {}),
        ("straße", "STRASSE", {"straße": "STRASSE"}),
        ("a", "b", {}),
    ],
)
def test_equal_names_go_together_else_those_equal_but_for_capitals(names, others, found):
    assert matches(names.split(), others.split()) == found


def test_what_a_text_means():
    assert meant(f" {NFD} ", ["x", NFC], "no") == NFC
    assert meant("S0.dng", ["s0.DNG", "s1.DNG"], "no") == "s0.DNG"
    with pytest.raises(
        BenchError, match=r"camera B has no raw file 'scene9'\. Did you mean 'scene0'"
    ):
        meant("scene9", ["scene0"], "camera B has no raw file")


def test_places_kinds_and_stems(tmp_path):
    for name in ("b.DNG", "a .dng", "JPG/c.dng", "other/d.dng", ".e.dng", "f.txt", f"{NFD}.nef"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    faults: list[str] = []
    found = by_stem(tmp_path, [".", "jpg", "srgb"], {".dng", ".nef"}, faults)
    assert list(found) == [NFC, "a", "b", "c"]
    assert faults == []


def _dangling(file):
    file.symlink_to("/nowhere/annex/x")
    return f"{file} is a link to /nowhere/annex/x, which is not there"


def _loop(file):
    file.symlink_to(file)
    return "cannot be read"


def _folder(file):
    file.mkdir()
    return f"{file} is a folder with the name of a picture"


def _pipe(file):
    os.mkfifo(file)
    return "a device or a pipe"


@pytest.mark.parametrize("make", [_dangling, _loop, _folder, _pipe])
def test_what_cannot_be_a_picture_is_named(tmp_path, make):
    (tmp_path / "a.dng").touch()
    fault = make(tmp_path / "b.dng")
    faults: list[str] = []
    assert list(by_stem(tmp_path, ["."], {".dng"}, faults)) == ["a"]
    assert len(faults) == 1
    assert fault in faults[0]
    assert by_stem(tmp_path, ["."], {".nef"}, []) == {}, "not if it has another kind of name"


@pytest.mark.parametrize("name", [b"caf\xe9.dng", b"x.dng "])
def test_names_that_other_programs_would_not_find(tmp_path, name):
    try:
        (tmp_path / os.fsdecode(name)).touch()
    except OSError:
        pytest.skip("this file system has no such names")
    faults: list[str] = []
    assert by_stem(tmp_path, ["."], {".dng"}, faults) == {}
    assert "Rename it" in faults[0]
    faults[0].encode()


def test_a_place_that_is_a_link_to_nowhere(tmp_path):
    (tmp_path / "srgb").symlink_to("/nowhere/srgb")
    faults: list[str] = []
    by_stem(tmp_path, ["srgb"], {".png"}, faults)
    assert "srgb is a link to /nowhere/srgb, which is not there" in faults[0]


def test_files_for_one_picture(tmp_path):
    fault = doubles("cam", tmp_path, "x", [tmp_path / "x.dng", tmp_path / "raw" / "x.nef"])
    assert fault == "cam has 2 files called 'x' (x.dng, raw/x.nef); leave one."
    fault = doubles("cam", tmp_path, NFC, [tmp_path / f"{form}.dng" for form in (NFC, NFD)])
    assert "look the same" in fault
    assert r"Caf\xe9" in fault
    assert r"Cafe\u0301" in fault
