import numpy as np

from benchmark.data.contact_sheet import contact_sheet


def test_the_sheet_shows_both_cameras_and_grows_with_the_pictures(simulated_scenes):
    one, four = (contact_sheet(simulated_scenes, count) for count in (1, 4))
    assert four.width > 2 * one.width
    assert four.height == one.height
    pixels = np.asarray(one).astype(float)
    srgb = simulated_scenes.train["a"].srgb(0).mean((1, 2))
    found = pixels[29:269, 8 + 240 : 8 + 480].mean((0, 1))  # right of the first raw
    np.testing.assert_allclose(found, srgb, atol=2)
