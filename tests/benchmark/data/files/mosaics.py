"""Mosaics to pack, and a second way to pack them."""

import numpy as np
from numpy.typing import NDArray


def noise(height: int = 68, width: int = 80, white: int = 4095, seed: int = 0) -> NDArray:
    """A mosaic (h, w) of independent counts in [0, white]."""
    return np.random.default_rng(seed).integers(0, white + 1, (height, width), dtype=np.uint16)


def expected(mosaic: NDArray, cfa: str) -> NDArray:
    """Planes R, Gr, Gb, B by colouring every pixel of the mosaic: slow, and plainly right."""
    height, width = mosaic.shape[0] // 2, mosaic.shape[1] // 2
    planes = np.zeros((4, height, width), np.uint16)
    for y in range(2 * height):
        row = {cfa[2 * (y % 2)], cfa[2 * (y % 2) + 1]}
        for x in range(2 * width):
            colour = cfa[2 * (y % 2) + x % 2]
            plane = {"R": 0, "B": 3, "G": 1 if "R" in row else 2}[colour]
            planes[plane, y // 2, x // 2] = mosaic[y, x]
    return planes
