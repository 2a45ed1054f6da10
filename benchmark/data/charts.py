"""The 24-patch ColorChecker in a picture: where its patches are, and their mean colours.

A chart is known by its four corners, top left, top right, bottom right, bottom left of the chart
held upright (dark skin top left, white bottom left), as (x, y) in packed pixels; pixel (i, j)
covers x in [j, j+1], y in [i, i+1]. Layout and order are those of the LSMI data set (Kim et al.,
ICCV 2021): a box of 16.75 x 11.25, patches of 2.5, gaps and margins of 0.25; patches row by row.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

ROWS, COLUMNS = 4, 6
WIDTH, HEIGHT = 16.75, 11.25  # of the chart, in its own units
PATCH, GAP = 2.5, 0.25  # the margin is as wide as a gap
GREYS = range(18, 24)  # white to black

Points = NDArray[np.float64]  # (..., 2), x and y


def patch_boxes(shrink: float = 1.0) -> Points:
    """Corners of the patches as fractions of the chart, (24, 4, 2), order as the chart's.

    Args:
        shrink: side of the box over the side of the patch, about its centre.
    """
    row, column = np.divmod(np.arange(ROWS * COLUMNS), COLUMNS)
    centres = np.stack([column, row], axis=1) * (PATCH + GAP) + GAP + PATCH / 2  # (24, 2)
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * (shrink * PATCH / 2)
    return (centres[:, None] + corners) / (WIDTH, HEIGHT)


def patch_corners(chart: Points, shrink: float = 0.5) -> Points:
    """Corners of the patches in the picture, (24, 4, 2), from the chart's corners (4, 2).

    Args:
        chart: corners of the chart, (4, 2).
        shrink: side kept of each patch; 0.5 as in LSMI keeps off edges and blur.
    """
    u, v = np.moveaxis(patch_boxes(shrink), -1, 0)[..., None]  # (24, 4, 1) each
    top_left, top_right, bottom_right, bottom_left = np.asarray(chart, dtype=float)
    top = top_left + u * (top_right - top_left)
    bottom = bottom_left + u * (bottom_right - bottom_left)
    return top + v * (bottom - top)


def patch_means(picture: NDArray[Any], chart: Points, shrink: float = 0.5) -> NDArray[np.float64]:
    """Mean colour of each patch, (24, C), over the pixels whose centres lie in the shrunk patch.

    A patch with no pixel centre in it (a tiny chart) takes the pixel nearest to its centre.

    Args:
        picture: (C, H, W), packed raw or anything else on its pixel grid.
        chart: corners of the chart, (4, 2), in pixels of `picture`.
        shrink: side kept of each patch.
    """
    _, height, width = picture.shape
    means = []
    for corners in patch_corners(chart, shrink):  # (4, 2)
        left, top = np.clip(np.floor(corners.min(0)), 0, (width - 1, height - 1)).astype(int)
        right, bottom = np.clip(np.ceil(corners.max(0)), (left + 1, top + 1), (width, height))
        x = np.arange(left, int(right)) + 0.5
        y = np.arange(top, int(bottom))[:, None] + 0.5
        inside = np.ones((y.size, x.size), dtype=bool)
        for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
            inside &= (x1 - x0) * (y - y0) - (y1 - y0) * (x - x0) >= 0  # clockwise on screen
        if not inside.any():
            centre = corners.mean(0)
            inside.flat[np.argmin((x - centre[0]) ** 2 + (y - centre[1]) ** 2)] = True
        pixels = picture[:, top : int(bottom), left : int(right)]
        means.append(pixels[:, inside].mean(axis=1, dtype=np.float64))
    return np.stack(means)
