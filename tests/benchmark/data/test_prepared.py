"""A data set of one file: what it says of its download is all that it takes."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from benchmark.data.images import ImageRecord, Picture
from benchmark.data.prepared import Preparation, PreparedSource
from benchmark.data.prepared_folder import read_manifest
from benchmark.errors import BenchError
from benchmark.progress import Progress
from benchmark.registry import MethodInfo

QUIET = Progress(quiet=True)


@dataclass(frozen=True)
class TinyOptions:
    limit: int = 9


class Tiny(PreparedSource):
    """Pictures are text files that hold one number."""

    info: ClassVar[MethodInfo] = MethodInfo(name="tiny")
    Options: ClassVar[type] = TinyOptions
    license: ClassVar[str] = "none"

    @classmethod
    def plan(cls, source, options, progress):
        files = sorted(file for file in source.glob("*/*.txt") if int(file.stem) <= options.limit)
        sets: dict[str, dict[str, Path]] = {}
        for file in files:
            sets.setdefault(file.parent.name, {})[file.stem] = file
        return Preparation(
            root=source, cameras=("one", "two"), sets=sets, read=_read, size=1000,
            pairs_used="a,b\n", notes=["a note"], facts={"files": len(files)},
        )  # fmt: skip


def _read(name: str, file: Path) -> Picture:
    if not file.read_text().isdigit():
        raise BenchError(f"{file} holds no number.")
    raw = np.full((4, 3, 3), int(file.read_text()), np.uint16)
    parent = f"{file.parent.name}/{file.name}"
    return Picture(ImageRecord(name, 3, 3, 100, source=parent, notes=("made",)), raw)


@pytest.fixture
def download(tmp_path):
    for i, name in enumerate(
        ("scenes-a/0", "scenes-b/0", "train-a/1", "train-a/2", "train-b/3", "validation-a/4",
         "validation-b/5")
    ):  # fmt: skip
        file = tmp_path / "download" / f"{name}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(str(i))
    return tmp_path / "download"


def convert(download, dest, **options):
    Tiny.convert(download, dest, options, QUIET)
    return Tiny(Tiny.Config(path=str(dest)))


def test_a_new_data_set_is_prepared_checked_and_opened(download, tmp_path):
    source = convert(download, tmp_path / "out")
    source.check()
    assert source.cameras() == ("one", "two")
    assert source.parts() == {"scenes", "validation"}
    pair = source.prepare(tmp_path, QUIET)
    assert [record.id for record in pair.train["a"]] == ["1", "2"]
    assert (tmp_path / "out" / "pairs_used.csv").read_text() == "a,b\n"
    manifest = read_manifest(tmp_path / "out")
    assert manifest is not None
    notes = manifest.notes
    assert notes[0] == "a note"
    assert "one: sRGB not there: only for raw-to-raw" in notes
    assert "one: 4 pictures: made" in notes


def test_pictures_for_validation_are_read_where_there_are_some(download, tmp_path):
    pair = convert(download, tmp_path / "with").prepare(tmp_path, QUIET)
    assert [[r.id for r in pair.validation[camera]] for camera in "ab"] == [["4"], ["5"]]
    for camera in "ab":
        shutil.rmtree(download / f"validation-{camera}")
    source = convert(download, tmp_path / "without")
    assert source.parts() == {"scenes"}
    assert not source.prepare(tmp_path, QUIET).validation


def test_copies_are_left_out_and_named_in_the_notes(download, tmp_path):
    before = convert(download, tmp_path / "before")
    (download / "train-a" / "2.txt").write_text("1")  # as scenes-b/0
    after = convert(download, tmp_path / "after")
    start = "left out of training: train-a/2.txt is the same picture as the test picture"
    assert any(note.startswith(start) for note in after.manifest().notes)
    assert after.manifest().counts["train-a"] == 1
    assert after.fingerprint() != before.fingerprint()
    after.check()


def test_broken_files_options_and_a_second_time(download, tmp_path):
    (download / "train-a" / "2.txt").write_text("x")
    with pytest.raises(BenchError, match=r"train-a/2.txt holds no number"):
        convert(download, tmp_path / "out")
    (download / "train-a" / "2.txt").write_text("8")
    convert(download, tmp_path / "out").check()
    convert(download, tmp_path / "out").check()
    with pytest.raises(BenchError, match="with other options"):
        convert(download, tmp_path / "out", limit="7")
    with pytest.raises(BenchError, match="Did you mean 'limit'"):
        convert(download, tmp_path / "out", limits="7")
