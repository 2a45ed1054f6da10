"""A miniature folder data set: 14 pictures of an "iphone", 5 of a "samsung", 2 scenes in common."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from benchmark.data.base import CameraPair
from benchmark.data.folder.dataset import Folder
from benchmark.data.images import ImageSet
from benchmark.errors import BenchError
from benchmark.progress import Progress
from benchmark.registry import DATASETS
from tests.benchmark.data.files.dng import write_dng

QUIET = Progress(quiet=True)
CFA = {"iphone": "RGGB", "samsung": "GRBG"}
BLACK = {"iphone": 528, "samsung": 0}
WHITE = {"iphone": 4095, "samsung": 1023}
PAIRED = ("s0", "s1")
UNPAIRED = {"iphone": [f"i{n:02d}" for n in range(12)], "samsung": [f"g{n}" for n in range(3)]}


def write_folder(root: Path) -> Path:
    """All pictures, each with an sRGB file."""
    for camera in CFA:
        for stem in (*PAIRED, *UNPAIRED[camera]):
            add(root, camera, stem)
    return root


def mosaic(camera: str, stem: str, height: int = 64, width: int = 72) -> NDArray[np.uint16]:
    generator = np.random.default_rng([*f"{camera}/{stem}".encode()])
    return generator.integers(0, WHITE[camera] + 1, (height, width), dtype=np.uint16)


def srgb(camera: str, stem: str, height: int = 64, width: int = 72) -> NDArray[np.uint8]:
    generator = np.random.default_rng([*f"{camera}/{stem}.srgb".encode()])
    return generator.integers(0, 256, (height, width, 3), dtype=np.uint8)


def add(root: Path, camera: str, stem: str, **options: Any) -> Path:
    """A raw file and its sRGB picture."""
    raw = write_dng(
        root / camera / f"{stem}.dng",
        mosaic(camera, stem),
        CFA[camera],
        BLACK[camera],
        WHITE[camera],
        **options,
    )
    (root / camera / "srgb").mkdir(exist_ok=True)
    Image.fromarray(srgb(camera, stem)).save(root / camera / "srgb" / f"{stem}.png")
    return raw


def source(root: Path, options: str = "") -> Folder:
    folder = DATASETS.create("folder", **Folder.parse_argument(f"{root}{options}"))
    assert isinstance(folder, Folder)
    return folder


def prepare(root: Path, out: Path, options: str = "") -> CameraPair:
    return source(root, options).prepare(out, QUIET)


def ids(images: ImageSet) -> list[str]:
    return [record.id for record in images]


def fails(root: Path, what: str, options: str = "") -> str:
    """The error of the check before anything is decoded."""
    with pytest.raises(BenchError, match=what) as caught:
        source(root, options).check()
    assert "\n" not in str(caught.value)
    return str(caught.value)
