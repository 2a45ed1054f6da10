"""Cleaning and checking a store."""

import json
import shutil
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from benchmark.errors import BenchError
from benchmark.files import sha256_of, size_of
from benchmark.progress import Progress
from benchmark.store.store import SUMS, Store

LITTER = (
    "*.part",
    ".owner-*",
    ".clock-*",
    ".write-test-*",
    ".trash-*",
    ".verify-*",
)  # of killed processes
LITTER_DAYS = 1.0
DAY = 86400.0


@dataclass(frozen=True)
class Waste:
    """Something that may go: its name in messages, its place, and its bytes."""

    title: str
    path: Path
    bytes: int


def age_of(folder: Path) -> float:
    """Seconds since a file directly in a folder was written; of the folder if it has none."""
    files = [file for file in folder.iterdir() if file.is_file()]
    return time.time() - max(file.stat().st_mtime for file in files or [folder])


def find_waste(store: Store, needed: Iterable[str], days: float) -> list[Waste]:
    """What no run needs.

    A step goes if it is not needed, directly or through another step, is not running, and was not
    changed for some days. A data set goes with the last step made from it.

    Args:
        store: the store.
        needed: keys of the steps to keep.
        days: younger steps, data sets and files stay.
    """
    planned = store.step_keys()
    young = [k for k in planned if age_of(store.step_folder(k)) < days * DAY]
    running = [k for k in planned if store.holding(k) is not None]
    kept = _with_inputs(store, {*needed, *young, *running})
    waste = [
        _waste(_title(store, key), store.step_folder(key)) for key in planned if key not in kept
    ]
    data = {_data_folder(store, k) for k in kept & set(planned)}
    for folder in sorted(store.folder.glob("data/*")):
        if folder.is_dir() and folder not in data and age_of(folder) > days * DAY:
            waste.append(_waste(f"data set {folder.name}", folder))
    gone = {w.path for w in waste}
    for path in store.folder.rglob("*"):
        if not any(fnmatchcase(path.name, pattern) for pattern in LITTER):
            continue
        old = time.time() - path.lstat().st_mtime > LITTER_DAYS * DAY
        if old and gone.isdisjoint(path.parents):
            waste.append(_waste(f"left over {path.name}", path))
    return waste


def remove(store: Store, waste: Waste) -> bool:
    """Removes something; a folder that is in use after all stays. Returns whether it is gone."""
    trash = store.folder / f".trash-{uuid.uuid4().hex}"
    if not waste.path.is_dir():
        waste.path.unlink(missing_ok=True)
        return True
    with store.lock(waste.path) as mine:
        if not mine:
            return False
        waste.path.rename(trash)  # at once, so that nobody finds half a step
    shutil.rmtree(trash)
    return True


@dataclass(frozen=True)
class Damage:
    """A step or data set that is not what was written: its title and its bad files."""

    title: str
    files: tuple[Path, ...]


def verify(store: Store, progress: Progress) -> tuple[list[Damage], int]:
    """Compares all checksums; what is damaged counts as missing from then on.

    Returns:
        The damaged steps and data sets, and the number of files that were looked at.
    """
    done = [k for k in store.step_keys() if store.is_done(k)]
    data = [f.parent for f in sorted(store.folder.glob(f"data/*/{SUMS}"))]
    damaged: list[Damage] = []
    looked_at = 0
    with progress.task("checksums", len(done) + len(data)) as task:
        for key in done:
            folder, file = store.step_folder(key), store.step_folder(key) / "done.json"
            bad, count = _compare(folder, file, lambda content: content["sha256"])
            if bad:
                damaged.append(Damage(_title(store, key), tuple(bad)))
                file.unlink(missing_ok=True)
            looked_at += count
            task.advance()
        for folder in data:
            bad, count = _compare(folder, folder / SUMS, lambda content: content)
            if bad:
                damaged.append(Damage(f"data set {folder.name}", tuple(bad)))
                _forget_pictures(folder, bad)
            looked_at += count
            task.advance()
    return damaged, looked_at


def _compare(
    folder: Path, listing: Path, sums: Callable[[dict[str, Any]], dict[str, str]]
) -> tuple[list[Path], int]:
    """The files that are not as listed, the listing itself if it is broken; and their number."""
    try:
        listed = sums(json.loads(listing.read_text(encoding="utf-8")))
    except (ValueError, KeyError):
        return [listing], 1
    bad = []
    for name, expected in listed.items():
        try:
            intact = sha256_of(folder / name) == expected
        except OSError:
            intact = False  # gone, or the disk cannot read it
        if not intact:
            bad.append(folder / name)
    return bad, len(listed)


def _forget_pictures(folder: Path, bad: list[Path]) -> None:
    """Makes the sets of pictures with damaged files incomplete, so that they are made again."""
    for file in bad:
        for parent in file.relative_to(folder).parents:
            (folder / parent / "index.json").unlink(missing_ok=True)
    (folder / SUMS).unlink(missing_ok=True)


def _with_inputs(store: Store, keys: set[str]) -> set[str]:
    found: set[str] = set()
    waiting = list(keys)
    while waiting:
        key = waiting.pop()
        if key in found:
            continue
        found.add(key)
        try:
            waiting += store.spec(key).inputs.values()
        except BenchError:
            continue  # recorded with another store, or damaged
    return found


def _title(store: Store, key: str) -> str:
    try:
        return store.spec(key).title
    except BenchError:
        return f"step {key}"


def _data_folder(store: Store, key: str) -> Path | None:
    try:
        data = store.spec(key).data
    except BenchError:
        return None
    return store.data_folder(data.name, data.fingerprint)


def _waste(title: str, path: Path) -> Waste:
    return Waste(title, path, size_of(path) if path.is_dir() else path.lstat().st_size)
