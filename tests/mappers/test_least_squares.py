import pytest
import torch

from benchmark.errors import BenchError
from mappers.base import AnchorPair
from mappers.least_squares import PIXELS_PER_PAIR, pixels, solve


def _pair(size: int = 16) -> AnchorPair:
    a = torch.rand(4, size, size) * 0.8 + 0.1
    return AnchorPair(a, a * 0.5)


def test_clipped_pixels_of_either_camera_are_left_out():
    pair = _pair()
    pair.a[0, 0, 0], pair.a[2, 0, 1] = 1.0, 0.0
    pair.b[3, 0, 2], pair.b[1, 0, 3] = 0.995, 0.0
    source, target = pixels([pair], "a2b")
    assert source.shape == target.shape == (16 * 16 - 4, 4)
    assert source.max() < 0.99 and target.min() > 0


def test_each_pair_gives_a_bounded_number_of_pixels_and_always_the_same():
    pairs = [_pair(160), _pair(16)]
    source, target = pixels(pairs, "a2b")
    assert source.shape == (PIXELS_PER_PAIR + 256, 4)
    torch.testing.assert_close(target, source * 0.5)
    assert torch.equal(source, pixels(pairs, "a2b")[0])


def test_the_other_direction_swaps_source_and_target():
    pairs = [_pair()]
    (a, b), (source, target) = pixels(pairs, "a2b"), pixels(pairs, "b2a")
    assert torch.equal(source, b) and torch.equal(target, a)


def test_solve_recovers_a_matrix():
    regressors, matrix = torch.rand(500, 5).double(), torch.randn(3, 5).double()
    found = solve(regressors, regressors @ matrix.T)
    torch.testing.assert_close(found, matrix.float(), atol=1e-4, rtol=1e-4)


def test_equal_regressors_share_the_weight():
    x = torch.rand(500, 1).double()
    found = solve(torch.cat([x, x], dim=1), 2 * x)
    torch.testing.assert_close(found, torch.ones(1, 2), atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(
    "pairs", [[], [AnchorPair(torch.ones(4, 8, 8), torch.ones(4, 8, 8))]], ids=["none", "clipped"]
)
def test_nothing_to_fit_is_an_error(pairs):
    with pytest.raises(BenchError, match="pair"):
        pixels(pairs, "a2b")
