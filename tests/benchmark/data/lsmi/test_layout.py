from pathlib import Path

import pytest

from benchmark.data.lsmi.layout import natural, pairs_table, read_camera, read_pairs, same_names
from benchmark.errors import BenchError

CAMERAS = ("sony", "galaxy")


@pytest.fixture
def root(tmp_path) -> Path:
    """Empty files: nothing is opened here."""
    for name in (
        "sony/Place2/Place2_1.ARW", "sony/Place2/Place2_12.ARW", "sony/Place2/Place2_12.tiff",
        "sony/Place10/Place10_123.arw", "sony/Place10/Place10_123.dng",
        "sony/Place10/Place10_2.tiff", "sony/Place10/Place10_12_gt.tiff",
        "sony/Place10/Place9_1.arw", "sony/Place10/Place10_12.npy", "sony/Place11/notes.txt",
        "galaxy/Place2/Place2_12.dng", "galaxy/Place10/Place10_12.tiff",
    ):  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
        if name.endswith(("ARW", "dng")):
            (tmp_path / name).with_suffix(".jpg").touch()
    return tmp_path


def both(root: Path):
    a, b = (read_camera(root, camera).shots for camera in CAMERAS)
    return a, b


def test_shots_and_findings(root):
    sony = read_camera(root, "sony")
    assert list(sony.shots) == ["Place2_1", "Place2_12", "Place10_123"]
    assert sony.shots["Place2_12"].raw.name == "Place2_12.ARW"  # before the TIFF made of it
    assert sony.shots["Place2_12"].levels is None
    assert sony.shots["Place10_123"].lights == "123"
    findings = "\n".join(sony.findings)
    assert "Place10_123.arw is used, not Place10_123.dng" in findings
    assert "Place9_1 names another place than its folder" in findings
    assert "Place11 has no picture" in findings
    levels = read_camera(root, "galaxy").shots["Place10_12"].levels
    assert levels is not None
    assert (levels.cfa, levels.black, levels.white) == ("RGB", 0, 1023)


def test_natural_order():
    assert sorted(["Place10", "Place2", "Place1"], key=natural) == ["Place1", "Place2", "Place10"]


def test_same_names(root):
    (pair,) = same_names(*both(root))
    assert (pair.id, pair.a.camera, pair.b.camera) == ("Place2_12", "sony", "galaxy")


@pytest.mark.parametrize("header", ["id,sony_path,galaxy_path", "galaxy,id,comment,sony"])
def test_pair_list(root, header):
    cells = {
        "id": "one, or so", "sony_path": "a/Place2_1.ARW", "galaxy_path": "Place10_12",
        "comment": "no",
    }  # fmt: skip
    cells |= {"sony": cells["sony_path"], "galaxy": cells["galaxy_path"]}
    line = ",".join(f'"{cells[column]}"' for column in header.split(","))
    (root / "pairs.csv").write_text(f"{header}\n{line}\n")
    (pair,) = read_pairs(root / "pairs.csv", CAMERAS, both(root))
    assert (pair.id, pair.a.stem, pair.b.stem) == ("one, or so", "Place2_1", "Place10_12")
    (root / "again.csv").write_text(pairs_table([pair], CAMERAS, root))
    assert read_pairs(root / "again.csv", CAMERAS, both(root)) == [pair]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "must have the columns id, sony_path and galaxy_path.*has nothing"),
        ("id,sony\n1,Place2_1\n", "has id, sony"),
        ("id,sony,galaxy\n1,Place2_1,Place9_1\n", "line 2: galaxy has no picture 'Place9_1'"),
        ("id,sony,galaxy\n1,Place2_1\n", "line 2: galaxy has no picture ''"),
        ("id,sony,galaxy\n,Place2_1,Place2_12\n", "line 2: the id is missing"),
        (
            "id,sony,galaxy\n1,Place2_1,Place2_12\n2,Place2_1,Place10_12\n",
            "line 3: sony Place2_1 was in a line before",
        ),
        ("id,sony,galaxy\n1,Place2_1,Place2_12\n1,Place2_12,Place10_12\n", "id 1 was in a line"),
    ],
)
def test_wrong_pair_lists(root, text, what):
    (root / "pairs.csv").write_text(text)
    with pytest.raises(BenchError, match=what):
        read_pairs(root / "pairs.csv", CAMERAS, both(root))


def test_no_download(tmp_path):
    with pytest.raises(BenchError, match="not an LSMI download: it has none of the folders galaxy"):
        read_camera(tmp_path, "sony")
    (tmp_path / "sony").mkdir()
    with pytest.raises(BenchError, match="sony has no picture of the form PlaceN"):
        read_camera(tmp_path, "sony")
