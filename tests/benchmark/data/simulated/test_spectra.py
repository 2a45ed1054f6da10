import numpy as np
import pytest

from benchmark.data.simulated import spectra
from benchmark.data.simulated.config import LIGHTS
from benchmark.errors import BenchError


def test_lights_are_relative_powers_on_the_grid():
    for name in {*LIGHTS, "A", "D65", "FL11", "LED-B1", "Cool White FL"}:
        power = spectra.light(name)
        assert power.shape == spectra.WAVELENGTHS.shape == (61,)
        assert power.mean() == pytest.approx(1)
        assert power.min() >= 0


def test_incandescent_light_follows_planck():
    """CIE A is a black body of 2848 K with c2 = 1.435e-2 m K (CIE 15)."""
    metres = spectra.WAVELENGTHS * 1e-9
    planck = metres**-5 / np.expm1(1.435e-2 / (2848 * metres))
    np.testing.assert_allclose(spectra.light("A"), planck / planck.mean(), rtol=2e-4)


def test_unknown_light_names_the_nearest():
    with pytest.raises(BenchError, match=r"'Cool White'.*Did you mean 'Cool White FL'"):
        spectra.light("Cool White")


def test_reflectances_have_more_than_three_dimensions():
    measured = spectra.reflectances()
    assert measured.shape == (244, 61)
    assert measured.min() >= 0
    assert measured.max() <= 1
    energy = np.cumsum(np.linalg.svd(measured - measured.mean(0), compute_uv=False) ** 2)
    assert energy[2] / energy[-1] < 0.99


def test_colorchecker_order():
    checker = spectra.colorchecker()
    greys = checker[18:].mean(axis=1)
    assert checker.shape == (24, 61)
    assert (np.diff(greys) < 0).all()  # white to black
    assert greys[0] > 0.85


def test_observer_sees_daylight_white():
    white = spectra.light("D65") @ spectra.observer()
    np.testing.assert_allclose(white, 1, rtol=1e-12)


def test_curves_are_zero_outside_their_samples():
    curve = spectra.resample(np.array([500.0, 600.0]), np.array([1.0, 3.0]))
    assert curve[spectra.WAVELENGTHS == 550] == 2
    assert curve[spectra.WAVELENGTHS == 495] == 0
    assert curve[spectra.WAVELENGTHS == 605] == 0


def test_arrays_are_read_only():
    with pytest.raises(ValueError, match="read-only"):
        spectra.light("A")[0] = 1
