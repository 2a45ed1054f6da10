import json

import numpy as np
import pytest

from benchmark.data.simulated.config import LIGHTS
from benchmark.data.simulated.sensitivities import (
    BUILT_IN,
    IN_CURVES,
    PAIRS,
    camera_name,
    load_sensitivities,
    sensitivities_hash,
)
from benchmark.data.simulated.spectra import WAVELENGTHS, light, reflectances
from benchmark.errors import BenchError
from tests.conftest import REPOSITORY

HEADER = "wavelength,red,green,blue"


def camera_csv(folder, lines, header=HEADER):
    file = folder / "camera.csv"
    file.write_text("\n".join([header, *lines]) + "\n")
    return str(file)


def camera_json(folder, main, order=("R", "G", "B")):
    file = folder / "camera.json"
    spectral = {"index": {"main": list(order)}, "data": {"main": main}}
    header = {"manufacturer": "Maker", "model": "One"}
    file.write_text(json.dumps({"header": header, "spectral_data": spectral}))
    return str(file)


@pytest.mark.parametrize("name", BUILT_IN)
def test_built_in(name):
    camera = load_sensitivities(name)
    assert camera.name == camera_name(name) == name
    assert camera.curves.shape == (61, 3)
    peaks = WAVELENGTHS[camera.curves.argmax(axis=0)]
    assert peaks[0] > peaks[1] > peaks[2]  # red, green, blue


def test_the_embedded_curves_are_those_of_their_sources(shared):
    folder = shared / "spectral"
    own = {
        "iPhone X": "chosen/primary_A_iphone_x.csv",
        "Galaxy S9": "chosen/primary_B_samsung_s9.csv",
    }
    for name, file in IN_CURVES.items():
        source = folder / own.get(name, f"rawtoaces/camera/{file}")
        ours = load_sensitivities(name).curves
        np.testing.assert_array_equal(ours, load_sensitivities(str(source)).curves)


def angle(one, other):
    """Mean angle in degrees between the rows of two tables of colours."""
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    return np.degrees(np.arccos(np.clip((one * other).sum(axis=1) / lengths, -1, 1))).mean()


@pytest.mark.parametrize("pair", PAIRS)
def test_the_page_says_how_far_the_cameras_of_a_pair_are_apart(pair):
    curves = [load_sensitivities(camera).curves for camera in PAIRS[pair]]
    lit = [reflectances() * light(name) for name in LIGHTS]
    whites = [light(name) for name in LIGHTS]
    a, b = (
        np.vstack([s @ c / (w @ c)[1] for s, w in zip(lit, whites, strict=True)]) for c in curves
    )
    gains = (a * b).sum(axis=0) / (a * a).sum(axis=0)
    matrix = np.linalg.lstsq(a, b, rcond=None)[0]
    measured = [angle(a, b), angle(a * gains, b), angle(a @ matrix, b), np.linalg.cond(matrix)]
    (row,) = [
        line.split("|")[1:-1]
        for line in (REPOSITORY / "docs" / "data.md").read_text().splitlines()
        if line.startswith(f"| `{pair}` |")
    ]
    assert all(camera in cell for camera, cell in zip(PAIRS[pair], row[1:3], strict=True))
    assert [cell.strip(" °") for cell in row[3:]] == [f"{value:.1f}" for value in measured]


def test_csv(tmp_path):
    lines = ["400,0.1,0.2,0.3", "700,0.4,0.2,0.0"]
    file = camera_csv(tmp_path, lines, "Wavelength, Red, Green, Blue")
    camera = load_sensitivities(file)
    assert camera.name == camera_name(file) == "camera"
    np.testing.assert_allclose(camera.curves[0], [0.1, 0.2, 0.3])
    np.testing.assert_allclose(camera.curves[30], [0.25, 0.2, 0.15])


