"""What is in a folder of somebody's own pictures: cameras, raw files, sRGB pictures, pairs.

::

    PATH/
      pairs.csv              optional: columns a, b, role
      <camera A>/            two folders, one per camera, in alphabetical order
        *.dng, *.nef, ...    raw files, here or in raw/
        levels.yaml          only for TIFF and PNG as raw files (benchmark/data/files/plain.py)
        srgb/ jpg/ rgb/      sRGB pictures of equal stem, here or next to the raw files
      <camera B>/

A raw file without an sRGB picture is taken with its embedded preview; a camera that has neither
for any picture serves to compare raw with raw. Without `pairs.csv`, raw files of equal stem in both
cameras are test pairs of one scene. With it, its rows alone are the pairs: `a` and `b` are file
names or stems, and `role` is scene (the same scene, the default), anchor (alike pixel by pixel, for
training) or aligned (alike pixel by pixel, for testing). All other pictures are for unpaired
training. `benchmark/data/files/listing.py` says which names count as equal.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from benchmark.cameras import Camera
from benchmark.data.files.listing import (
    PictureFiles,
    Pictures,
    by_stem,
    doubles,
    entries,
    lost_link,
    matches,
    plain_name,
)
from benchmark.data.files.pairs_table import PairRow, read_pairs
from benchmark.data.files.plain import EXAMPLE, PLAIN_SUFFIXES, Levels, read_levels
from benchmark.data.files.raw import CAMERA_SUFFIXES
from benchmark.data.files.srgb import SRGB_SUFFIXES
from benchmark.errors import BenchError, unknown_name

RAW_PLACES = (".", "raw")
SRGB_PLACES = ("srgb", "jpg", "rgb", ".", "raw")
PARTS = {"scene": "scenes", "anchor": "anchors", "aligned": "aligned"}  # by role of a pair
LAYOUT = (
    "Expected: PATH/<camera>/ for two cameras, raw files in each (or in its raw/), sRGB pictures "
    "of equal stem in its srgb/, jpg/ or rgb/ or next to the raw files; optional: PATH/pairs.csv"
)


@dataclass(frozen=True)
class Layout:
    """All that was found.

    Attributes:
        names: names of camera A and camera B.
        pictures: by camera, then by stem, sorted.
        pairs: in the order of the table, or of the stems.
        tables: files other than pictures that decide what the data are.
        by_names: whether the pairs were found by equal names, not named in a table.
        faults: what is missing, ambiguous or cannot be read, a sentence each.
    """

    names: Mapping[Camera, str]
    pictures: Pictures
    pairs: tuple[PairRow, ...]
    tables: tuple[Path, ...]
    by_names: bool
    faults: tuple[str, ...]

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
        BenchError: it does not hold two cameras.
    """
    folders = find_cameras(root, camera_a, camera_b)
    pictures: dict[Camera, dict[str, PictureFiles]] = {}
    faults: list[str] = []
    tables = [root / "pairs.csv", *(folder / "levels.yaml" for folder in folders.values())]
    faults += [lost_link(table) for table in tables if table.is_symlink() and not table.exists()]
    for camera, folder in folders.items():
        pictures[camera] = _list_camera(folder, faults)
    pairs: list[PairRow] = []
    by_names = not tables[0].is_file()
    if by_names:
        equal = matches(pictures["a"], pictures["b"])
        pairs = [PairRow(a, b, "scene") for a, b in equal.items()]
    else:
        try:
            pairs, wrong = read_pairs(tables[0], pictures)
            faults += wrong
        except BenchError as error:
            faults.append(str(error))
    return Layout(
        {camera: plain_name(folder.name) for camera, folder in folders.items()},
        pictures,
        tuple(pairs),
        tuple(table for table in tables if table.is_file()),
        by_names,
        tuple(dict.fromkeys(faults)),
    )


