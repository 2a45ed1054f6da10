"""Photographs that show the same: saved again in another format or size, or of one burst.

One of them might be trained on and the other tested with. They are compared as thumbnails, by their
correlation. Measured on photographs: saved again as a JPEG of poor quality, at half size, brighter
or with another gamma, at least 0.998; cut by a tenth, 0.985; two of one place, one after the other,
0.95; different ones, below 0.7.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE = 16  # pixels of a thumbnail
ALIKE = 0.98
EVEN = 0.1  # a contrast of 0.4 %: what varies less is like nothing


def thumbnail(pixels: NDArray[np.floating]) -> NDArray[np.float32]:
    """What a linear picture (3, H, W) looks like: (3 * SIDE * SIDE,), of length 1 at most."""
    planes = [
        np.asarray(
            Image.fromarray(np.cbrt(plane.astype(np.float32).clip(0))).resize(
                (SIDE, SIDE), Image.Resampling.BOX
            )
        )
        for plane in pixels
    ]
    look = np.stack(planes).ravel()
    look = look / max(float(look.mean()), 1e-6) - 1
    return np.asarray(look / max(float(np.linalg.norm(look)), EVEN), np.float32)


def lookalikes(looks: Mapping[Path, NDArray[np.float32]]) -> list[str]:
    """What shows the same as an earlier one, a sentence each.

    Args:
        looks: thumbnails of photographs.
    """
    paths = sorted(looks)
    every = np.stack([looks[path] for path in paths]) if paths else np.zeros((0, 1))
    found = []
    for number in range(1, len(paths)):
        likeness = every[:number] @ every[number]
        if likeness.max() > ALIKE:
            found.append(
                f"{paths[number]} shows the same as {paths[int(likeness.argmax())]}; leave one, so "
                f"that none is both trained on and tested with."
            )
    return found
