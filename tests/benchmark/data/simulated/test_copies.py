import numpy as np
import pytest
import tifffile
from PIL import Image

from benchmark.cameras import Camera
from benchmark.data.files.digests import digest
from benchmark.data.simulated.copies import WorkingCopies
from benchmark.data.simulated.photographs import PhotographFile
from benchmark.data.simulated.sensitivities import Sensitivities, load_sensitivities
from benchmark.progress import Progress
from tests.benchmark.data.files.colour_dng import MATRIX, ColourTags, write_colours
from tests.benchmark.data.simulated.photographs import album, scenery

CAMERAS: dict[Camera, Sensitivities] = {
    "a": load_sensitivities("Nikon D200"),
    "b": load_sensitivities("ARRI D21"),
}
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
QUIET = Progress(quiet=True)


def files_of(folder):
    paths = sorted(path for path in folder.iterdir() if path.is_file())
    return [PhotographFile(path, digest(path)) for path in paths]


def copied(folder, size=(16, 16)):
    """The copies of all photographs of a folder, and what was wrong."""
    files = files_of(folder)
    copies = WorkingCopies(folder / "copies", CAMERAS, ("A", "D65"), size)
    faults = copies.make(files, QUIET)
    return copies, files, faults


def luminance(photograph):
    return np.tensordot(LUMINANCE, photograph.pixels.astype(float), 1)


def test_copies_are_linear_evenly_exposed_and_named(tmp_path):
    copies, files, faults = copied(album(tmp_path, 2))
    assert faults == []
    for number, file in enumerate(files):
        photograph = copies.photograph(file)
        assert photograph.name == file.path.name
        assert luminance(photograph).mean() == pytest.approx(0.18, rel=1e-3)
        x = scenery(number).transpose(2, 0, 1) / 255
        linear = np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)
        ratio = (
            photograph.pixels.astype(float).ravel()
            @ linear.ravel()
            / (linear.ravel() @ linear.ravel())
        )
        np.testing.assert_allclose(photograph.pixels, ratio * linear, rtol=0.01, atol=1e-4)


def test_a_copy_is_no_larger_than_pictures_need(tmp_path):
    Image.fromarray(scenery(0, 900, 1300)).save(tmp_path / "large.png")
    copies, (file,), _ = copied(tmp_path, (50, 60))
    assert copies.photograph(file).pixels.shape == (3, 225, 325)


def test_each_is_decoded_once(tmp_path, monkeypatch):
    copies, files, _ = copied(album(tmp_path, 3))
    monkeypatch.setattr(copies, "_make", None)
    assert copies.make(files, QUIET) == []
    copies.remove()
    assert not copies.folder.exists()


def test_the_sun_does_not_decide_the_exposure(tmp_path):
    light = np.full((80, 80, 3), 0.5, np.float32)
    light[40:] = 0.25
    light[:2, :2] = 10_000  # 0.06 % of the picture
    tifffile.imwrite(tmp_path / "sun.tif", light, photometric="rgb")
    copies, (file,), _ = copied(tmp_path)
    seen = luminance(copies.photograph(file))
    assert np.median(seen[:40]) == pytest.approx(2 * np.median(seen[40:]), rel=1e-2)
    assert seen.max() == pytest.approx(4 * np.median(seen[:40]), rel=1e-2)
    assert seen.mean() == pytest.approx(0.18, rel=1e-3)


def test_all_that_cannot_be_decoded_are_named_and_the_others_kept(tmp_path):
    album(tmp_path, 2)
    data = (tmp_path / "00.png").read_bytes()
    (tmp_path / "00.png").write_bytes(data[: len(data) // 2])
    Image.fromarray(np.zeros((80, 80, 3), np.uint8)).save(tmp_path / "dark.png")
    copies, files, faults = copied(tmp_path)
    assert len(faults) == 2
    assert "00.png cannot be decoded" in faults[0]
    assert "dark.png is black" in faults[1]
    assert copies.photograph(files[1]).name == "01.png"


def test_a_raw_of_one_of_the_cameras_is_its_measurement(tmp_path):
    """The same file, once by another camera: the colours are then those of its matrix."""
    tags: ColourTags = {50721: MATRIX, 50778: 21, 50728: (0.5, 1, 0.6)}
    write_colours(tmp_path / "other.dng", tags)
    write_colours(tmp_path / "own.dng", tags, make="NIKON CORPORATION", model="NIKON D200")
    copies, (other, own), faults = copied(tmp_path)
    assert faults == []
    other, own = copies.photograph(other), copies.photograph(own)
    assert other.pixels.shape == own.pixels.shape == (3, 64, 80)
    assert other.recovery is not own.recovery
    assert not np.allclose(other.pixels, own.pixels, rtol=0.05)
