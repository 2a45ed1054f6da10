"""Opening zip files that came from elsewhere: only what is expected, where it is expected."""

import re
import stat
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from benchmark.errors import BenchError

MOST_FILES = 100_000
MOST_BYTES = 64 * 2**30
CHUNK = 2**20


def extract(archive: Path, folder: Path, allowed: Mapping[str, int]) -> list[str]:
    """Unpacks a zip file.

    Everything is checked before anything is written: each name must fully match one of the
    allowed patterns and be a plain relative path, so nothing lands outside the folder; links,
    devices, encrypted and duplicate entries are refused, and so is what exceeds its limit.

    Args:
        archive: the file.
        folder: an empty folder.
        allowed: regular expression of a name to the most bytes such a file may have.

    Returns:
        The names of its files.

    Raises:
        BenchError: it is not a zip file, is damaged, or holds what it must not.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = [entry for entry in opened.infolist() if not entry.is_dir()]
            _check(archive, entries, allowed)
            for entry in entries:
                target = folder / entry.filename
                target.parent.mkdir(parents=True, exist_ok=True)
                with opened.open(entry) as source, target.open("xb") as file:
                    while chunk := source.read(CHUNK):
                        file.write(chunk)
    except FileNotFoundError as error:
        raise BenchError(f"There is no file {archive}.") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise BenchError(f"{archive} is not a readable zip file: {error}.") from error
    return [entry.filename for entry in entries]


def _check(archive: Path, entries: list[zipfile.ZipInfo], allowed: Mapping[str, int]) -> None:
    if len(entries) > MOST_FILES or sum(e.file_size for e in entries) > MOST_BYTES:
        raise BenchError(
            f"{archive} is refused: more than {MOST_FILES} files or {MOST_BYTES / 1e9:.0f} GB."
        )
    seen: set[str] = set()
    for entry in entries:
        reason = _refusal(entry, allowed)
        if entry.filename.lower() in seen:
            reason = "appears twice"
        if reason:
            raise BenchError(f"{archive} is refused: its entry {entry.filename!r} {reason}.")
        seen.add(entry.filename.lower())


def _refusal(entry: zipfile.ZipInfo, allowed: Mapping[str, int]) -> str:
    """What is wrong with an entry; empty if nothing is."""
    name = entry.orig_filename  # as the file has it: zipfile cuts at a NUL
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or str(path) != name or re.search(r"[\\:\0]", name):
        return "is not a plain relative path"
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        return "is a link or a device, not a file"
    if entry.flag_bits & 1:
        return "is encrypted"
    limit = next((size for p, size in allowed.items() if re.fullmatch(p, name)), None)
    if limit is None:
        return "does not belong in such a file"
    if entry.file_size > limit:
        return f"has {entry.file_size} bytes, more than {limit}"
    return ""
