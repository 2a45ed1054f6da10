"""Pictures are in the page, or next to it if they are many."""

import base64

import numpy as np
import pytest
from PIL import Image

from benchmark.reports.page import album
from benchmark.reports.page.album import FOLDER, Album, shot


@pytest.fixture
def shots():
    return [shot(colour, Image.new("RGB", (30, 20), colour)) for colour in ("red", "blue", "red")]


def test_few_pictures_are_in_the_page(tmp_path, shots):
    found = Album(tmp_path, shots)
    head, _, data = found.source(shots[1]).partition(",")
    assert head == "data:image/jpeg;base64"
    assert base64.b64decode(data) == shots[1].jpeg
    assert not list(tmp_path.iterdir())


def test_many_are_files_and_equal_ones_are_one(tmp_path, shots, monkeypatch):
    monkeypatch.setattr(album, "MOST", 1000)
    found = Album(tmp_path, shots)
    assert len(list((tmp_path / FOLDER).iterdir())) == 2
    assert found.source(shots[0]) == found.source(shots[2]) != found.source(shots[1])
    with Image.open(tmp_path / found.source(shots[1])) as picture:
        assert picture.size == (30, 20) == (shots[1].width, shots[1].height)
        assert np.asarray(picture)[5, 5, 2] > 240


def test_pictures_of_an_earlier_page_are_removed(tmp_path, shots, monkeypatch):
    monkeypatch.setattr(album, "MOST", 0)
    Album(tmp_path, shots)
    Album(tmp_path, shots[:1])
    assert len(list((tmp_path / FOLDER).iterdir())) == 1
    monkeypatch.undo()
    Album(tmp_path, shots)
    assert not (tmp_path / FOLDER).exists()
