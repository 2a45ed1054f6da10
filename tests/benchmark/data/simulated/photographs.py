"""Small photographs, written by the tests."""

from pathlib import Path

import numpy as np
import scipy
from PIL import Image


def scenery(seed: int, rows: int = 90, columns: int = 100) -> np.ndarray:
    """Soft coloured blotches, (rows, columns, 3) of 8 bits."""
    noise = np.random.default_rng(seed).normal(size=(rows, columns, 3))
    soft = scipy.ndimage.gaussian_filter(noise, (5, 5, 0))
    return np.rint(120 + 45 * soft / soft.std()).clip(0, 255).astype(np.uint8)


def album(folder: Path, count: int, rows: int = 90, columns: int = 100) -> Path:
    """A folder with some different pictures, 00.png, 01.png, ..."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        Image.fromarray(scenery(number, rows, columns)).save(folder / f"{number:02d}.png")
    return folder
