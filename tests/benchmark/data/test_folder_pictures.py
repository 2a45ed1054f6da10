import shutil
from pathlib import Path

import numpy as np
import pytest

from benchmark.data import folder_pictures
from benchmark.data.raw_files import read_raw
from benchmark.progress import Progress
from tests.benchmark.data.dng import write_dng
from tests.benchmark.data.two_cameras import (
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


@pytest.fixture
def root(tmp_path) -> Path:
    return write_folder(tmp_path / "pictures")


def test_pixels_are_those_of_the_files(root, tmp_path):
    pair = prepare(root, tmp_path / "out")
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
    pair = source(root).prepare(tmp_path / "out", Progress())
    assert {record.srgb for record in pair.train["b"]} == {"preview"}
    note = "sRGB preview resized from 36 x 32 to 72 x 64"
    assert pair.train["b"][0].source.split(" | ")[1:] == [note]
    told = capsys.readouterr().err
    assert "samsung: 2 train, 1 validation, 2 scenes" in told
    assert f"5 of 5 pictures: {note}" in told
    assert "5 of 5 pictures: sRGB from the embedded preview" in told


def test_the_cameras_own_picture_decides_the_frame(root, tmp_path):
    pixels = mosaic("samsung", "g0", 84, 96)
    write_dng(root / "samsung" / "g0.dng", pixels, "GRBG", crop=(10, 12, 64, 72))
    pair = prepare(root, tmp_path / "out", ",validation=0.1")
    images = next(s for s in (pair.train["b"], pair.validation["b"]) if "g0" in ids(s))
    i = ids(images).index("g0")
    assert (images[i].height, images[i].width) == (32, 36)
    assert "raw cut from 96 x 84 to the 72 x 64" in images[i].source
    assert np.array_equal(images.srgb(i), srgb("samsung", "g0").transpose(2, 0, 1))


def test_an_interrupted_preparation_goes_on(root, tmp_path, monkeypatch):
    read, names = folder_pictures.read_raw, []

    def until_the_sixth(path, levels):
        if len(names) == 5:
            raise KeyboardInterrupt
        names.append(path.name)
        return read(path, levels)

    monkeypatch.setattr(folder_pictures, "read_raw", until_the_sixth)
    with pytest.raises(KeyboardInterrupt):
        prepare(root, tmp_path / "out")
    assert not (tmp_path / "out" / "pairs_used.csv").exists()

    again: list[str] = []
    monkeypatch.setattr(
        folder_pictures,
        "read_raw",
        lambda path, levels: (again.append(path.name), read(path, levels))[1],
    )
    pair = prepare(root, tmp_path / "out")
    assert len(names) == 5 and len(again) == 19 - 5
    fresh = prepare(root, tmp_path / "fresh")
    assert list(pair.train["a"]) == list(fresh.train["a"])
    again.clear()
    prepare(root, tmp_path / "out")
    assert again == []  # complete: opened, not read


def test_many_faults_make_one_paragraph(root):
    shutil.rmtree(root / "iphone" / "srgb")
    text = fails(root, r"14 faults: \(1\)")
    assert "And 4 more." in text
    assert "(1) iphone/i00.dng has no sRGB picture: neither srgb/i00.png" in text
