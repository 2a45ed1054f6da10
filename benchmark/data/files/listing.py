"""Listing the pictures of a folder, and one error for all that is wrong with them."""

import os
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from benchmark.cameras import Camera
from benchmark.data.files.plain import Levels
from benchmark.errors import BenchError

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


def complaint(root: Path, what: str, faults: Sequence[str]) -> BenchError:
    """One error that names many faults in a folder, the files relative to it."""
    shown = [fault.replace(f"{root}{os.sep}", "") for fault in faults[:MOST_SHOWN]]
    if len(faults) == 1:
        return BenchError(f"{what} in {root} cannot be used: {shown[0]}")
    text = " ".join(f"({i}) {fault}" for i, fault in enumerate(shown, 1))
    more = f" And {len(faults) - MOST_SHOWN} more." if len(faults) > MOST_SHOWN else ""
    return BenchError(f"{what} in {root} cannot be used; {len(faults)} faults: {text}{more}")


def entries(folder: Path) -> list[Path]:
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
        for entry in entries(folder / place):
            if entry.suffix.lower() in suffixes and entry.is_file():
                found.setdefault(entry.stem, []).append(entry)
    return dict(sorted(found.items()))
