import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmark.data.files.raw import read_raw
from benchmark.data.folder import pictures as folder_pictures
from benchmark.progress import Progress
from tests.benchmark.data.files.dng import write_dng
from tests.benchmark.data.folder.two_cameras import (
    BLACK,
    PAIRED,
    UNPAIRED,
    WHITE,
    fails,
    ids,
    mosaic,
    prepare,
    source,
    srgb,
    write_folder,
)

KDC = Path(__file__).parents[4].parent / "shared" / "data" / "raw" / "RAW_KODAK_DC50.KDC"


@pytest.fixture
def root(tmp_path) -> Path:
    return write_folder(tmp_path / "pictures")


def test_pixels_are_those_of_the_files(root, tmp_path):
    pair = prepare(root, tmp_path / "out")
    assert pair.scenes is not None
    for images, camera in ((pair.train["a"], "iphone"), (pair.scenes.b, "samsung")):
        for i, record in enumerate(images):
            counts = read_raw(root / camera / f"{record.id}.dng").counts
            span = WHITE[camera] - BLACK[camera]
            assert (record.range, record.srgb) == (span, "file")
            assert record.source == f"{camera}/{record.id}.dng"
            assert np.array_equal(images.raw(i), counts.astype(np.float32) / np.float32(span))
            assert np.array_equal(images.srgb(i), srgb(camera, record.id).transpose(2, 0, 1))


def test_previews_stand_in_for_missing_files(root, tmp_path, capsys):
    shutil.rmtree(root / "samsung" / "srgb")
    small = srgb("samsung", "preview", 32, 36)
    for stem in (*PAIRED, *UNPAIRED["samsung"]):
        pixels = mosaic("samsung", stem)
        write_dng(root / "samsung" / f"{stem}.dng", pixels, "GRBG", preview=small)
    source(root).check()
    pair = source(root, ",validation=0.1").prepare(tmp_path / "out", Progress())
    assert {record.srgb for record in pair.train["b"]} == {"preview"}
    note = "sRGB preview resized from 36 x 32 to 72 x 64"
    assert pair.train["b"][0].notes == (note,)
    shown = capsys.readouterr().err
    assert "samsung: 2 train, 1 validation, 2 scenes" in shown
    assert f"5 of 5 pictures: {note}" in shown
    assert "5 of 5 pictures: sRGB from the embedded preview" in shown


def test_the_cameras_own_picture_decides_the_frame(root, tmp_path):
    pixels = mosaic("samsung", "g0", 84, 96)
    write_dng(root / "samsung" / "g0.dng", pixels, "GRBG", crop=(10, 12, 64, 72))
    images = prepare(root, tmp_path / "out").train["b"]
    i = ids(images).index("g0")
    assert (images[i].height, images[i].width) == (32, 36)
    assert "raw cut from 96 x 84 to the 72 x 64" in images[i].notes[0]
    assert np.array_equal(images.srgb(i), srgb("samsung", "g0").transpose(2, 0, 1))


@pytest.mark.skipif(not KDC.is_file(), reason="the real raw files (../shared) are absent")
def test_a_real_camera_file_among_others(root, tmp_path):
    shutil.copy(KDC, root / "samsung" / "real.KDC")
    fails(root, r"the preview in samsung/real.KDC has 96 x 64 .* too small")
    Image.fromarray(srgb("samsung", "real", 512, 768)).save(root / "samsung" / "srgb" / "real.jpg")
    source(root).check()
    pair = prepare(root, tmp_path / "out")
    record = next(record for record in pair.train["b"] if record.id == "real")
    assert (record.height, record.width, record.range) == (256, 384, 16383)


def test_an_interrupted_preparation_continues(root, tmp_path, monkeypatch):
    names: list[str] = []
    most = 5

    def counted(path, levels):
        if len(names) == most:
            raise KeyboardInterrupt
        names.append(path.name)
        return read_raw(path, levels)

    monkeypatch.setattr(folder_pictures, "read_raw", counted)
    with pytest.raises(KeyboardInterrupt):
        prepare(root, tmp_path / "out")
    assert not (tmp_path / "out" / "pairs_used.csv").exists()

    most = 19
    pair = prepare(root, tmp_path / "out")
    assert len(names) == 19  # each picture once, over both calls
    assert prepare(root, tmp_path / "out").train["a"][0] == pair.train["a"][0]
    assert len(names) == 19  # complete: opened, not read

    most = 38
    fresh = prepare(root, tmp_path / "fresh")
    assert pair.scenes and fresh.scenes
    for images, others in ((pair.train["a"], fresh.train["a"]), (pair.scenes.b, fresh.scenes.b)):
        assert list(images) == list(others)
        assert all(np.array_equal(images.raw(i), others.raw(i)) for i in range(len(images)))


def test_many_faults_make_one_paragraph(root):
    for stem in (*PAIRED, *UNPAIRED["iphone"][:-1]):
        (root / "iphone" / "srgb" / f"{stem}.png").unlink()
    text = fails(root, r"13 faults: \(1\)")
    assert f"And 3 more: `isp-bench data check {root}` lists all of them." in text
    assert "(1) iphone/i00.dng has no sRGB picture: neither srgb/i00.png" in text
    assert "others of its camera have one" in text
