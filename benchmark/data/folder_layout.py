"""What lies in a folder of somebody's own pictures: cameras, raw files, sRGB pictures, pairs.

::

    PATH/
      pairs.csv              optional: columns a, b, role
      <camera A>/            two folders, one per camera, in alphabetical order
        *.dng, *.nef, ...    raw files, here or in raw/
        levels.yaml          only for TIFF and PNG as raw files (benchmark/data/plain_files.py)
        srgb/ jpg/ rgb/      sRGB pictures of equal stem, here or beside the raw files
      <camera B>/

A raw file without an sRGB picture is taken with its embedded preview. Without `pairs.csv`, raw
files of equal stem in both cameras are test pairs of one scene. With it, its rows alone are the
pairs: `a` and `b` are file names or stems, and `role` is scene (the same scene, the default),
anchor (alike pixel by pixel, for training) or aligned (alike pixel by pixel, for testing). All
other pictures are for unpaired training.
"""

import csv
import difflib
import io
import os
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from benchmark.data.base import Camera
from benchmark.data.plain_files import PLAIN_SUFFIXES, Levels, read_levels
from benchmark.data.raw_files import CAMERA_SUFFIXES
from benchmark.data.srgb_files import SRGB_SUFFIXES
from benchmark.errors import BenchError, unknown_name

ROLES = ("scene", "anchor", "aligned")
COLUMNS = ("a", "b", "role")
RAW_PLACES = (".", "raw")
SRGB_PLACES = ("srgb", "jpg", "rgb", ".", "raw")
LAYOUT = (
    "Expected: PATH/<camera>/ for two cameras, raw files in each (or in its raw/), sRGB pictures "
    "of equal stem in its srgb/, jpg/ or rgb/ or beside the raw files; optional: PATH/pairs.csv"
)
MOST_SHOWN = 10  # faults in one error


@dataclass(frozen=True)
class PictureFiles:
    """One picture of a camera.

    Attributes:
        stem: its name, unique for the camera.
        raw: the raw file.
        srgb: the sRGB picture; None: the preview in the raw file.
        levels: for a TIFF or PNG.
    """

    stem: str
    raw: Path
    srgb: Path | None
    levels: Levels | None


Pictures = Mapping[Camera, Mapping[str, PictureFiles]]  # by camera, then by stem, sorted


@dataclass(frozen=True)
class PairRow:
    """Stems of two pictures that belong together, and what for."""

    a: str
    b: str
    role: str

    def stem(self, camera: Camera) -> str:
        """The picture of one camera."""
        return self.a if camera == "a" else self.b


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
    found = [entry.name for entry in _entries(root) if entry.is_dir() and entry.name[0] not in "._"]
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


def complaint(root: Path, what: str, faults: Sequence[str]) -> BenchError:
    """One error that names many faults in a folder, the files relative to it."""
    shown = [fault.replace(f"{root}{os.sep}", "") for fault in faults[:MOST_SHOWN]]
    if len(faults) == 1:
        return BenchError(f"{what} in {root} cannot be used: {shown[0]}")
    text = " ".join(f"({i}) {fault}" for i, fault in enumerate(shown, 1))
    more = f" And {len(faults) - MOST_SHOWN} more." if len(faults) > MOST_SHOWN else ""
    return BenchError(f"{what} in {root} cannot be used; {len(faults)} faults: {text}{more}")


def _entries(folder: Path) -> list[Path]:
    """What a folder holds, sorted, hidden files left out; nothing if it does not exist."""
    try:
        return sorted(e for e in folder.iterdir() if not e.name.startswith("."))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise BenchError(f"{folder} cannot be listed: {error.strerror}.") from error


def by_stem(
    folder: Path, places: Sequence[str], suffixes: AbstractSet[str]
) -> dict[str, list[Path]]:
    """Files of some kinds (suffixes in lower case) in some sub-folders, by stem, sorted."""
    found: dict[str, list[Path]] = {}
    for place in places:
        for entry in _entries(folder / place):
            if entry.suffix.lower() in suffixes and entry.is_file():
                found.setdefault(entry.stem, []).append(entry)
    return dict(sorted(found.items()))


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


def read_pairs(table: Path, pictures: Pictures) -> list[PairRow]:
    """The rows of a table of pairs.

    Args:
        table: a `pairs.csv`.
        pictures: all that its names may mean.

    Raises:
        BenchError: it is no such table; all wrong lines are named.
    """
    try:
        lines = list(csv.reader(table.read_text(encoding="utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BenchError(f"{table} is no comma-separated table in UTF-8: {error}.") from error
    columns = [column.strip() for column in lines[0]] if lines else []
    for column in columns:
        if column not in COLUMNS:
            raise unknown_name("column", column, COLUMNS, where=str(table))
    if not {"a", "b"} <= set(columns):
        raise BenchError(
            f"{table} has the columns {columns}; it needs a and b, and may have role "
            f"({', '.join(ROLES)}): file names of camera A and of camera B, a pair to a line."
        )
    stems: dict[Camera, dict[str, str]] = {
        camera: {name: f.stem for f in own.values() for name in (f.stem, f.raw.name)}
        for camera, own in pictures.items()
    }
    pairs, faults = [], []
    for number, line in enumerate(lines[1:], 2):
        cells = dict(zip(columns, (cell.strip() for cell in line), strict=False))
        if any(cells.values()):
            try:
                pairs.append(_pair(cells, stems))
            except BenchError as error:
                faults.append(f"line {number}: {error}")
    faults += _misuses(pairs)
    if faults:
        raise complaint(table.parent, "The table pairs.csv", faults)
    return pairs


def pairs_table(rows: Iterable[tuple[str, str, str]]) -> str:
    """The text of a `pairs.csv`: names of two files and their role, a pair to a line."""
    table = io.StringIO()
    csv.writer(table, lineterminator="\n").writerows((COLUMNS, *rows))
    return table.getvalue()


def _pair(cells: Mapping[str, str], stems: Mapping[Camera, Mapping[str, str]]) -> PairRow:
    role = cells.get("role") or "scene"
    if role not in ROLES:
        raise unknown_name("role", role, ROLES)
    for camera, known in stems.items():
        name = cells.get(camera, "")
        if name not in known:
            nearest = difflib.get_close_matches(name, known, n=1)
            hint = f" Did you mean '{nearest[0]}'?" if nearest else ""
            raise BenchError(f"camera {camera.upper()} has no raw file '{name}'.{hint}")
    return PairRow(stems["a"][cells["a"]], stems["b"][cells["b"]], role)


def _misuses(pairs: Sequence[PairRow]) -> list[str]:
    """Pictures named twice for one thing, or for training as well as for testing."""
    uses: dict[tuple[str, str], list[str]] = {}
    for pair in pairs:
        uses.setdefault(("A", pair.a), []).append(pair.role)
        uses.setdefault(("B", pair.b), []).append(pair.role)
    faults = []
    for (camera, stem), roles in uses.items():
        where = f"'{stem}' of camera {camera}"
        if len(roles) > len(set(roles)):
            faults.append(f"{where} stands in two lines of the same role; each pair needs its own.")
        if "anchor" in roles and len(set(roles)) > 1:
            faults.append(
                f"{where} is an anchor (training) and in a test pair; it may be one only."
            )
    return faults
