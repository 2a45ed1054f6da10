from pathlib import Path

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image

from benchmark.data.files.plain import Levels, read_levels
from benchmark.data.files.raw import read_raw, read_size
from benchmark.errors import BenchError
from tests.benchmark.data.files.mosaics import expected, noise

SHARED = Path(__file__).parents[4].parent / "shared" / "data" / "raw"
real = pytest.mark.skipif(not SHARED.is_dir(), reason="the real raw files (../shared) are absent")


def save(path: Path, pixels: NDArray) -> None:
    if path.suffix == ".png":
        Image.fromarray(pixels).save(path)
    else:
        tifffile.imwrite(path, pixels)


@pytest.mark.parametrize("suffix", [".tif", ".png"])
def test_plain_mosaic(tmp_path, suffix):
    mosaic = noise(69, 80, white=65535)
    path = tmp_path / f"a{suffix}"
    save(path, mosaic)
    picture = read_raw(path, Levels("GRBG", 60000, (1, 2, 3, 500)))
    own = np.array([1, 2, 3, 500]).reshape(4, 1, 1)
    assert np.array_equal(
        picture.counts, np.clip(expected(mosaic, "GRBG").astype(int) - own, 0, 59500)
    )
    assert picture.notes == ("odd last row of the mosaic left out",)
    assert read_size(path, Levels("GRBG", 60000)) == (34, 40)


@pytest.mark.parametrize("suffix", [".tif", ".png"])
@pytest.mark.parametrize(("orientation", "flip"), [(1, 0), (3, 3), (6, 6), (8, 5), (2, 1)])
def test_a_turn_is_noted_and_pixels_stay_as_stored(tmp_path, suffix, orientation, flip):
    mosaic, path = noise(), tmp_path / f"a{suffix}"
    if suffix == ".png":
        exif = Image.Exif()
        exif[274] = orientation
        Image.fromarray(mosaic).save(path, exif=exif)
    else:
        tifffile.imwrite(path, mosaic, extratags=[(274, "H", 1, orientation, True)])
    levels = Levels("RGGB", 4095)
    picture = read_raw(path, levels)
    assert np.array_equal(picture.counts, expected(mosaic, "RGGB"))
    assert picture.flip == flip
    assert read_size(path, levels) == picture.counts.shape[1:] == (34, 40)


@pytest.mark.parametrize("number", [0, 9, 700])
def test_a_turn_that_exif_does_not_know_is_ignored(tmp_path, number):
    tifffile.imwrite(tmp_path / "a.tif", noise(), extratags=[(274, "H", 1, number, True)])
    assert read_raw(tmp_path / "a.tif", Levels("RGGB", 4095)).flip == 0


@pytest.mark.parametrize(
    ("pixels", "levels", "what"),
    [
        (noise(), None, "needs a levels.yaml"),
        (noise().astype(np.uint8), Levels("RGGB", 255), "holds uint8"),
        (np.zeros((64, 64, 3), np.uint16), Levels("RGGB", 255), "needs? cfa: RGB"),
        (noise(), Levels("RGB", 255), "says cfa: RGB"),
    ],
)
def test_plain_files_that_do_not_fit(tmp_path, pixels, levels, what):
    save(tmp_path / "a.tif", pixels)
    with pytest.raises(BenchError, match=what):
        read_raw(tmp_path / "a.tif", levels)


def test_broken_plain_files(tmp_path):
    for name in ("a.tif", "a.png"):
        (tmp_path / name).write_bytes(b"no picture")
        for read in (read_raw, read_size):
            with pytest.raises(BenchError, match=name):
                read(tmp_path / name, Levels("RGGB", 255))


def test_levels_file(tmp_path):
    path = tmp_path / "levels.yaml"
    path.write_text("cfa: GRBG\nblack: 64\nwhite: 1023\n")
    assert read_levels(path) == Levels("GRBG", 1023, 64)
    path.write_text('{"cfa": "RGB", "white": 65535, "black": [1, 2, 3, 4]}')  # JSON is YAML
    assert read_levels(path) == Levels("RGB", 65535, (1, 2, 3, 4))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("white: 1023", "at least cfa and white"),
        ("just words", "at least cfa and white"),
        ("cfa: [", "cannot be read"),
        ("cfa: RGBG\nwhite: 1", "cfa = 'RGBG'"),
        ("cfa: RGGB\nwhite: bright", "white = 'bright'"),
        ("cfa: RGGB\nwhite: 1\nblak: 0", "Did you mean 'black'"),
    ],
)
def test_bad_levels_files(tmp_path, text, what):
    path = tmp_path / "levels.yaml"
    path.write_text(text)
    with pytest.raises(BenchError, match=what):
        read_levels(path)


@real
def test_real_linear_png():
    path = next((SHARED / "inteltau_imx135").glob("*.png"))
    picture = read_raw(path, Levels("RGB", 65535))
    assert picture.counts.shape == (4, 256, 384) and picture.range == 65535
    assert picture.counts.max() > 60000  # not cut down to 8 bits
    assert len(np.unique(picture.counts)) > 10000
    assert np.array_equal(picture.counts[1], picture.counts[2])
    assert "stands for both" in picture.notes[0]
    assert read_size(path, Levels("RGB", 65535)) == (256, 384)
