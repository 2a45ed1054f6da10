from dataclasses import replace

import numpy as np
import pytest

from benchmark.data.colour_science import colour as colour_science
from benchmark.data.simulated import radiance as module
from benchmark.data.simulated import spectra
from benchmark.data.simulated.config import LIGHTS
from benchmark.data.simulated.radiance import radiance
from benchmark.data.simulated.scenes import (
    PointLight,
    Scene,
    background,
    chart_leaves,
    draw_scene,
)
from benchmark.data.simulated.sensitivities import load_sensitivities
from benchmark.data.simulated.view import View
from benchmark.metrics.pixel import psnr

NIKON, SIGMA = "Nikon D5100", "Sigma SD Merrill"
WHITE = np.ones(61)
EVERY_NM = np.eye(61)  # 61 curves, one per sample: the picture as a spectral cube


def drawn(seed=0, mixed=0.0, lights=LIGHTS, aspect=1.0):
    return draw_scene(np.random.default_rng(seed), lights, mixed, aspect)


def white_scene(*lamps):
    return Scene(background(WHITE), lamps)


def overhead(name):
    return PointLight(name, spectra.light(name), (0.5, 0.5, 2.0))


@pytest.mark.parametrize("name", LIGHTS)
def test_white_shows_the_white_point(name):
    """Against sums over the tables of colour-science, which need no resampling for this camera."""
    colour = colour_science()
    camera = colour.MSDS_CAMERA_SENSITIVITIES["Nikon 5100 (NPL)"]
    power = colour.SDS_ILLUMINANTS[name]
    red, green, blue = (
        sum(power[nm] * camera[nm][channel] for nm in range(400, 701, 5)) for channel in range(3)
    )
    picture = radiance(white_scene(overhead(name)), View(), load_sensitivities(NIKON).curves, 8, 8)
    np.testing.assert_allclose(picture[0] / picture[1], red / green, rtol=1e-5)
    np.testing.assert_allclose(picture[2] / picture[1], blue / green, rtol=1e-5)


def test_flat_surface_follows_lambert_and_the_inverse_square():
    lamp = replace(overhead("D65"), ambient=0.0)
    picture = radiance(white_scene(lamp), View(), WHITE[:, None], 9, 9)[0]
    x = (np.arange(9) + 0.5) / 9 - 0.5
    distance = np.sqrt(x**2 + x[:, None] ** 2 + 4)
    expected = (2 / distance) ** 3 * lamp.spectrum.sum()  # cosine 2 / d, times 2^2 / d^2
    np.testing.assert_allclose(picture, expected, rtol=1e-5)


@pytest.mark.parametrize("mixed", [0.0, 1.0])
def test_equals_the_sum_over_the_spectral_cube(mixed):
    scene, curves = drawn(5, mixed), load_sensitivities(NIKON).curves
    cube = radiance(scene, View(), EVERY_NM, 24, 24)  # (61, 24, 24)
    expected = np.einsum("shw,sc->chw", cube, curves)
    np.testing.assert_allclose(radiance(scene, View(), curves, 24, 24), expected, rtol=2e-5)


def test_bands_do_not_show(monkeypatch):
    scene, view, curves = drawn(1, aspect=1.5), View((0.01, 0.02), 1.03, 0.04), WHITE[:, None]
    whole = radiance(scene, view, curves, 40, 60)
    monkeypatch.setattr(module, "BAND", 7 * 60)
    np.testing.assert_array_equal(radiance(scene, view, curves, 40, 60), whole)


def test_every_leaf_in_sight_is_painted_whole():
    """The boxes around leaves lose no pixel: compared with asking every pixel about every leaf."""
    scene = drawn(2)
    affine = View(rotation=0.3).to_scene(48, 48)
    x = (np.arange(48) + 0.5).astype(np.float32)
    labels = module._labels(scene.leaves, affine, x, x[:, None])
    points = np.stack(np.meshgrid(x, x), axis=-1) @ affine[:, :2].T + affine[:, 2]
    expected = np.zeros((48, 48), dtype=int)
    for k, (place, square) in enumerate(zip(scene.leaves.place, scene.leaves.square, strict=True)):
        local = points @ place[:, :2].T + place[:, 2]
        inside = np.abs(local).max(-1) <= 1 if square else (local**2).sum(-1) <= 1
        expected[inside] = k
    assert (labels != expected).mean() < 1e-3  # float32 against float64 on the very edge


def test_responses_are_finite_and_not_negative():
    picture = radiance(drawn(3, mixed=1.0), View(), load_sensitivities(SIGMA).curves, 64, 48)
    assert picture.shape == (3, 64, 48)
    assert picture.dtype == np.float32
    assert np.isfinite(picture).all()
    assert picture.min() >= 0


def test_two_lights_mix_over_the_scene():
    curves = load_sensitivities(NIKON).curves

    def spread(mixed):
        scene = replace(drawn(4, mixed, ("A", "D65")), leaves=background(WHITE))
        red, _, blue = radiance(scene, View(), curves, 32, 32)
        return (red / blue).max() / (red / blue).min()

    assert spread(0.0) == pytest.approx(1, abs=1e-5)
    assert spread(1.0) > 1.2


def test_a_moved_view_sees_the_same_things_elsewhere():
    corners = np.array([[0.2, 0.2], [0.8, 0.2], [0.8, 0.6], [0.2, 0.6]])
    scene = Scene(background(WHITE).under(chart_leaves(corners)), (overhead("D65"),))
    curves, view = load_sensitivities(NIKON).curves, View((0.03, -0.04), 0.95, 0.05)
    still, moved = (radiance(scene, v, curves, 96, 96) for v in (View(), view))
    for u, v in ((0.089, 0.13), (0.42, 0.38), (0.91, 0.87)):  # centres of three patches
        point = corners[0] + np.array([0.6 * u, 0.4 * v])
        (x0, y0), (x1, y1) = (p.to_pixels(point, 96, 96).astype(int) for p in (View(), view))
        np.testing.assert_allclose(still[:, y0, x0], moved[:, y1, x1], rtol=0.03)


def test_no_single_matrix_maps_one_camera_to_the_other():
    """Why the benchmark exists: a matrix per light is nearly right, one for all lights is not."""
    both = np.hstack([load_sensitivities(NIKON).curves, load_sensitivities(SIGMA).curves])

    def seen(light, seeds):
        """Both cameras, each exposed for its own green: (3, n) and (3, n)."""
        pictures = [radiance(drawn(s, lights=(light,)), View(), both, 32, 32) for s in seeds]
        a, b = np.split(np.concatenate([p.reshape(6, -1) for p in pictures], axis=1), 2)
        return np.stack([0.18 * a / a[1].mean(), 0.18 * b / b[1].mean()])

    def fitted(pair):
        a, b = pair
        mapped = np.linalg.lstsq(a.T, b.T, rcond=None)[0].T @ a  # (3, n)
        return psnr(mapped[:, None].clip(0, 1), b[:, None].clip(0, 1))

    pairs = [seen(light, range(4 * k, 4 * k + 4)) for k, light in enumerate(LIGHTS)]
    assert min(fitted(pair) for pair in pairs) > 45
    assert fitted(np.concatenate(pairs, axis=2)) < 38
