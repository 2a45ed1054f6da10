from dataclasses import fields

import numpy as np
import pytest

from benchmark.data.simulated import scenes
from benchmark.data.simulated.scenes import draw_scene
from benchmark.data.simulated.view import random_view

LIGHTS = ("A", "D65", "FL11")


def drawn(seed=0, mixed=0.0, aspect=1.0, charts=False):
    return draw_scene(np.random.default_rng(seed), LIGHTS, mixed, aspect, charts)


def test_same_seed_same_scene():
    first, again, other = drawn(1), drawn(1), drawn(2)
    assert first.lights[0].position == again.lights[0].position
    for field in fields(scenes.Leaves):
        one, two = getattr(first.leaves, field.name), getattr(again.leaves, field.name)
        np.testing.assert_array_equal(one, two)
    assert not np.array_equal(first.leaves.reflectance, other.leaves.reflectance)


@pytest.mark.parametrize("aspect", [0.75, 1.0, 4 / 3])
def test_leaves_are_well_formed(aspect):
    leaves = drawn(3, aspect=aspect).leaves
    count = len(leaves)
    assert 200 < count < 600
    for field in fields(leaves):
        values = getattr(leaves, field.name)
        assert len(values) == count
        assert np.isfinite(values).all()
    assert leaves.reflectance.shape == (count, 2, 61)
    assert leaves.reflectance.min() >= 0
    assert leaves.reflectance.max() <= 1
    assert not leaves.place[0].any()  # the background covers everything


def test_materials_have_more_than_three_dimensions():
    spectra = drawn().leaves.reflectance.reshape(-1, 61)
    energy = np.cumsum(np.linalg.svd(spectra - spectra.mean(0), compute_uv=False) ** 2)
    assert energy[2] / energy[-1] < 0.995


def test_lights():
    assert {len(drawn(seed).lights) for seed in range(5)} == {1}
    for seed in range(5):
        first, second = drawn(seed, mixed=1.0).lights
        assert first.name != second.name
    assert {len(drawn(seed, mixed=0.5).lights) for seed in range(20)} == {1, 2}


def test_spectrum_is_the_mean_weighted_by_strength():
    scene = drawn(mixed=1.0)
    first, second = scene.lights
    assert scene.spectrum().mean() == pytest.approx(1)
    expected = first.strength * first.spectrum + second.strength * second.spectrum
    np.testing.assert_allclose(scene.spectrum(), expected / expected.mean())


def test_charts_stay_in_every_view():
    for seed in range(30):
        rng = np.random.default_rng(seed)
        scene, view = draw_scene(rng, LIGHTS, 1.0, 1.0, charts=True), random_view(rng)
        corners = view.to_pixels(np.stack(scene.charts), 100, 100)  # (3, 4, 2)
        assert corners.shape == (3, 4, 2)
        assert corners.min() > 0
        assert corners.max() < 100


def test_charts_are_on_top_and_apart():
    scene = drawn(charts=True)
    plain = drawn(charts=False)
    assert len(scene.leaves) == len(plain.leaves) + 3 * 25
    assert (scene.leaves.gloss[-75:] == 0).all()
    middles = np.stack(scene.charts).mean(axis=1)
    gaps = [np.linalg.norm(middles[i] - middles[j]) for i in range(3) for j in range(i)]
    assert min(gaps) > scenes.CHART_WIDTH * 1.2  # its diagonal
