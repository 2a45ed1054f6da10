import numpy as np
import pytest

from benchmark.data.colour_science import colour
from benchmark.data.simulated import spectra
from benchmark.data.simulated.camera import SENSOR_A, SENSOR_B
from benchmark.data.simulated.rendering import (
    Look,
    colour_matrix,
    render,
    tone_table,
    white_balance,
)
from benchmark.data.simulated.sensitivities import BUILT_IN, load_sensitivities

PLAIN = Look(gain=1.0, contrast=0.0, saturation=1.0, warmth=1.0)
LOOKS = {"a": SENSOR_A.look, "b": SENSOR_B.look, "plain": PLAIN}


def surface(curves, light, level):
    """An even grey surface, (3, 4, 4); level 1 just saturates the strongest channel."""
    white = light @ curves
    return np.broadcast_to((level * white / white.max())[:, None, None], (3, 4, 4)).astype("f4")


@pytest.mark.parametrize("camera", BUILT_IN)
@pytest.mark.parametrize("name", ["A", "D65", "FL11"])
def test_grey_is_neutral_in_every_light(camera, name):
    curves, light = load_sensitivities(camera).curves, spectra.light(name)
    srgb = render(surface(curves, light, 0.3), curves, light, PLAIN)
    assert srgb.shape == (3, 4, 4)
    assert srgb.dtype == np.uint8
    assert np.ptp(srgb.astype(int), axis=0).max() <= 1


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_burnt_out_is_white(look):
    """Neutral whatever the light, but for the warmth a look adds to all colours."""
    curves, light = load_sensitivities("Nikon D5100").curves, spectra.light("A")
    srgb = render(surface(curves, light, 3.0), curves, light, look)
    assert srgb.min() >= 245
    assert srgb.max() == 255


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_tone_rises_from_black_to_white(look):
    table = tone_table(look)
    assert table[0] == 0
    assert table[-1] == 255
    steps = np.diff(table.astype(int))
    assert steps.min() >= 0
    assert steps.max() <= 1


def test_plain_tone_is_the_srgb_curve():
    table = tone_table(PLAIN)
    expected = 255 * colour().models.eotf_inverse_sRGB(np.linspace(0, 1, len(table)))
    assert np.abs(table - expected).max() <= 0.5 + 1e-9


@pytest.mark.parametrize("camera", BUILT_IN)
@pytest.mark.parametrize("name", ["A", "D65", "LED-B3"])
def test_colour_matrix_sees_the_chart_as_the_observer_does(camera, name):
    curves, light = load_sensitivities(camera).curves, spectra.light(name)
    chart = spectra.colorchecker()
    seen = (chart * light) @ curves / (light @ curves) @ colour_matrix(curves, light).T
    true = (chart * spectra.light("D65")) @ spectra.observer()
    assert np.sqrt(np.mean((seen - true) ** 2)) < 0.05
    np.testing.assert_allclose(colour_matrix(curves, light).sum(axis=1), 1, atol=2e-4)


def test_white_balance_only_amplifies():
    curves, light = load_sensitivities("Nikon D5100").curves, spectra.light("D65")
    gains = white_balance(curves, light)
    assert gains.min() == 1
    np.testing.assert_allclose(gains * (light @ curves), (light @ curves).max(), rtol=1e-6)


def test_saturation_and_warmth():
    curves, light = load_sensitivities("Nikon D5100").curves, spectra.light("D65")
    orange = (spectra.colorchecker()[6] * light) @ curves / (light @ curves).max()
    signal = np.broadcast_to(orange[:, None, None], (3, 4, 4)).astype("f4")

    def shown(**change):
        return render(signal, curves, light, Look(**{**vars(PLAIN), **change}))[:, 0, 0].astype(int)

    assert np.ptp(shown(saturation=0.5)) < np.ptp(shown()) < np.ptp(shown(saturation=1.2))
    assert np.ptp(shown(saturation=0.0)) <= 1
    assert shown(warmth=1.1)[0] > shown()[0]
    assert shown(warmth=1.1)[2] < shown()[2]
