import numpy as np
import pytest
import scipy

from benchmark.data.simulated.backdrop import Photograph, draw_backdrop, least_size
from benchmark.data.simulated.radiance import radiance
from benchmark.data.simulated.recovery import Recovery, daylight_srgb
from benchmark.data.simulated.scenes import PointLight, Scene, background, draw_scene
from benchmark.data.simulated.spectra import light
from benchmark.data.simulated.view import View, random_view

ROWS, COLUMNS = 48, 64
FAR = PointLight("D65", light("D65"), (0.5, 0.5, 1e4))  # the same light everywhere
OBSERVER = daylight_srgb().curves / light("D65")[:, None]


@pytest.fixture(scope="module")
def recovery():
    return Recovery(daylight_srgb())


def photograph(recovery, rows=90, columns=120, seed=0):
    """Soft blotches of muted colours, (3, rows, columns)."""
    noise = np.random.default_rng(seed).normal(size=(3, rows, columns))
    soft = np.stack([scipy.ndimage.gaussian_filter(plane, 4) for plane in noise])
    pixels = 0.2 + 0.08 * soft / soft.std()
    return Photograph("blotches.png", pixels.clip(0.05).astype(np.float16), recovery)


def seen(backdrop, view=None, curves=OBSERVER, size=(ROWS, COLUMNS)):
    scene = Scene(background(np.ones(61)), (FAR,), size[1] / size[0], backdrop=backdrop)
    return radiance(scene, view or View(), curves, *size)


def test_the_observer_sees_the_photograph_in_daylight(recovery):
    """One that just fits is seen whole, but for the margin."""
    rows, columns = (round(side * 1.5) for side in least_size(ROWS, COLUMNS))
    whole = photograph(recovery, rows, columns)
    picture = seen(draw_backdrop(np.random.default_rng(0), whole, ROWS, COLUMNS))
    top, left = (rows - ROWS) // 2, (columns - COLUMNS) // 2
    shown = whole.pixels[:, top : top + ROWS, left : left + COLUMNS].astype(float)
    assert (
        np.abs(picture / picture.mean() - shown / shown.mean()).max() < 0.08
    )  # half a pixel off at most


def test_a_moved_view_sees_the_same_from_elsewhere(recovery):
    backdrop = draw_backdrop(np.random.default_rng(1), photograph(recovery), ROWS, COLUMNS)
    straight, moved = seen(backdrop), seen(backdrop, View(shift=(2 / ROWS, 4 / ROWS)))
    np.testing.assert_allclose(moved[:, :-4, :-2], straight[:, 4:, 2:], rtol=0.05)


def test_nothing_is_made_up_at_the_edge_of_a_moved_view(recovery):
    """The photograph has a bright frame that no view should see."""
    rng = np.random.default_rng(0)
    for number in range(20):
        whole = photograph(recovery, *least_size(ROWS, COLUMNS))
        backdrop = draw_backdrop(rng, whole, ROWS, COLUMNS)
        framed = backdrop.splines.copy()
        framed[:, [0, -1]] = framed[:, :, [0, -1]] = 1e6
        object.__setattr__(backdrop, "splines", framed)
        assert seen(backdrop, random_view(np.random.default_rng(number))).max() < 1e4


def test_the_same_draw_gives_the_same_picture(recovery):
    first, again, other = (
        seen(draw_backdrop(np.random.default_rng(seed), photograph(recovery), ROWS, COLUMNS))
        for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.allclose(first, other)


def test_one_colour_is_made_of_different_spectra(recovery):
    """An even photograph: even in daylight, not under a lamp, and without borders."""
    colour = np.array([0.3, 0.15, 0.08], np.float16)[:, None, None]
    even = Photograph("even.png", np.broadcast_to(colour, (3, 180, 240)), recovery)
    size = (150, 200)
    backdrop = draw_backdrop(np.random.default_rng(0), even, *size)
    in_daylight = seen(backdrop, size=size)
    means = in_daylight.mean(axis=(1, 2), keepdims=True)
    np.testing.assert_allclose(in_daylight / means, 1, atol=0.005)
    lamp = light("FL2")[:, None] * OBSERVER
    red, _, blue = seen(backdrop, curves=lamp / light("D65")[:, None], size=size)
    ratio = red / blue
    assert np.ptp(ratio) > 0.01 * ratio.mean()
    for axis in (0, 1):
        assert np.abs(np.diff(ratio, axis=axis)).max() < 0.1 * np.ptp(ratio)


def test_charts_lie_over_the_photograph(recovery):
    rng = np.random.default_rng(0)
    backdrop = draw_backdrop(rng, photograph(recovery), ROWS, COLUMNS)
    scene = draw_scene(rng, ("D65",), 0.0, COLUMNS / ROWS, charts=True, backdrop=backdrop)
    bare = Scene(background(np.ones(61)), scene.lights, scene.aspect, backdrop=backdrop)
    with_charts, without = (radiance(s, View(), OBSERVER, ROWS, COLUMNS) for s in (scene, bare))
    changed = (with_charts != without).any(axis=0).mean()
    assert 0.1 < changed < 0.5


def test_least_size_is_two_thirds_of_what_views_see():
    assert least_size(300, 300) == (240, 240)
    rows, columns = least_size(256, 384)
    assert 256 / 1.5 < rows < columns < 384
