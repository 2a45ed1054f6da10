"""Data sets of photographs, through the command line's text; dead leaves are in test_dataset."""

import re
import shutil

import numpy as np
import pytest
from PIL import Image

from benchmark.data.images import ImageWriter
from benchmark.data.simulated.dataset import Simulated
from benchmark.errors import BenchError
from benchmark.progress import Progress
from benchmark.registry import DATASETS
from tests.benchmark.data.files.colour_dng import MATRIX, ColourTags, mosaic, write_colours
from tests.benchmark.data.simulated.photographs import album

SMALL = "size=32,unpaired=3,anchors=2,aligned=3,scenes=2"


@pytest.fixture(scope="module")
def photographs(tmp_path_factory):
    return album(tmp_path_factory.mktemp("album"), 9)


@pytest.fixture(scope="module")
def small(photographs, tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    return folder, prepared(folder, photographs)


def source(photographs, more="", name="simulated"):
    cls = DATASETS.get(name)
    return DATASETS.create(name, **cls.parse_argument(f"scenes={photographs},{SMALL}{more}"))


def prepared(folder, photographs, more="", name="simulated"):
    return source(photographs, more, name).prepare(folder, Progress(quiet=True))


def contents(folder):
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


def shown(images):
    """Which photographs some pictures show."""
    return {record.source.split(" simulated under ")[0] for record in images}


def angle_after_3x3(a, b):
    """Mean angle between colours of B and the best matrix of those of A, degrees."""
    x, y = (np.stack([r[0], (r[1] + r[2]) / 2, r[3]]).reshape(3, -1) for r in (a, b))
    bright = (x.min(axis=0) > 0.02) & (np.maximum(x, y).max(axis=0) < 0.9)
    x, y = x[:, bright], y[:, bright]
    fitted = np.linalg.lstsq(x.T, y.T)[0].T @ x
    cosine = (fitted * y).sum(axis=0) / np.linalg.norm(fitted, axis=0) / np.linalg.norm(y, axis=0)
    return np.degrees(np.arccos(cosine.clip(-1, 1))).mean()


def test_all_parts_are_there(small):
    _, pair = small
    for camera in "ab":
        assert len(pair.train[camera]) == 3
        assert pair.train[camera].raw(0).shape == (4, 32, 32)
        assert pair.scenes.camera(camera).srgb(0).shape == (3, 64, 64)
        raw = pair.train[camera].raw(1)
        assert 0.05 < raw[1].mean() < 0.4
        assert raw.std() > 0.02
    assert (len(pair.anchors), len(pair.aligned), len(pair.renderings["a"])) == (2, 3, 2)


def test_no_photograph_serves_two_purposes(small):
    _, pair = small
    tests = shown([*pair.aligned.a, *pair.scenes.a])
    sets = [shown(pair.train["a"]), shown(pair.train["b"]), shown(pair.anchors.a), tests]
    assert all(sets)
    assert len(set.union(*sets)) == sum(map(len, sets))


def test_pairs_show_the_same_place(small):
    _, pair = small
    for i in range(3):
        a, b = (images.raw(i)[1] for images in (pair.aligned.a, pair.aligned.b))
        assert np.corrcoef(a.ravel(), b.ravel())[0, 1] > 0.9


def test_no_matrix_maps_one_camera_to_the_other(photographs, tmp_path):
    """With an even light and without noise, what is left is in the spectra."""
    plain = ",noise=false,blur=false,vignetting=false,mixed=0,lights=FL11,aligned=6"
    pair = prepared(tmp_path, photographs, plain)
    angles = [angle_after_3x3(pair.aligned.a.raw(i), pair.aligned.b.raw(i)) for i in range(6)]
    assert 0.2 < np.median(angles) < 3


def test_the_same_photographs_give_the_same_bytes_from_anywhere(photographs, small, tmp_path):
    moved = shutil.copytree(photographs, tmp_path / "moved")
    assert source(moved).fingerprint() == source(photographs).fingerprint()
    prepared(tmp_path / "data", moved)
    assert contents(tmp_path / "data") == contents(small[0])


def test_the_fingerprint_follows_the_photographs(photographs, tmp_path):
    known = {source(photographs).fingerprint(), source(photographs, ",seed=1").fingerprint()}
    fewer = shutil.copytree(photographs, tmp_path / "fewer")
    (fewer / "08.png").unlink()
    known.add(source(fewer).fingerprint())
    known.add(DATASETS.create("simulated", **Simulated.parse_argument(SMALL)).fingerprint())
    assert len(known) == 4


def test_continues_after_an_interruption(photographs, small, tmp_path, monkeypatch):
    write, calls = ImageWriter.write, []

    def cut_off(self, *picture):
        calls.append(picture)
        if len(calls) > 5:
            raise KeyboardInterrupt
        write(self, *picture)

    with monkeypatch.context() as patch:
        patch.setattr(ImageWriter, "write", cut_off)
        with pytest.raises(KeyboardInterrupt):
            prepared(tmp_path, photographs)
    prepared(tmp_path, photographs)
    assert contents(tmp_path) == contents(small[0])


def test_a_photograph_that_cannot_be_decoded_is_named_before_any_picture(photographs, tmp_path):
    broken = shutil.copytree(photographs, tmp_path / "broken")
    data = (broken / "04.png").read_bytes()
    (broken / "04.png").write_bytes(data[: len(data) // 2])
    with pytest.raises(BenchError, match=r"04\.png cannot be decoded"):
        prepared(tmp_path / "data", broken)
    assert not list((tmp_path / "data").rglob("*.raw.npy"))


def test_a_photograph_that_was_saved_again_is_refused(photographs, tmp_path):
    folder = shutil.copytree(photographs, tmp_path / "album")
    with Image.open(folder / "03.png") as picture:
        picture.save(folder / "holiday.jpg", quality=60)
    expected = r"holiday\.jpg shows the same as .*03\.png; leave one"
    assert re.search(expected, source(folder).survey(Progress(quiet=True))[-1])
    with pytest.raises(BenchError, match=expected):
        prepared(tmp_path / "data", folder)


def test_charts_over_photographs(tmp_path):
    larger = album(tmp_path / "album", 3, 104, 130)
    more = ",size=64,unpaired=1,anchors=0,scenes=0"
    pair = prepared(tmp_path, larger, more, "simulated-multi")
    assert np.shape(pair.aligned.a[0].charts) == (3, 4, 2)
    assert " and " in pair.aligned.a[0].source


def test_finished_data_need_no_photographs(photographs, tmp_path):
    moved = shutil.copytree(photographs, tmp_path / "moved")
    data = source(moved)
    data.prepare(tmp_path / "data", Progress(quiet=True))
    shutil.rmtree(moved)
    again = DATASETS.create("simulated", **vars(data.config))
    assert len(again.prepare(tmp_path / "data", Progress(quiet=True)).train["a"]) == 3


def test_numbers_and_folders_of_scenes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    values = Simulated.parse_argument("scenes=album,scenes=7,pair=phones")
    assert values["photographs"] == str(tmp_path / "album")
    assert values["scenes"] == 7
    assert Simulated.label("scenes=../some/album,scenes=7,pair=phones") == "phones-album"
    assert Simulated.parse_argument("scenes=7") == {"scenes": 7}
    assert Simulated.parse_argument("scenes=2024-05")["photographs"] == str(tmp_path / "2024-05")


def test_too_few_photographs(tmp_path):
    folder = album(tmp_path, 3)
    with pytest.raises(BenchError, match=r"holds 3 photographs.*at least 4 are needed"):
        source(folder).check()
    source(folder, ",anchors=0").check()
    with pytest.raises(BenchError, match="gone: there is no such folder"):
        source(tmp_path / "gone").check()


def test_raw_files_of_a_camera_among_the_photographs(photographs, tmp_path):
    folder = shutil.copytree(photographs, tmp_path / "album")
    tags: ColourTags = {50721: MATRIX, 50778: 21, 50728: (0.5, 1, 0.6)}
    large = mosaic(3).repeat(2, axis=0).repeat(2, axis=1)  # of 256 x 320, so 128 x 160 at half size
    write_colours(folder / "own.dng", tags, "ALEXA", "Other", pixels=large)
    write_colours(folder / "own-2.dng", tags, "NIKON D200", "NIKON", pixels=large)
    data = source(folder, ",unpaired=5,aligned=5,anchors=5")
    findings = data.survey(Progress(quiet=True))
    assert findings[-1] == "raw files of Nikon D200, used as its measurements: 1"
    pair = data.prepare(tmp_path / "data", Progress(quiet=True))
    sets = [*pair.train.values(), pair.anchors.a, pair.aligned.a, pair.scenes.a]
    assert {"own.dng", "own-2.dng"} <= set.union(*map(shown, sets))


def test_real_photographs(shared, tmp_path):
    pytest.importorskip("OpenEXR")
    pair = prepared(tmp_path, shared / "scenes", ",unpaired=4,aligned=4")
    for images in (*pair.train.values(), pair.aligned.a, pair.aligned.b):
        for i in range(len(images)):
            assert 0.02 < images.raw(i)[1].mean() < 0.5