def find_cameras(root: Path, camera_a: str = "", camera_b: str = "") -> dict[Camera, Path]:
    """The two camera folders.

    Raises:
        BenchError: the folder is missing, or does not hold two cameras, or not the ones named.
    """
    if not root.is_dir():
        raise BenchError(f"--data folder:{root}: there is no such folder. {LAYOUT}.")
    own = sorted(entries(root), key=lambda entry: plain_name(entry.name))
    own = [entry for entry in own if not entry.name.startswith("_")]
    folders = [entry for entry in own if entry.is_dir()]
    found = {plain_name(entry.name): entry for entry in folders}
    if len(found) < len(folders):
        names = ", ".join(ascii(entry.name) for entry in folders)
        raise BenchError(
            f"{root} holds camera folders whose names look the same and differ only in their "
            f"Unicode form or in spaces ({names}); rename one, or take it out."
        )
    wanted = [plain_name(camera_a), plain_name(camera_b)]
    for name in filter(None, wanted):
        if name not in found:
            raise unknown_name("camera", name, found, where=str(root))
    rest = [name for name in found if name not in wanted]
    if "" in wanted and len(rest) != wanted.count(""):
        choice = f"--data folder:{root},camera_a=NAME,camera_b=NAME"
        hint = f" Choose two of them: {choice}." if len(found) > 2 else f" {LAYOUT}."
        dangling = (entry for entry in own if entry.is_symlink() and not entry.exists())
        lost = [f" {lost_link(entry)}" for entry in dangling]
        raise BenchError(
            f"{root} holds {len(found)} camera folders ({', '.join(found) or 'none'}); two are "
            f"needed.{''.join(lost)}{hint}"
        )
    a, b = (name or rest.pop(0) for name in wanted)
    if a == b:
        raise BenchError(f"{root}: camera_a and camera_b are both '{a}'; name two folders.")
    return {"a": found[a], "b": found[b]}


def _list_camera(folder: Path, faults: list[str]) -> dict[str, PictureFiles]:
    """The pictures of one camera; what is wrong with its files is added to `faults`."""
    levels = _levels(folder / "levels.yaml", faults)
    plain = PLAIN_SUFFIXES if levels else frozenset()
    before = len(faults)
    raws = by_stem(folder, RAW_PLACES, CAMERA_SUFFIXES | plain, faults)
    if not raws and len(faults) == before:
        other = by_stem(folder, RAW_PLACES, PLAIN_SUFFIXES, faults)
        hint = (
            f" Its {len(other)} TIFF or PNG count as raw files only with a levels.yaml in that "
            f"folder, which says what their numbers mean: {EXAMPLE}."
            if other
            else ""
        )
        faults.append(f"{folder} holds no raw file (DNG, NEF, ARW, ...).{hint} {LAYOUT}.")
    srgb = _srgb(folder, plain, faults)
    partner = matches(raws, srgb)
    for stem, files in raws.items():
        rendered = srgb.get(partner.get(stem, ""), [])
        faults += [
            doubles(folder.name, folder, stem, group)
            for group in (files, rendered)
            if len(group) > 1
        ]
    return {
        stem: PictureFiles(stem, files[0], srgb.get(partner.get(stem, ""), [None])[0], levels)
        for stem, files in raws.items()
    }


def _levels(table: Path, faults: list[str]) -> Levels | None:
    if not table.is_file():
        return None
    try:
        return read_levels(table)
    except BenchError as error:
        faults.append(str(error))
        return None


def _srgb(folder: Path, plain: AbstractSet[str], faults: list[str]) -> dict[str, Sequence[Path]]:
    """The sRGB pictures of a camera by stem; of several places the first one counts."""
    found: dict[str, Sequence[Path]] = {}
    for place in reversed(SRGB_PLACES):
        kinds = SRGB_SUFFIXES - plain if place in RAW_PLACES else SRGB_SUFFIXES
        found |= by_stem(folder, [place], kinds, faults)
    return found
