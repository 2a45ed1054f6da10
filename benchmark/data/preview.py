"""Raw pictures made visible, the same way everywhere: contact sheets, previews, reports."""

import numpy as np
from numpy.typing import NDArray


def visualise(raw: NDArray[np.float32]) -> NDArray[np.uint8]:
    """A raw to look at, as the authors of raw2raw show theirs: (0.9 x)^(1/1.6), mean of greens.

    Args:
        raw: (4, H, W) in [0, 1], planes R, Gr, Gb, B; neither white-balanced nor in sRGB.

    Returns:
        (H, W, 3) uint8.
    """
    colour = np.stack([raw[0], (raw[1] + raw[2]) / 2, raw[3]], axis=-1)
    return np.round(255 * (0.9 * np.clip(colour, 0, 1)) ** (1 / 1.6)).astype(np.uint8)
