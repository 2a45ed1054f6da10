import numpy as np
import pytest

from benchmark.data.simulated.recovery import PALETTES, Primaries, Recovery, daylight_srgb
from benchmark.data.simulated.spectra import light, reflectances

EVERY_NM = np.eye(61)  # 61 curves, one per sample: the spectra themselves


@pytest.fixture(scope="module")
def recovery():
    return Recovery(daylight_srgb())


def colours(count=500, seed=0):
    """Linear sRGB (3, N) of surfaces that are mixes of measured ones, in any shade."""
    rng = np.random.default_rng(seed)
    surfaces = reflectances()
    share = rng.random((count, 1))
    mixed = [surfaces[rng.integers(len(surfaces), size=count)] for _ in range(2)]
    spectra = (share * mixed[0] + (1 - share) * mixed[1]) * rng.uniform(0.01, 5, (count, 1))
    return (spectra @ daylight_srgb().curves).T.astype(np.float32)


def responses(recovery, pixels, palette, curves=EVERY_NM):
    return recovery.responses(
        curves, np.broadcast_to(palette, pixels.shape[1]), *recovery.coordinates(pixels)
    )


@pytest.mark.parametrize("palette", [0, 3.3, 15.8])
def test_spectra_have_the_colour_of_the_pixel(recovery, palette):
    pixels = colours()
    spectra = responses(recovery, pixels, palette)
    assert spectra.min() >= 0
    back = daylight_srgb().curves.T @ spectra
    error = np.abs(back - pixels).max(axis=0) / pixels.max(axis=0)
    assert np.median(error) < 1e-3
    assert np.percentile(error, 99) < 0.02  # at the edge of what surfaces reach, cells are cut off


def test_spectra_have_more_than_three_dimensions(recovery):
    """Else a 3x3 matrix would map one camera to the other exactly."""

    def beyond_three(spectra):
        energy = np.linalg.svd(spectra / spectra.sum(axis=0), compute_uv=False) ** 2
        return energy[3:].sum() / energy[1:].sum()

    measured = reflectances().T
    recovered = responses(recovery, (measured.T @ daylight_srgb().curves).T.astype(np.float32), 2)
    assert beyond_three(recovered) > 0.5 * beyond_three(measured)


def test_palettes_are_metamers(recovery):
    """The same colour in daylight, but not in the light of a fluorescent lamp."""
    pixels, lamp = colours(), light("FL2")[:, None] * daylight_srgb().curves
    under_lamp = np.stack([responses(recovery, pixels, p, lamp) for p in range(4)])
    spread = under_lamp.std(axis=0) / under_lamp.mean(axis=0)
    assert np.median(spread.max(axis=0)) > 0.005


def test_palettes_go_round(recovery):
    pixels = colours(20)
    steps = np.linspace(0, PALETTES, 16 * PALETTES + 1)
    path = np.stack([responses(recovery, pixels, p) for p in steps])
    np.testing.assert_allclose(path[-1], path[0], rtol=1e-5)
    np.testing.assert_allclose(responses(recovery, pixels, -1.5), responses(recovery, pixels, 14.5))
    jump = np.abs(np.diff(path, axis=0)).max() / np.ptp(path, axis=0).max()
    assert jump < 0.2, "no palette follows another at once"


def test_brightness_is_kept(recovery):
    pixels = colours(50)
    once, thrice = (responses(recovery, k * pixels, 1.5) for k in (1, 3))
    np.testing.assert_allclose(thrice, 3 * once, rtol=1e-4)


def test_colours_beyond_all_surfaces_keep_luminance_and_hue(recovery):
    luminance = np.array([0.2126, 0.7152, 0.0722])
    for pure in np.eye(3, dtype=np.float32)[:, :, None]:
        spectrum = responses(recovery, pure, 0)
        assert spectrum.min() >= 0
        seen = (daylight_srgb().curves.T @ spectrum)[:, 0]
        assert luminance @ seen == pytest.approx(float(luminance @ pure[:, 0]), rel=0.03)
        assert seen.argmax() == pure.argmax()
        assert seen.min() > 0.01, "towards white"


def test_black_is_dark(recovery):
    assert np.abs(responses(recovery, np.zeros((3, 4), np.float32), 0)).max() < 1e-6


def test_other_primaries():
    """Numbers of a camera in the light of a lamp: spectra give that camera these numbers."""
    rng = np.random.default_rng(0)
    curves = light("A")[:, None] * rng.random((61, 3)).cumsum(axis=0)
    curves /= curves.sum(axis=0)
    own = Recovery(Primaries(curves, np.linalg.inv([[3, -1, -1], [-1, 3, -1], [-1, -1, 3]])))
    pixels = (reflectances()[::5] @ curves).T.astype(np.float32)
    spectra = responses(own, pixels, 7.5)
    np.testing.assert_allclose(curves.T @ spectra, pixels, rtol=0.02)
