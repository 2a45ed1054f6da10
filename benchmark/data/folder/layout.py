"""What lies in a folder of somebody's own pictures: cameras, raw files, sRGB pictures, pairs.

::

    PATH/
      pairs.csv              optional: columns a, b, role
      <camera A>/            two folders, one per camera, in alphabetical order
        *.dng, *.nef, ...    raw files, here or in raw/
        levels.yaml          only for TIFF and PNG as raw files (benchmark/data/files/plain.py)
        srgb/ jpg/ rgb/      sRGB pictures of equal stem, here or beside the raw files
      <camera B>/

A raw file without an sRGB picture is taken with its embedded preview. Without `pairs.csv`, raw
files of equal stem in both cameras are test pairs of one scene. With it, its rows alone are the
pairs: `a` and `b` are file names or stems, and `role` is scene (the same scene, the default),
anchor (alike pixel by pixel, for training) or aligned (alike pixel by pixel, for testing). All
other pictures are for unpaired training.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmark.cameras import Camera
from benchmark.data.files.listing import PictureFiles, Pictures, by_stem, complaint, entries
from benchmark.data.files.pairs_table import PairRow, read_pairs
from benchmark.data.files.plain import PLAIN_SUFFIXES, read_levels
from benchmark.data.files.raw import CAMERA_SUFFIXES
from benchmark.data.files.srgb import SRGB_SUFFIXES
from benchmark.errors import BenchError, unknown_name

RAW_PLACES = (".", "raw")
SRGB_PLACES = ("srgb", "jpg", "rgb", ".", "raw")
LAYOUT = (
    "Expected: PATH/<camera>/ for two cameras, raw files in each (or in its raw/), sRGB pictures "
    "of equal stem in its srgb/, jpg/ or rgb/ or beside the raw files; optional: PATH/pairs.csv"
)


@dataclass(frozen=True)
class Layout:
    """All that was found.

    Attributes:
        names: names of camera A and camera B.
        pictures: by camera, then by stem, sorted.
        pairs: in the order of the table, or of the stems.
        tables: files besides the pictures that decide what the data are.
    """

    names: Mapping[Camera, str]
    pictures: Pictures
    pairs: tuple[PairRow, ...]
    tables: tuple[Path, ...]

    def unpaired(self, camera: Camera) -> list[PictureFiles]:
        """The pictures of a camera that are in no pair, by stem."""
        used = {pair.stem(camera) for pair in self.pairs}
        return [files for stem, files in self.pictures[camera].items() if stem not in used]


def read_layout(root: Path, camera_a: str = "", camera_b: str = "") -> Layout:
    """Lists a folder; opens no picture.

    Args:
        root: the folder.
        camera_a: folder of camera A; "" for the first in alphabetical order.
        camera_b: folder of camera B; "" for the other one.

    Raises:
        BenchError: something is missing or ambiguous; all such faults are named.
    """
    names = find_cameras(root, camera_a, camera_b)
    pictures: dict[Camera, dict[str, PictureFiles]] = {}
    faults: list[str] = []
    for camera, name in names.items():
        pictures[camera], own_faults = _list_camera(root / name)
        faults += own_faults
    if faults:
        raise complaint(root, "The pictures", faults)
    table = root / "pairs.csv"
    if table.is_file():
        pairs = read_pairs(table, pictures)
    else:
        equal = [stem for stem in pictures["a"] if stem in pictures["b"]]
        pairs = [PairRow(stem, stem, "scene") for stem in equal]
    tables = [table, *(root / name / "levels.yaml" for name in names.values())]
    return Layout(names, pictures, tuple(pairs), tuple(file for file in tables if file.is_file()))


def find_cameras(root: Path, camera_a: str = "", camera_b: str = "") -> dict[Camera, str]:
    """Names of the two camera folders.

    Raises:
        BenchError: the folder is missing, or does not hold two cameras, or not the ones named.
    """
    if not root.is_dir():
        raise BenchError(f"--data folder:{root}: there is no such folder. {LAYOUT}.")
    found = [entry.name for entry in entries(root) if entry.is_dir() and entry.name[0] not in "._"]
    wanted = [camera_a, camera_b]
    for name in filter(None, wanted):
        if name not in found:
            raise unknown_name("camera", name, found, where=str(root))
    rest = [name for name in found if name not in wanted]
    if "" in wanted and len(rest) != wanted.count(""):
        choice = f"--data folder:{root},camera_a=NAME,camera_b=NAME"
        hint = f" Choose two of them: {choice}." if len(found) > 2 else f" {LAYOUT}."
        raise BenchError(
            f"{root} holds {len(found)} camera folders ({', '.join(found) or 'none'}); two are "
            f"needed.{hint}"
        )
    a, b = (name or rest.pop(0) for name in wanted)
    if a == b:
        raise BenchError(f"{root}: camera_a and camera_b are both '{a}'; name two folders.")
    return {"a": a, "b": b}


def _list_camera(folder: Path) -> tuple[dict[str, PictureFiles], list[str]]:
    """The pictures of one camera, and what is wrong with them."""
    table = folder / "levels.yaml"
    levels = read_levels(table) if table.is_file() else None
    plain = PLAIN_SUFFIXES if levels else frozenset()
    raws = by_stem(folder, RAW_PLACES, CAMERA_SUFFIXES | plain)
    if not raws:
        other = by_stem(folder, RAW_PLACES, PLAIN_SUFFIXES)
        hint = (
            f" Its {len(other)} TIFF or PNG count as raw files only with a levels.yaml."
            if other
            else ""
        )
        return {}, [f"{folder} holds no raw file (DNG, NEF, ARW, ...).{hint} {LAYOUT}."]
    srgb: dict[str, list[Path]] = {}
    for place in reversed(SRGB_PLACES):
        kinds = SRGB_SUFFIXES - plain if place in RAW_PLACES else SRGB_SUFFIXES
        srgb |= by_stem(folder, [place], kinds)
    faults = [
        f"{folder.name} has {len(files)} files called '{stem}' "
        f"({', '.join(str(file.relative_to(folder)) for file in files)}); leave one."
        for group in (raws, srgb)
        for stem, files in group.items()
        if len(files) > 1 and stem in raws
    ]
    pictures = {
        stem: PictureFiles(stem, files[0], srgb.get(stem, [None])[0], levels)
        for stem, files in raws.items()
    }
    return pictures, faults
