import numpy as np

from benchmark.data.preview import visualise


def test_a_raw_is_shown_as_by_the_authors_of_raw2raw():
    raw = np.full((4, 2, 3), 0.5, np.float32)
    raw[1], raw[2], raw[3] = 0.2, 0.4, 2.0
    shown = visualise(raw)
    assert shown.shape == (2, 3, 3)
    expected = [255 * (0.9 * value) ** (1 / 1.6) for value in (0.5, 0.3, 1.0)]
    np.testing.assert_allclose(shown[0, 0], expected, atol=0.51)
