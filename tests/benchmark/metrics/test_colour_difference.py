"""Against the published pairs of Sharma et al. (2005) and an independent implementation."""

import numpy as np
import pytest
from skimage.color import deltaE_ciede2000, lab2rgb, rgb2lab

from benchmark.errors import ContractError
from benchmark.metrics.colour_difference import ciede2000


def test_as_in_scikit_image():
    rng = np.random.default_rng(0)
    one = rng.random((3, 24, 32))
    other = np.clip(one + 0.1 * rng.standard_normal(one.shape), 0, 1)
    lab = [rgb2lab(np.moveaxis(picture, 0, -1)) for picture in (one, other)]
    assert ciede2000(one, other) == pytest.approx(deltaE_ciede2000(*lab).mean(), rel=1e-3)


def test_a_published_pair():
    """Sharma, Wu, Dalal 2005, Table 1, pair 17: colours that sRGB can show."""
    lab = [[[[50.0, 2.5, 0.0]]], [[[73.0, 25.0, -18.0]]]]
    one, other = (np.moveaxis(lab2rgb(colour), -1, 0) for colour in lab)
    assert ciede2000(one, other) == pytest.approx(27.1492, rel=1e-3)


def test_it_is_a_mean_over_pixels():
    rng = np.random.default_rng(1)
    one, other = rng.random((2, 3, 4, 6))
    halves = [ciede2000(one[:, :, s], other[:, :, s]) for s in (slice(3), slice(3, 6))]
    assert ciede2000(one, other) == pytest.approx(np.mean(halves))


@pytest.mark.parametrize("other", [np.zeros((3, 4, 5)), np.zeros((3, 4, 4), np.uint8)])
def test_what_cannot_be_compared(other):
    with pytest.raises(ContractError, match="CIEDE2000"):
        ciede2000(np.zeros((3, 4, 4)), other)
