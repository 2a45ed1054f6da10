"""Miniature downloads of raw2raw in both published layouts, made of simulated scenes."""

from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import scipy.io
from numpy.typing import NDArray
from PIL import Image

from benchmark.data.base import CameraPair
from benchmark.progress import Progress
from benchmark.registry import DATASETS
from tests.benchmark.data.files.dng import write_dng

PHONES = {"a": "iphone-x", "b": "samsung-s9"}
SUFFIX = {"a": "_A", "b": "_B"}
CFA = {"a": "RGGB", "b": "GRBG"}
BLACK, WHITE = {"a": 528, "b": 0}, {"a": 4095, "b": 1023}
CELL = {"RGGB": (0, 1, 2, 3), "GRBG": (1, 0, 3, 2)}  # plane at each place of a cell
SIZE, UNPAIRED, SCENES = 32, 5, 4
ANCHOR = {"a": "2021-06-03_20-43-09", "b": "2021-06-03_20-43-08"}  # in the authors' list
ALONE = "2021-06-03_21-05-34"  # an iPhone picture that no Samsung one belongs to


@cache
def scenes(folder: Path) -> CameraPair:
    """Simulated pictures that the downloads are made of."""
    source = DATASETS.create(
        "simulated", size=SIZE, unpaired=UNPAIRED, validation=1, anchors=0, aligned=1,
        scenes=SCENES,
    )  # fmt: skip
    return source.prepare(folder, Progress(quiet=True))


def stems(camera: str) -> list[str]:
    """Capture times of the paired pictures: the Samsung's some seconds later; one is an anchor."""
    start = datetime(2021, 6, 7, 12, 0, 0)
    times = [
        start + timedelta(minutes=i, seconds=2 * i * (camera == "b")) for i in range(1, SCENES)
    ]
    return [ANCHOR[camera], *(f"{time:%Y-%m-%d_%H-%M-%S}" for time in times)]


def unpaired_stems(camera: str) -> list[str]:
    return [f"2021-06-0{1 if camera == 'a' else 2}_10-00-{i:02d}" for i in range(UNPAIRED)]


def counts(pair: CameraPair, part: str, camera: str, i: int) -> NDArray[np.uint16]:
    """(4, H, W) above black."""
    images = getattr(pair, part)
    images = images[camera] if isinstance(images, dict) else images.camera(camera)
    return np.round(images.raw(i) * images[i].range).astype(np.uint16)


def matrix(camera: str, i: int) -> NDArray[np.float64]:
    """A mapping (16, 4) with something in every term; some results leave [0, 1]."""
    generator = np.random.default_rng([i, camera == "b"])
    return np.vstack([np.eye(4) * 1.1, np.zeros((12, 4))]) + generator.normal(0, 0.03, (16, 4))


def expected_mapping(rggb: NDArray, mapping: NDArray) -> NDArray[np.float64]:
    """The published kernel, one pixel vector after another: slow, and plainly right."""
    mapped = np.zeros(rggb.shape)
    for y, x in np.ndindex(rggb.shape[:2]):
        r, gr, gb, b = rggb[y, x].astype(float)
        terms = [r, gr, gb, b, r * r, gr * gr, gb * gb, b * b]
        terms += [r * gr, r * gb, r * b, gr * gb, gr * b, gb * b, r * gr * gb * b, 1]
        mapped[y, x] = np.dot(terms, mapping)
    return mapped.clip(0, 1)


def write_dng_download(root: Path, pair: CameraPair, preview: bool = True) -> Path:
    """DNG, mapping matrices; sRGB files in srgb/ for the unpaired iPhone pictures only."""
    for camera in "ab":
        for i, stem in enumerate(unpaired_stems(camera)):
            add_dng(root / "unpaired", camera, stem, counts(pair, "train", camera, i), preview)
        for i, stem in enumerate(stems(camera)):
            add_paired_dng(root, camera, stem, counts(pair, "scenes", camera, i), i, preview)
    srgb = root / "unpaired" / PHONES["a"] / "srgb"
    srgb.mkdir()
    for i, stem in enumerate(unpaired_stems("a")):
        Image.fromarray(pair.train["a"].srgb(i).transpose(1, 2, 0)).save(srgb / f"{stem}.png")
    add_paired_dng(root, "a", ALONE, counts(pair, "train", "a", 0) // 2, 99, preview)
    return root


def add_paired_dng(root: Path, camera: str, stem: str, raw: NDArray, i: int, preview: bool) -> None:
    add_dng(root / "paired", camera, stem, raw, preview)
    folder = root / "paired" / PHONES[camera] / "mapping"
    folder.mkdir(exist_ok=True)
    scipy.io.savemat(folder / f"{stem}.mat", {"mapping_matrix": matrix(camera, i)})


def add_dng(part: Path, camera: str, stem: str, raw: NDArray, preview: bool = True) -> Path:
    _, height, width = raw.shape
    mosaic = np.zeros((2 * height, 2 * width), np.uint16)
    for place, plane in enumerate(CELL[CFA[camera]]):
        mosaic[place // 2 :: 2, place % 2 :: 2] = raw[plane] + BLACK[camera]
    name = f"{stem}.DNG" if camera == "a" else f"{stem}.dng"
    picture = np.repeat(np.repeat(raw[[0, 1, 3]] // (4 if camera == "b" else 16), 2, 1), 2, 2)
    return write_dng(
        part / PHONES[camera] / "dng" / name, mosaic, CFA[camera], BLACK[camera], WHITE[camera],
        preview=picture.astype(np.uint8).transpose(1, 2, 0) if preview else None,
    )  # fmt: skip


def write_mat_download(root: Path, pair: CameraPair) -> Path:
    """What the authors' script extracts, without the DNG."""
    for camera in "ab":
        span, other = WHITE[camera] - BLACK[camera], "b" if camera == "a" else "a"
        kind = np.float32 if camera == "a" else np.float64

        def rggb(part: str, i: int, camera=camera, span=span, kind=kind) -> NDArray:
            return np.moveaxis(counts(pair, part, camera, i), 0, 2).astype(kind) / kind(span)

        for i, stem in enumerate(unpaired_stems(camera)):
            folder = root / "unpaired" / PHONES[camera] / "raw-rggb"
            save_mat(folder / f"{stem}{SUFFIX[camera]}.mat", rggb("train", i))
        for i, stem in enumerate(stems(camera)):
            place = "anchor-raw-rggb" if i == 0 else "raw-rggb"
            name, raw = f"{stem}{SUFFIX[camera]}.mat", rggb("scenes", i)
            save_mat(root / "paired" / PHONES[camera] / place / name, raw)
            mapped = expected_mapping(raw, matrix(camera, i))
            save_mat(root / "paired" / PHONES[other] / place / name, mapped)
    return root


def save_mat(path: Path, raw: NDArray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    scipy.io.savemat(path, {"raw_rggb": raw})
