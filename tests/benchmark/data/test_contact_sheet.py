import numpy as np

from benchmark.data.contact_sheet import contact_sheet, visualise


def test_a_raw_is_shown_as_by_the_authors_of_raw2raw():
    raw = np.full((4, 2, 3), 0.5, np.float32)
    raw[1], raw[2], raw[3] = 0.2, 0.4, 2.0
    shown = visualise(raw)
    assert shown.shape == (2, 3, 3)
    expected = [255 * (0.9 * value) ** (1 / 1.6) for value in (0.5, 0.3, 1.0)]
    np.testing.assert_allclose(shown[0, 0], expected, atol=0.51)


def test_the_sheet_shows_both_cameras_and_grows_with_the_pictures(simulated_scenes):
    one, four = (contact_sheet(simulated_scenes, count) for count in (1, 4))
    assert four.width > 2 * one.width
    assert four.height == one.height
    pixels = np.asarray(one).astype(float)
    srgb = simulated_scenes.train["a"].srgb(0).mean((1, 2))
    found = pixels[29:269, 8 + 240 : 8 + 480].mean((0, 1))  # right of the first raw
    np.testing.assert_allclose(found, srgb, atol=2)
