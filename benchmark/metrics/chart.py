"""Difference of the ColorCheckers in two pictures (Table 2 of the paper)."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from benchmark.data.charts import patch_means
from benchmark.errors import BenchError

SHRINK = 0.5  # side kept of each patch, as in LSMI: off the edges and their blur


def chart_colours(raw: NDArray[np.floating], charts: Sequence[ArrayLike]) -> NDArray[np.float64]:
    """Mean colours of all patches, (24 times charts, C), chart by chart.

    Args:
        raw: (C, H, W).
        charts: corners of each chart, (4, 2) as in `benchmark/data/charts.py`.
    """
    corners = [np.asarray(chart, dtype=float) for chart in charts]
    return np.concatenate([patch_means(raw, chart, SHRINK) for chart in corners])


def chart_mae(prediction: NDArray[np.floating], reference: NDArray[np.floating]) -> float:
    """Mean absolute difference of the patches' mean colours, over patches and channels.

    The charts are found in each picture by their own corners, so the pictures need not be aligned.

    Unit: none (1 is white). Range: 0 to 1. Lower is better.

    Args:
        prediction: (P, C), see :func:`chart_colours`.
        reference: (P, C), the same patches of the same charts in the same order.

    Raises:
        BenchError: the pictures have different numbers of patches.

    >>> chart_mae(np.full((24, 4), 0.5), np.full((24, 4), 0.25))
    0.25
    """
    if prediction.shape != reference.shape:
        raise BenchError(
            f"Chart MAE: the pictures have charts of {len(prediction)} and {len(reference)} "
            "patches; both must show the same charts in the same order."
        )
    return float(np.abs(prediction - reference).mean())
