"""Listing the pictures of a folder, and which names mean the same picture.

Names are compared as people read them: in one Unicode form (a Mac stores "é" as two characters,
Windows as one), and without spaces around them. Names that differ only in capital letters belong
together where nothing else fits: cameras write DSC_1.NEF, other software dsc_1.jpg.
"""

import difflib
import os
import stat
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from benchmark.cameras import Camera
from benchmark.data.files.plain import Levels
from benchmark.errors import BenchError


@dataclass(frozen=True)
class PictureFiles:
    """One picture of a camera.

    Attributes:
        stem: its name, unique for the camera, as :func:`plain_name` has it.
        raw: the raw file.
        srgb: the sRGB picture; None: the preview in the raw file.
        levels: for a TIFF or PNG.
    """

    stem: str
    raw: Path
    srgb: Path | None
    levels: Levels | None


Pictures = Mapping[Camera, Mapping[str, PictureFiles]]  # by camera, then by stem, sorted


def plain_name(name: str) -> str:
    """What names are compared by: Unicode form NFC, without spaces around it."""
    return unicodedata.normalize("NFC", name).strip()


def matches(names: Iterable[str], others: Iterable[str]) -> dict[str, str]:
    """Which of some names matches which of others: the equal one, else one but for capitals.

    A name that could match several matches none.
    """
    names, others = list(names), set(others)
    found = {name: name for name in names if name in others}
    left = Counter(name.casefold() for name in names if name not in found)
    free: dict[str, list[str]] = defaultdict(list)
    for other in others - found.keys():
        free[other.casefold()].append(other)
    for name in names:
        folded = name.casefold()
        if name not in found and left[folded] == 1 and len(free[folded]) == 1:
            found[name] = free[folded][0]
    return {name: found[name] for name in names if name in found}


def meant(text: str, known: Iterable[str], what: str) -> str:
    """The known name that a text means.

    Raises:
        BenchError: `what` (e.g. "camera B has no raw file"), with the nearest known name.
    """
    known, name = list(known), plain_name(text)
    if found := matches([name], known):
        return found[name]
    nearest = difflib.get_close_matches(name, known, n=1)
    hint = f" Did you mean '{nearest[0]}'?" if nearest else ""
    raise BenchError(f"{what} '{name}'.{hint}")


def entries(folder: Path) -> list[Path]:
    """What a folder holds, sorted, without hidden files; nothing if it does not exist.

    Raises:
        BenchError: it cannot be listed, or is a link to nowhere.
    """
    try:
        return sorted(e for e in folder.iterdir() if not e.name.startswith("."))
    except FileNotFoundError as error:
        if folder.is_symlink():
            raise BenchError(f"{lost_link(folder)}") from error
        return []
    except OSError as error:
        raise BenchError(f"{folder} cannot be listed: {error.strerror}.") from error


def by_stem(
    folder: Path, places: Sequence[str], suffixes: AbstractSet[str], faults: list[str]
) -> dict[str, list[Path]]:
    """Files of some kinds in some sub-folders, by the plain names of their stems, sorted.

    Args:
        folder: where to look.
        places: names of sub-folders, in lower case; "." for the folder itself.
        suffixes: kinds of files, in lower case.
        faults: what has the name of such a file but cannot be read as one is added here.
    """
    found: dict[str, list[Path]] = {}
    try:
        own = entries(folder)
        listed = [
            entry
            for place in places
            for room in ([folder] if place == "." else _places(own, place))
            for entry in entries(room)
        ]
    except (BenchError, OSError) as error:
        faults.append(str(error))
        return {}
    for entry in listed:
        if Path(plain_name(entry.name)).suffix.lower() not in suffixes:
            continue
        fault = unreadable(entry)
        if fault is None:
            found.setdefault(plain_name(entry.stem), []).append(entry)
        else:
            faults.append(fault)
    return dict(sorted(found.items()))


def _places(own: Iterable[Path], place: str) -> list[Path]:
    """The sub-folders of that name, whatever its capitals; files of that name do not count."""
    return [
        entry
        for entry in own
        if plain_name(entry.name).lower() == place and (entry.is_dir() or entry.is_symlink())
    ]


def unreadable(file: Path) -> str | None:
    """Why something with the name of a picture cannot be read as a file; None if it can."""
    try:
        file.name.encode()
    except UnicodeEncodeError:
        name = os.fsencode(file).decode(errors="backslashreplace")
        return f"{name} has a name that is not in UTF-8. Rename it."
    try:
        mode = file.stat().st_mode
    except FileNotFoundError:
        return lost_link(file)
    except OSError as error:
        return f"{file} cannot be read: {error.strerror}."
    if stat.S_ISDIR(mode):
        return f"{file} is a folder with the name of a picture. Rename it, or take it out."
    if not stat.S_ISREG(mode):
        return f"{file} is a device or a pipe, not a picture. Take it out."
    if not os.access(file, os.R_OK):
        return f"{file} cannot be read: permission denied."
    if file.name != file.name.rstrip():
        return f"'{file}' has a name that ends in a space. Rename it."
    return None


def lost_link(file: Path) -> str:
    """What is wrong with a link to nowhere."""
    return (
        f"{file} is a link to {file.readlink()}, which is not there. Fetch that file, or take out "
        f"the link."
    )


def doubles(camera: str, folder: Path, stem: str, files: Sequence[Path]) -> str:
    """What is wrong with several files for one picture."""
    names = [str(file.relative_to(folder)) for file in files]
    if len({plain_name(name) for name in names}) < len(names):
        shown = ", ".join(ascii(name) for name in names)
        return (
            f"{camera} has {len(files)} files whose names look the same, '{stem}', and differ "
            f"only in their Unicode form or in spaces ({shown}); leave one, or rename one."
        )
    return f"{camera} has {len(files)} files called '{stem}' ({', '.join(names)}); leave one."
