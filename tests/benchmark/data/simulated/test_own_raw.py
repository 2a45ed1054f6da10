import numpy as np
import pytest

from benchmark.data.simulated.own_raw import own_primaries, read_own_raw, taken_by
from benchmark.data.simulated.recovery import Recovery
from benchmark.data.simulated.sensitivities import load_sensitivities
from benchmark.data.simulated.spectra import light, reflectances
from tests.benchmark.data.files.colour_dng import MATRIX, ColourTags, write_colours

NIKON = load_sensitivities("Nikon D200")
LIGHTS = ("A", "D65", "FL2")
KNOWN: ColourTags = {50721: MATRIX, 50778: 21}  # a colour matrix and its light


def raw_of(path, name):
    """A raw of 8 x 8 measured surfaces by the Nikon D200 in a light; their responses, (64, 3)."""
    surfaces = reflectances()[:: len(reflectances()) // 64][:64]
    white = light(name) @ NIKON.curves
    seen = (surfaces * light(name)) @ NIKON.curves
    cells = (seen / seen.max()).reshape(8, 8, 3).repeat(16, axis=0).repeat(16, axis=1)
    mosaic = np.zeros((128, 128), np.uint16)
    for y, x, channel in ((0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 2)):
        mosaic[y::2, x::2] = np.rint(64 + 959 * cells[y::2, x::2, channel])
    write_colours(path, {**KNOWN, 50728: white / white.max()}, pixels=mosaic)
    return seen


@pytest.mark.parametrize(
    ("name", "found"),
    [("Maker Model", "b"), ("model", "b"), ("Nikon D200", None), ("Maker Model X", None)],
)
def test_a_raw_is_known_by_the_names_in_its_tags(tmp_path, name, found):
    write_colours(tmp_path / "a.dng", KNOWN, make="Maker", model="Model")
    assert taken_by(tmp_path / "a.dng", {"a": "Other 5", "b": name}) == found


def test_other_pictures_are_by_nobody(tmp_path):
    assert taken_by(tmp_path / "a.jpg", {"a": "Maker", "b": "Model"}) is None


@pytest.mark.parametrize("name", LIGHTS)
def test_the_simulated_camera_sees_what_the_real_one_saw(tmp_path, name):
    seen = raw_of(tmp_path / "a.dng", name)
    own = read_own_raw(tmp_path / "a.dng", "a", NIKON, LIGHTS)
    assert own is not None
    assert (own.camera, own.light) == ("a", name)
    assert own.pixels.shape == (3, 64, 64)
    recovery = Recovery(own_primaries(NIKON, own.light))
    middles = own.pixels[:, 4::8, 4::8].reshape(3, -1)
    places, amount = recovery.coordinates(middles)
    palette = np.linspace(0, 15, 64)
    again = recovery.responses(light(name)[:, None] * NIKON.curves, palette, places, amount)
    angles = np.degrees(np.arccos(np.clip(_cosine(again, seen.T), -1, 1)))
    assert np.median(angles) < 0.2  # the raw has 10 bits
    assert angles.max() < 3


def test_without_a_white_balance_it_is_no_measurement(tmp_path):
    write_colours(tmp_path / "a.dng", KNOWN)
    assert read_own_raw(tmp_path / "a.dng", "a", NIKON, LIGHTS) is None


def _cosine(a, b):
    return (a * b).sum(axis=0) / np.linalg.norm(a, axis=0) / np.linalg.norm(b, axis=0)
