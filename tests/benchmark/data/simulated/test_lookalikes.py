from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmark.data.files.light import read_light
from benchmark.data.simulated.lookalikes import lookalikes, thumbnail
from tests.benchmark.data.simulated.photographs import scenery

ALL = 1 << 20
ORIGINAL = Image.fromarray(scenery(0, 180, 200))


def look(picture, path):
    picture.save(path)
    return thumbnail(read_light(path, ALL, ALL))


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("poor.jpg", ORIGINAL),
        ("small.png", ORIGINAL.resize((100, 90))),
        ("bright.png", Image.eval(ORIGINAL, lambda value: min(255, int(1.2 * value)))),
        ("cut.png", ORIGINAL.crop((1, 1, 199, 179))),
    ],
)
def test_the_same_saved_again(tmp_path, name, changed):
    looks = {
        Path("a.png"): look(ORIGINAL, tmp_path / "a.png"),
        Path(name): look(changed, tmp_path / name),
    }
    (found,) = lookalikes(looks)
    assert found.startswith(f"{name} shows the same as a.png; leave one")


def test_different_ones(tmp_path):
    pictures = [Image.fromarray(scenery(seed)) for seed in range(8)]
    looks = {Path(f"{i}.png"): look(p, tmp_path / "a.png") for i, p in enumerate(pictures)}
    assert lookalikes(looks) == []
    assert lookalikes({}) == []


def test_an_even_picture_is_like_nothing(tmp_path):
    even = [Image.fromarray(np.full((40, 40, 3), value, np.uint8)) for value in (90, 200)]
    looks = {Path(f"{i}.png"): look(p, tmp_path / "a.png") for i, p in enumerate(even)}
    assert lookalikes(looks) == []


def test_real_photographs_are_different(shared):
    pngs = sorted((shared / "scenes" / "kodak").glob("*.png"))
    assert lookalikes({path: thumbnail(read_light(path, 64, 64)) for path in pngs}) == []
