"""Making pictures: simulation, and the preparation of a download of DNG files."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import rawpy

from benchmark.data import ahead
from benchmark.data.prepared import PreparedSource
from benchmark.progress import Progress
from benchmark.registry import DATASETS
from tests.benchmark.data.raw2raw.download import (
    BLACK,
    PHONES,
    WHITE,
    add_dng,
    add_paired_dng,
    stems,
)
from tests.speed.case import Case, Floor, Growth, Work
from tests.speed.engine import scratch

PASSES = 150  # over float32, of the simulation of a picture; see `radiance`
SIDES = (64, 128, 256, 512, 1024)  # packed pixels
HEIGHT, WIDTH = 1512, 2016  # packed pixels of a phone's picture
UNPAIRED = 17  # per camera; with the 4 paired ones, of 24 MB each, 1 GB


def cases() -> Iterator[Case]:
    """Simulation at several sizes on one core and on all, and 1 GB of DNG."""
    for side in SIDES:
        pixels = (2 * side) ** 2
        yield Case(
            "two simulated pictures, 1 core",
            partial(simulation, side, 1, 1),
            floor=Floor(bytes=2 * PASSES * 4 * pixels),
            threads=1,
            growth=Growth("mosaic pixels", pixels),
        )
    for pictures in (4, 16, 64):
        yield Case(
            "simulated pictures per camera of 256 x 256, all cores",
            partial(simulation, 128, pictures, None),
            partial(simulation, 128, pictures, 1),
            growth=Growth("pictures", pictures),
            note="plain: 1 core",
        )
    yield Case(
        "preparing 1 GB of DNG",
        preparation,
        decoding,
        note="plain: rawpy's decoder alone, all cores",
    )


def simulation(side: int, pictures: int, cores: int | None) -> Work:
    """Pictures by each camera with their sRGB, written to disk."""
    if cores is not None:
        ahead.cores = lambda: cores  # of this process
    folder = scratch()
    source = DATASETS.create(
        "simulated", size=side, unpaired=pictures, anchors=0, aligned=0, scenes=0
    )

    def work() -> object:
        try:
            return source.prepare(folder, Progress(quiet=True))
        finally:
            shutil.rmtree(folder)

    return work


def preparation() -> Work:
    """`isp-bench data prepare raw2raw`, of a download in the published layout."""
    root = _download()
    source = DATASETS.get("raw2raw")
    assert issubclass(source, PreparedSource)

    def work() -> None:
        dest = root / "prepared"
        source.convert(root / "download", dest, {}, Progress(quiet=True))
        shutil.rmtree(dest)

    return work


def decoding() -> Work:
    """The decoder alone, on the same files."""
    files = sorted((_download() / "download").rglob("*.[dD][nN][gG]"))

    def decode(file: Path) -> float:
        with rawpy.imread(str(file)) as raw:
            return float(raw.raw_image_visible[0, 0])

    def work() -> object:
        with ThreadPoolExecutor(ahead.cores()) as pool:
            return sum(pool.map(decode, files))

    return work


def _download() -> Path:
    """A folder with a download."""
    root = scratch()
    rng = np.random.default_rng(0)
    for camera in PHONES:
        levels = WHITE[camera] - BLACK[camera]
        day = {"a": 1, "b": 2}[camera]
        for i in range(UNPAIRED):
            raw = rng.integers(0, levels, (4, HEIGHT, WIDTH), dtype=np.uint16)
            name = f"2021-06-{day:02d}_11-{i:02d}-00"
            add_dng(root / "download" / "unpaired", camera, name, raw)
        for i, stem in enumerate(stems(camera)):
            raw = rng.integers(0, levels, (4, HEIGHT, WIDTH), dtype=np.uint16)
            add_paired_dng(root / "download", camera, stem, raw, i, preview=True)
    return root
