"""Test pictures that are among one's own training pictures under other names."""

import shutil

import numpy as np
import pytest
from PIL import Image

from benchmark.cameras import CAMERAS
from benchmark.errors import BenchError
from benchmark.progress import Progress
from tests.benchmark.data.files.dng import write_dng
from tests.benchmark.data.folder.two_cameras import (
    add,
    ids,
    mosaic,
    prepare,
    source,
    srgb,
    write_folder,
)


@pytest.fixture
def root(tmp_path):
    return write_folder(tmp_path / "pictures")


def _file(root, camera, name):
    shutil.copy(root / camera / "s0.dng", root / camera / name)


def _metadata(root, camera, name):
    """The same mosaic: another orientation, preview, crop and levels."""
    pixels = mosaic(camera, "s0")
    preview = srgb(camera, "other", 32, 36)
    write_dng(
        root / camera / name, pixels, {"iphone": "RGGB", "samsung": "GRBG"}[camera], 3, 16000,
        orientation=3, preview=preview, crop=(0, 0, 64, 70),
    )  # fmt: skip


def _container(root, camera, name):
    Image.fromarray(mosaic(camera, "s0")).save(root / camera / name.replace(".dng", ".png"))
    (root / camera / "levels.yaml").write_text("cfa: GRBG\nblack: 0\nwhite: 1023\n")


@pytest.mark.parametrize("copy", [_file, _metadata, _container])
@pytest.mark.parametrize("camera", ["iphone", "samsung"])
def test_a_copy_of_a_test_picture_is_left_out_and_named(root, tmp_path, capsys, copy, camera):
    before = prepare(root, tmp_path / "before")
    add(root, camera, "s0 (1)")
    (root / camera / "s0 (1).dng").unlink()
    copy(root, camera, "s0 (1).dng")
    data = source(root)
    data.check()
    after = data.prepare(tmp_path / "after", Progress())
    for side in CAMERAS:
        assert ids(after.train[side]) == ids(before.train[side])
    shown = capsys.readouterr().err
    assert f"left out of training: {camera}/s0 (1)." in shown
    assert f"is the same picture as the test picture {camera}/s0.dng" in shown


def test_a_copy_in_the_folder_of_the_other_camera(root, tmp_path):
    shutil.copy(root / "iphone" / "s1.dng", root / "samsung" / "x.dng")
    shutil.copy(root / "iphone" / "srgb" / "s1.png", root / "samsung" / "srgb" / "x.png")
    pair = prepare(root, tmp_path / "out")
    assert "x" not in ids(pair.train["b"])


def test_pictures_that_differ_in_one_value_are_not_copies(root, tmp_path):
    pixels = mosaic("samsung", "s0")
    pixels[5, 5] ^= 1
    add(root, "samsung", "x")
    write_dng(root / "samsung" / "x.dng", pixels, "GRBG", 0, 1023)
    pair = prepare(root, tmp_path / "out")
    assert "x" in ids(pair.train["b"])


def test_an_anchor_that_is_tested_as_well_is_refused(root, tmp_path):
    add(root, "samsung", "x")
    shutil.copy(root / "samsung" / "s1.dng", root / "samsung" / "x.dng")
    (root / "pairs.csv").write_text("a,b,role\ns0,s0,scene\ns1,s1,aligned\ni00,x,anchor\n")
    data = source(root)
    with pytest.raises(BenchError, match=r"samsung/x.dng is the same picture as the test picture"):
        data.prepare(tmp_path / "out", Progress(quiet=True))
    assert any("named as an anchor" in finding for finding in data.survey(Progress(quiet=True)))


def test_a_copy_is_not_read_as_new_data(root):
    """What was prepared before copies were looked for is not taken for the same data."""
    assert source(root).fingerprint() != _fingerprint_of_reader(1, root)


def _fingerprint_of_reader(version, root):
    from benchmark.data.folder import dataset

    now, dataset.READER_VERSION = dataset.READER_VERSION, version
    try:
        return source(root).fingerprint()
    finally:
        dataset.READER_VERSION = now


def test_the_values_are_compared_before_black_is_subtracted(root):
    """Two readings of one mosaic that differ in every count above black."""
    from benchmark.data.files.raw import read_raw

    pixels = mosaic("iphone", "s0")
    one = read_raw(write_dng(root / "one.dng", pixels, "RGGB", 528, 4095))
    two = read_raw(write_dng(root / "two.dng", pixels, "RGGB", 100, 4000))
    assert not np.array_equal(one.counts, two.counts)
    assert one.content == two.content
