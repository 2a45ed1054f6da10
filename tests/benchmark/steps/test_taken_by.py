"""Which camera took a picture: by the models in files, and by names."""

import numpy as np
import pytest
import tifffile

from benchmark.cameras import CAMERAS
from benchmark.steps.taken_by import KnownCamera, known_cameras, taken_by
from benchmark.store.step import DataIdentity


@pytest.fixture
def photo(tmp_path):
    def write(make, model):
        file = tmp_path / "photo.tif"
        tags = [(271, "s", 0, make.encode(), True), (272, "s", 0, model.encode(), True)]
        tifffile.imwrite(file, np.zeros((8, 8), np.uint16), extratags=tags, metadata=None)
        return file

    return write


@pytest.mark.parametrize(
    ("name", "model", "fits"),
    [
        ("iphone-x", "Apple iPhone X", True),
        ("iPhone_X", "Apple iPhone X", True),
        ("iphonex", "Apple iPhone X", True),
        ("iphone-x", "Apple iPhone XS", False),
        ("sony", "SONY ILCE-9", True),
        ("Nikon D5100", "NIKON CORPORATION NIKON D5100", True),
        ("samsung-s9", "samsung SM-G960F", False),
        ("Größe", "Maker GRÖSSE 1", True),
        ("Cafe\u0301", "Maker Café", True),
        ("a", "Leica M a", False),
        ("", "Leica M", False),
        ("--", "Leica M", False),
    ],
)
def test_names(name, model, fits):
    assert KnownCamera(name).may_be(model) is fits


A = KnownCamera("left", model="Apple iPhone X")
B = KnownCamera("right", model="samsung SM-G960F")


@pytest.mark.parametrize(
    ("cameras", "camera", "taken"),
    [
        ((A, B), ("Apple", "iPhone X"), "a"),
        ((A, B), ("samsung", "SM-G960F"), "b"),
        ((A, B), ("SONY", "ILCE-9"), "another"),
        ((A, KnownCamera("right")), ("SONY", "ILCE-9"), None),
        ((A, KnownCamera("right")), ("Apple", "iPhone X"), "a"),
        ((A, KnownCamera("right", model=A.model)), ("Apple", "iPhone X"), None),
        ((KnownCamera("sony"), KnownCamera("nikon")), ("NIKON", "D810"), "b"),
        ((A, B), ("", ""), None),
        ((A, B), ("ISP-Bench", "Apple iPhone X mapped to camera B"), None),
    ],
)
def test_who_took_it(photo, cameras, camera, taken):
    assert taken_by(photo(*camera), dict(zip(CAMERAS, cameras, strict=True))) == taken


def test_a_data_set_that_is_gone_says_nothing(photo, tmp_path):
    gone = DataIdentity("folder", {"path": str(tmp_path / "gone")}, "0" * 64)
    assert known_cameras(gone) == {}
    assert known_cameras(DataIdentity("no-such-data", {}, "0" * 64)) == {}
    assert taken_by(photo("Apple", "iPhone X"), {}) is None
