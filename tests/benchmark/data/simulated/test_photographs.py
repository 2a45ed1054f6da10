import os
import shutil

import pytest
from PIL import Image

from benchmark.data.findings import Fault
from benchmark.data.simulated.photographs import PhotographFolder
from benchmark.errors import BenchError
from benchmark.progress import Progress
from tests.benchmark.data.files.dng import write_dng
from tests.benchmark.data.files.mosaics import noise
from tests.benchmark.data.simulated.photographs import album

PURPOSES = ("training of camera A", "training of camera B", "tests")
LEAST = (64, 64)


def opened(folder, purposes=PURPOSES, least=LEAST):
    return PhotographFolder(folder, purposes, least)


def names(files):
    return {file.path.name for file in files}


def test_every_photograph_has_one_purpose(tmp_path):
    photographs = opened(album(tmp_path, 8))
    dealt = [names(photographs.dealt(purpose)) for purpose in PURPOSES]
    assert sorted(map(len, dealt)) == [2, 3, 3]
    assert len(set.union(*dealt)) == 8


def test_names_and_places_do_not_matter(tmp_path):
    first = opened(album(tmp_path / "one", 7))
    moved = album(tmp_path / "two" / "deep" / "er", 7)
    for number, file in enumerate(sorted(moved.iterdir())):
        file.rename(moved / f"z{-number}.PNG")
    second = opened(tmp_path / "two")
    for purpose in PURPOSES:
        contents = [[f.content for f in p.dealt(purpose)] for p in (first, second)]
        assert contents[0] == contents[1]


def test_other_files_and_hidden_ones_are_no_photographs(tmp_path):
    folder = album(tmp_path, 3)
    (folder / "LICENSE").write_text("free")
    (folder / ".thumbs").mkdir()
    shutil.copy(folder / "00.png", folder / ".thumbs" / "00.png")
    shutil.copy(folder / "00.png", folder / "._00.png")
    assert names(opened(folder).files) == {"00.png", "01.png", "02.png"}


def test_a_copy_is_left_out_and_named(tmp_path):
    folder = album(tmp_path, 4)
    shutil.copy(folder / "02.png", folder / "again.png")
    photographs = opened(folder)
    assert len(photographs.files) == 4
    findings = photographs.survey(Progress(quiet=True))
    assert findings[0] == (
        "4 photographs, for training of camera A: 2; training of camera B: 1; tests: 1"
    )
    assert findings[1].endswith(f"again.png is a copy of {folder / '02.png'} and is left out.")
    assert len(findings) == 2


def test_a_raw_and_its_jpeg_are_one_photograph(tmp_path):
    folder = album(tmp_path, 4)
    write_dng(folder / "00.dng", noise(128, 160))
    with Image.open(folder / "01.png") as picture:
        picture.save(folder / "01.JPG")
    (folder / "deep").mkdir()
    shutil.copy(folder / "02.png", folder / "deep" / "03.png")  # a copy, found by its content
    photographs = opened(folder)
    assert names(photographs.files) == {"00.dng", "01.png", "02.png", "03.png"}
    left = [line for line in photographs.survey(Progress(quiet=True)) if "left out" in line]
    assert len(left) == 3
    assert f"{folder / '00.png'} is left out, as 00.dng has its name." in left
    assert f"{folder / '01.JPG'} is left out, as 01.png has its name." in left


def test_too_few(tmp_path):
    folder = album(tmp_path, 2)
    with pytest.raises(
        BenchError, match=r"holds 2 photographs \(JPEG.*at least 3 are needed.*tests"
    ):
        opened(folder).check()
    shutil.copy(folder / "01.png", folder / "again.png")
    with pytest.raises(BenchError, match="holds 2 photographs that differ"):
        opened(folder).check()
    with pytest.raises(BenchError, match="nothing: there is no such folder"):
        opened(tmp_path / "nothing")


def test_all_that_cannot_be_used_are_named_at_once(tmp_path):
    folder = album(tmp_path, 4)
    album(tmp_path / "small", 1, 40, 300)
    (folder / "text.jpg").write_text("not a picture")
    with pytest.raises(BenchError) as caught:
        opened(folder).check()
    message = str(caught.value)
    assert "2 faults" in message
    assert "need 64 x 64 pixels (rows x columns): small/00.png (40 x 300). Take" in message
    assert "text.jpg cannot be opened as a picture" in message


def test_what_only_decoding_shows_is_found_by_a_survey(tmp_path):
    folder = album(tmp_path, 4)
    data = (folder / "03.png").read_bytes()
    (folder / "03.png").write_bytes(data[: len(data) // 2])
    photographs = opened(folder)
    photographs.check()
    faults = [f for f in photographs.survey(Progress(quiet=True)) if isinstance(f, Fault)]
    assert len(faults) == 1
    assert "03.png cannot be decoded as a picture" in faults[0]


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="needs links")
def test_a_link_to_nowhere(tmp_path):
    folder = album(tmp_path, 3)
    (folder / "lost.jpg").symlink_to(folder / "gone.jpg")
    with pytest.raises(BenchError, match=r"lost\.jpg is a link to .*gone\.jpg, which is not there"):
        opened(folder).check()
