import numpy as np
import pytest

from benchmark.data.simulated.view import View, random_view, reach


def test_views_go_there_and_back():
    view = View((0.03, -0.02), 1.05, 0.1)
    points = np.random.default_rng(0).random((7, 2))
    affine = view.to_scene(120, 160)
    pixels = view.to_pixels(points, 120, 160)
    np.testing.assert_allclose(pixels @ affine[:, :2].T + affine[:, 2], points)


def test_unmoved_view_fills_the_picture():
    corners = View().to_pixels(np.array([[0, 0], [4 / 3, 1]]), 120, 160)
    np.testing.assert_allclose(corners, [[0, 0], [160, 120]], atol=1e-12)


def test_zoom_magnifies_and_shift_moves_the_view():
    points = np.array([[0.5, 0.5], [0.6, 0.5]])
    near = View(zoom=2.0).to_pixels(points, 100, 100)
    np.testing.assert_allclose(near, [[50, 50], [70, 50]])
    moved = View(shift=(0.1, 0.0)).to_pixels(points, 100, 100)
    np.testing.assert_allclose(moved, [[40, 50], [50, 50]])


@pytest.mark.parametrize("aspect", [0.75, 1.0, 1.5])
def test_random_views_stay_within_reach(aspect):
    rng, rows = np.random.default_rng(0), 120
    columns = round(aspect * rows)
    corners = np.array([[x, y, 1] for x in (0, columns) for y in (0, rows)])
    seen = [random_view(rng).to_scene(rows, columns) @ corners.T for _ in range(2000)]
    low, high = np.min(seen, axis=(0, 2)), np.max(seen, axis=(0, 2))
    below, right = reach(aspect)
    most = np.array([high[0] - aspect, high[1] - 1, -low[0], -low[1]])
    allowed = np.array([right, below, right, below])
    assert (most <= allowed).all()
    assert (most > 0.6 * allowed).all(), "no wider than needed"
