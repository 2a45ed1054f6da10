import numpy as np

from benchmark.data import charts

UPRIGHT = np.array([[10.0, 20.0], [77.0, 20.0], [77.0, 65.0], [10.0, 65.0]])  # 4 pixels a unit


def test_boxes_fill_the_chart_as_in_lsmi():
    boxes = charts.patch_boxes() * (charts.WIDTH, charts.HEIGHT)
    np.testing.assert_allclose(boxes[0, 0], [0.25, 0.25])
    np.testing.assert_allclose(boxes[5, 1], [16.5, 0.25])
    np.testing.assert_allclose(boxes[23, 2], [16.5, 11.0])
    np.testing.assert_allclose(boxes[:, 2] - boxes[:, 0], 2.5)


def test_shrinking_keeps_the_centres():
    np.testing.assert_allclose(
        charts.patch_boxes(0.5).mean(axis=1), charts.patch_boxes().mean(axis=1)
    )


def painted(chart):
    """A picture (1, 90, 90) with each patch filled with its number, 99 elsewhere."""
    y, x = np.mgrid[:90, :90] + 0.5
    picture = np.full((1, 90, 90), 99.0)
    across, down = chart[1] - chart[0], chart[3] - chart[0]
    inverse = np.linalg.inv(np.column_stack([across, down]))
    u, v = np.einsum("ij,jhw->ihw", inverse, np.stack([x - chart[0, 0], y - chart[0, 1]]))
    for number, box in enumerate(charts.patch_boxes()):
        inside = (u > box[0, 0]) & (u < box[2, 0]) & (v > box[0, 1]) & (v < box[2, 1])
        picture[0, inside] = number
    return picture


def test_means_of_upright_turned_and_upside_down_charts():
    angle = np.deg2rad(25)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    turned = (UPRIGHT - 45) @ turn.T * 0.9 + 45
    for chart in (UPRIGHT, turned, np.roll(UPRIGHT, 2, axis=0)):
        means = charts.patch_means(painted(chart), chart)
        np.testing.assert_array_equal(means[:, 0], np.arange(24))


def test_a_tiny_chart_still_gives_every_patch_a_value():
    picture = np.arange(36.0).reshape(1, 6, 6)
    chart = np.array([[1.0, 1.0], [5.0, 1.0], [5.0, 4.0], [1.0, 4.0]])
    means = charts.patch_means(picture, chart)
    assert means.shape == (24, 1)
    assert np.isfinite(means).all()
    assert means[0, 0] == picture[0, 1, 1]
