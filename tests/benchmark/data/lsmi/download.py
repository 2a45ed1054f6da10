"""A miniature download of LSMI in the published layout, made of simulated scenes with charts.

Sony and Galaxy come as camera files, Nikon as the TIFF of the official first step. The files that
are missing or broken in it are those of the real shares: see :func:`write_download`.
"""

import json
from pathlib import Path

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image

from benchmark.cameras import Camera
from benchmark.data.base import CameraPair
from benchmark.data.images import ImageSet
from benchmark.progress import Progress
from benchmark.registry import DATASETS
from tests.benchmark.data.files.dng import write_dng

SUFFIX = {"sony": "arw", "galaxy": "dng", "nikon": "tiff"}
CFA = {"sony": "RGGB", "galaxy": "GRBG"}
BLACK, WHITE = {"sony": 512, "galaxy": 0}, {"sony": 16383, "galaxy": 1023}
CELL = {"RGGB": (0, 1, 2, 3), "GRBG": (1, 0, 3, 2)}  # plane at each place of a cell
SIZE, WIDTH = 128, 160  # of the packed raws
SCENES, UNPAIRED = 4, 3
NAN_THEN_SEPARATE, NAN, DARK = "Place3", "Place4", "Place1"  # places with something special

Meta = dict[str, dict]


def scenes(folder: Path) -> CameraPair:
    """Simulated pictures that the download is made of."""
    source = DATASETS.create(
        "simulated-multi", size=SIZE, width=WIDTH, unpaired=UNPAIRED, validation=0, anchors=0,
        aligned=0, scenes=SCENES, noise=False,
    )  # fmt: skip
    return source.prepare(folder, Progress(quiet=True))


def write_download(root: Path, pair: CameraPair) -> Path:
    """Sony Place1-4 and 11-13, Galaxy Place1-4 and 21-23, Nikon Place1-2 and 31-33.

    Place1 has also light 1 alone. The charts of Place3 are NaN in Sony's meta.json but right in
    separate_json_files, those of Place4 are NaN in Galaxy's alone. sony/Place12_1 has no .jpg,
    galaxy/Place22_1 no raw, Galaxy no split.json; Nikon has no json of its own at all.
    """
    unpaired: dict[str, tuple[Camera, int]] = {
        "sony": ("a", 11),
        "galaxy": ("b", 21),
        "nikon": ("a", 31),
    }
    assert pair.scenes is not None
    for camera, (side, first) in unpaired.items():
        images = pair.train[side]
        own = pair.scenes.b if camera == "galaxy" else pair.scenes.a
        numbers = range(2 if camera == "nikon" else SCENES)
        meta = add_places(root, camera, own, 1, numbers) | add_places(
            root, camera, images, first, range(UNPAIRED)
        )
        add_shot(root, camera, f"{DARK}_1", own.raw(0) / 2, own.srgb(0) // 2)
        right = json.dumps(meta)
        for place, table in ((NAN_THEN_SEPARATE, "sony"), (NAN, "galaxy")):
            if camera == table:
                meta[place]["MCCCoord"] = {"mcc1": [[float("nan")] * 2] * 4}
        separate = root / "separate_json_files"
        separate.mkdir(exist_ok=True)
        if camera == "sony":
            (separate / "sony_meta.json").write_text(right)
        own_meta = (
            separate / "nikon_meta.json" if camera == "nikon" else root / camera / "meta.json"
        )
        own_meta.write_text(json.dumps(meta))
    split = {
        "two_illum_train": ["Place1", "Place11"],
        "two_illum_val": ["Place2", "Place13"],
        "three_illum_test": ["Place3", "Place12"],
    }
    (root / "sony" / "split.json").write_text(json.dumps(split))
    add_shot(root, "sony", "Place12_1", pair.train["a"].raw(1) / 2)
    orphan = Image.fromarray(pair.train["b"].srgb(1).transpose(1, 2, 0))
    orphan.save(root / "galaxy" / "Place22" / "Place22_1.jpg")
    return root


def add_places(root: Path, camera: str, images: ImageSet, first: int, numbers: range) -> Meta:
    """Pictures under both lights; returns what meta.json says of them."""
    meta = {}
    for i in numbers:
        place = f"Place{first + i}"
        add_shot(root, camera, f"{place}_12", images.raw(i), images.srgb(i))
        charts = 2 * np.array(images[i].charts)
        meta[place] = {
            "NumOfLights": 2,
            "MCCCoord": {f"mcc{k}": strings(chart) for k, chart in enumerate(charts, 1)},
        }
    return meta


def strings(corners: NDArray[np.float64]) -> list[list[str]]:
    return [[f"{x:.3f}" for x in corner] for corner in corners]


def add_shot(
    root: Path, camera: str, stem: str, raw: NDArray, srgb: NDArray[np.uint8] | None = None
) -> Path:
    """A raw file and its .jpg; raw is (4, H, W) in [0, 1], sRGB (3, 2H, 2W)."""
    file = root / camera / stem.split("_")[0] / f"{stem}.{SUFFIX[camera]}"
    file.parent.mkdir(parents=True, exist_ok=True)
    if srgb is not None:
        picture = Image.fromarray(srgb.transpose(1, 2, 0))
        picture.save(file.with_suffix(".jpg"), quality=95, subsampling=0)
    if camera == "nikon":
        return write_tiff(file, raw, 600, 15520)
    black, white = BLACK[camera], WHITE[camera]
    counts = np.round(raw * (white - black) + black).astype(np.uint16)
    mosaic = np.zeros((2 * raw.shape[1], 2 * raw.shape[2]), np.uint16)
    for place, plane in enumerate(CELL[CFA[camera]]):
        mosaic[place // 2 :: 2, place % 2 :: 2] = counts[plane]
    return write_dng(file, mosaic, CFA[camera], black, white)


def write_tiff(file: Path, raw: NDArray, black: int, white: int) -> Path:
    """What `dcraw -h -D -4 -T` writes: half-size, three channels, black level left in."""
    rgb = np.stack([raw[0], (raw[1] + raw[2]) / 2, raw[3]], axis=2)
    tifffile.imwrite(file, np.round(rgb * (white - black) + black).astype(np.uint16))
    return file