def test_json_in_another_channel_order(tmp_path):
    main = {"700": [0.0, 0.2, 0.4], "400": [0.3, 0.2, 0.1]}
    camera = load_sensitivities(camera_json(tmp_path, main, order="BGR"))
    assert camera.name == "Maker One"
    np.testing.assert_allclose(camera.curves[0], [0.1, 0.2, 0.3])
    np.testing.assert_allclose(camera.curves[-1], [0.4, 0.2, 0.0])


def test_measured_files(shared):
    """The D5100 of rawtoaces and of colour-science are one measurement."""
    folder = shared / "spectral"
    phone = load_sensitivities(str(folder / "chosen" / "primary_A_iphone_x.csv"))
    assert phone.curves.max() == 1
    nikon = load_sensitivities(str(folder / "rawtoaces/camera/Nikon_D5100_380_780_5.json"))
    assert nikon.name == "Nikon D5100"
    ours = load_sensitivities("Nikon D5100").curves
    for channel in range(3):
        assert np.corrcoef(nikon.curves[:, channel], ours[:, channel])[0, 1] > 0.98


def test_hash_is_of_the_content(tmp_path):
    lines = ["400,1,1,1", "700,1,1,1"]
    first, other = tmp_path / "x", tmp_path / "y"
    first.mkdir()
    other.mkdir()
    here = sensitivities_hash(camera_csv(first, lines))
    assert here == sensitivities_hash(camera_csv(other, lines))
    assert here != sensitivities_hash(camera_csv(other, [*lines, "705,0,0,0"]))


@pytest.mark.parametrize(
    ("camera", "message"),
    [
        ("Nikon D5101", "Unknown camera 'Nikon D5101'.*Did you mean 'Nikon D5100'"),
        ("camera.xlsx", "must be a .csv or a .json file, not camera.xlsx"),
        ("gone.csv", "There is no sensitivity file gone.csv.*Nikon D5100"),
    ],
)
def test_no_such_camera(camera, message):
    with pytest.raises(BenchError, match=message):
        load_sensitivities(camera)


@pytest.mark.parametrize(
    ("header", "lines", "message"),
    [
        ("wavelength,red,blue", ["400,1,1"], "no column 'green'.*wavelength, red, blue.*header"),
        ("", [], "no column 'wavelength' .found: nothing"),
        (HEADER, ["400,1,1,1", "410,1,x,1"], "line 3: green is 'x', not a number"),
        (HEADER, ["400,1,1,1", "410,1,1"], "line 3: blue is '', not a number"),
        (HEADER, ["400,1,nan,1"], "line 2: green is 'nan', not a number"),
        (HEADER, ["0.4,1,1,1", "0.7,1,1,1"], "wavelengths .0.4 to 0.7. do not overlap 400 to 700"),
        (HEADER, [], "wavelengths .none. do not overlap"),
        (HEADER, ["400,0,1,1", "700,0,1,1"], "red is zero from 400 to 700 nm"),
    ],
)
def test_bad_csv(tmp_path, header, lines, message):
    with pytest.raises(BenchError, match=message) as error:
        load_sensitivities(camera_csv(tmp_path, lines, header))
    assert "camera.csv" in str(error.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not JSON"),
        ("[]", "not have the structure of a rawtoaces camera file"),
        ('{"spectral_data": {"index": {"main": ["R", "G"]}}}', "rawtoaces camera file.*'B'"),
        ('{"spectral_data": {"index": {"main": "RGB"}, "data": {"main": {"x": [1]}}}}', "'x'"),
        (
            '{"spectral_data": {"index": {"main": "RGB"}, "data": {"main": {"400": [1, 1, NaN]}}}}',
            "not finite",
        ),
    ],
)
def test_bad_json(tmp_path, text, message):
    file = tmp_path / "camera.json"
    file.write_text(text)
    with pytest.raises(BenchError, match=message) as error:
        load_sensitivities(str(file))
    assert "camera.json" in str(error.value)
