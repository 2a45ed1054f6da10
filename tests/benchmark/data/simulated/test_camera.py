from dataclasses import replace

import numpy as np
import pytest

from benchmark.data.simulated import spectra
from benchmark.data.simulated.camera import (
    SENSOR_A,
    SENSOR_B,
    Camera,
    Effects,
    mosaic,
    vignetting,
)
from benchmark.data.simulated.config import LIGHTS
from benchmark.data.simulated.radiance import radiance
from benchmark.data.simulated.scenes import PointLight, Scene, background
from benchmark.data.simulated.sensitivities import load_sensitivities
from benchmark.data.simulated.view import View

PERFECT = Effects(exposure_sd=0.0, vignetting=False, blur=False, noise=False)
SENSORS = {"a": SENSOR_A, "b": SENSOR_B}


def camera(key="a", effects=PERFECT):
    name = {"a": "Nikon D5100", "b": "Sigma SD Merrill"}[key]
    return Camera(load_sensitivities(name), SENSORS[key], effects)


def rng(seed=0):
    return np.random.default_rng(seed)


def even(level=1.0, side=16):
    return np.full((3, side, side), level, dtype=np.float32)


@pytest.mark.parametrize("key", SENSORS)
@pytest.mark.parametrize("name", LIGHTS)
def test_white_patch_gives_the_white_point_in_counts(key, name):
    shooter = camera(key)
    lamp = PointLight(name, spectra.light(name), (0.5, 0.5, 1000.0))
    scene = Scene(background(np.ones(61)), (lamp,))
    light = radiance(scene, View(), shooter.sensitivities.curves, 8, 8)
    counts = shooter.raw(shooter.expose(light, rng()), 1.0, rng())
    white = lamp.spectrum @ shooter.sensitivities.curves
    expected = shooter.sensor.target * white / white[1] * shooter.sensor.range
    assert counts.dtype == np.uint16
    assert counts.shape == (4, 4, 4)
    np.testing.assert_allclose(counts.mean(axis=(1, 2)), expected[[0, 1, 1, 2]], atol=0.51)


def test_levels_are_those_of_the_phones():
    assert SENSOR_A.range == 4095 - 528
    assert SENSOR_B.range == 1023


def test_mosaic_takes_each_colour_at_its_place():
    signal = np.arange(3 * 4 * 4, dtype=np.float32).reshape(3, 4, 4)
    red, green_red, green_blue, blue = mosaic(signal)
    np.testing.assert_array_equal(red, signal[0, ::2, ::2])
    np.testing.assert_array_equal(green_red, signal[1, ::2, 1::2])
    np.testing.assert_array_equal(green_blue, signal[1, 1::2, ::2])
    np.testing.assert_array_equal(blue, signal[2, 1::2, 1::2])


def test_exposure_aims_at_the_target_and_errs_within_one_stop():
    assert camera().expose(even(7.0), rng())[1].mean() == pytest.approx(SENSOR_A.target, rel=1e-5)
    wrong = camera(effects=replace(PERFECT, exposure_sd=1 / 3))
    stops = [np.log2(wrong.expose(even(), rng(s))[1].mean() / SENSOR_A.target) for s in range(400)]
    assert np.std(stops) == pytest.approx(1 / 3, rel=0.15)
    assert np.mean(stops) == pytest.approx(0, abs=0.06)
    wild = camera(effects=replace(PERFECT, exposure_sd=10.0))
    stops = [np.log2(wild.expose(even(), rng(s))[1].mean() / SENSOR_A.target) for s in range(20)]
    assert np.abs(stops).max() == pytest.approx(1, abs=1e-5)


def test_vignetting_darkens_the_corners_alone():
    gain = vignetting(31, 41, 0.7)
    assert gain[15, 20] == pytest.approx(1)
    assert gain[0, 0] == pytest.approx(0.7, rel=1e-6)
    assert gain.min() == gain[-1, -1]
    signal = camera(effects=replace(PERFECT, vignetting=True)).expose(even(), rng())
    np.testing.assert_allclose(signal[0] / signal[0].max(), vignetting(16, 16, 0.75), rtol=0.02)


def test_blur_spreads_light_and_keeps_it():
    point = even(0.0, side=33)
    point[:, 16, 16] = 1
    spot = camera("b", replace(PERFECT, blur=True)).expose(point.copy(), rng())[0]
    spot = spot / spot.sum()
    offset = np.arange(33) - 16
    variance = (spot.sum(axis=0) * offset**2).sum()
    assert variance == pytest.approx(SENSOR_B.blur**2, rel=0.1)
    sharp = camera("b").expose(point, rng())[0]
    assert (sharp > 0).sum() == 1


@pytest.mark.parametrize("gain", [1.0, 8.0])
@pytest.mark.parametrize("level", [0.1, 0.5])
def test_noise_is_shot_and_read_noise(level, gain):
    noisy = camera("a", replace(PERFECT, noise=True))
    counts = noisy.raw(even(level, side=256), gain, rng()) / SENSOR_A.range
    well = SENSOR_A.well / gain  # electrons of a full signal
    variance = (level * well + SENSOR_A.read_noise**2) / well**2
    variance += 1 / 12 / SENSOR_A.range**2  # rounding
    assert counts.mean() == pytest.approx(level, rel=0.01)
    assert counts.var() == pytest.approx(variance, rel=0.03)


@pytest.mark.parametrize("key", SENSORS)
def test_saturation_and_black(key):
    noisy = camera(key, replace(PERFECT, noise=True))
    assert (noisy.raw(even(5.0), 1.0, rng()) == noisy.sensor.range).all()
    assert noisy.raw(even(0.0), 8.0, rng()).min() == 0


def test_switched_off_effects_draw_nothing_from_the_result():
    signal = np.random.default_rng(0).random((3, 16, 16), dtype=np.float32)
    first = camera().raw(camera().expose(signal.copy(), rng(1)), 4.0, rng(2))
    second = camera().raw(camera().expose(signal.copy(), rng(3)), 4.0, rng(4))
    np.testing.assert_array_equal(first, second)


def test_the_two_cameras_have_looks_of_their_own():
    scene = Scene(
        background(spectra.colorchecker()[6]),
        (PointLight("D65", spectra.light("D65"), (0.5, 0.5, 9.0)),),
    )
    shown = {}
    for key in SENSORS:
        shooter = camera(key)
        light = radiance(scene, View(), shooter.sensitivities.curves, 4, 4)
        srgb = shooter.srgb(shooter.expose(light, rng()), scene)
        assert srgb.shape == (3, 4, 4)
        shown[key] = srgb[:, 0, 0].astype(int)
    assert shown["a"][0] > shown["a"][1] > shown["a"][2]  # orange in both
    assert shown["b"][0] > shown["b"][1] > shown["b"][2]
    assert np.abs(shown["a"] - shown["b"]).max() > 15
