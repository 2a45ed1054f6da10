"""The folder of a prepared data set: its manifest, and what is checked before it is written.

It holds one set of pictures for each part and camera (`train-a`, `scenes-b`, ...: see
:meth:`CameraPair.open`), `prepared_from.json`, written first, and `dataset.json`, written last: a
folder that has one is complete.
"""

import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmark.data.base import DataSource
from benchmark.data.images import ImageSet, index_text
from benchmark.errors import BenchError
from benchmark.files import nearest_folder, write_atomic
from benchmark.progress import Progress
from benchmark.units import readable_size

MANIFEST = "dataset.json"
ORIGIN = "prepared_from.json"
FORMAT = 1  # raised when older prepared folders cannot be read any more


@dataclass(frozen=True)
class Manifest:
    """What `dataset.json` says.

    Attributes:
        name: of the data set.
        format: version of the layout of the folder.
        camera_a: name of camera A.
        camera_b: name of camera B.
        fingerprint: SHA-256 over all pictures and their records.
        counts: pictures of each set, by the name of its folder.
        notes: what was used, chosen and found, a sentence each.
        licence: of the pictures.
    """

    name: str
    format: int
    camera_a: str
    camera_b: str
    fingerprint: str
    counts: Mapping[str, int]
    notes: tuple[str, ...] = ()
    licence: str = ""


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a prepared folder; None if it has none.

    Raises:
        BenchError: it is broken, or of another format.
    """
    file = folder / MANIFEST
    if not file.is_file():
        return None
    try:
        manifest = Manifest(**json.loads(file.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise BenchError(f"{file} is damaged: {error}. Prepare the data set again.") from error
    if manifest.format != FORMAT:
        raise BenchError(
            f"{folder} was prepared in format {manifest.format}, this version reads {FORMAT}. "
            f"Prepare the data set again."
        )
    return manifest


def begin(dest: Path, origin: Mapping[str, Any]) -> bool:
    """Makes the folder to write, or makes sure that an earlier run began it in the same way.

    Args:
        dest: the folder.
        origin: what decides its content: data set, download and options, as JSON has them.

    Returns:
        Whether there is anything left to do.

    Raises:
        BenchError: the folder holds something else.
    """
    file, text = dest / ORIGIN, json.dumps(origin, indent=2, sort_keys=True)
    if file.is_file():
        if file.read_text(encoding="utf-8") != text:
            raise BenchError(
                f"{dest} was begun from another download or with other options (see {file}). "
                f"Delete it, or choose another folder."
            )
        return not (dest / MANIFEST).is_file()
    if dest.exists() and (not dest.is_dir() or any(dest.iterdir())):
        raise BenchError(f"{dest} is not an empty folder. Choose a new one to prepare data in.")
    dest.mkdir(parents=True, exist_ok=True)
    write_atomic(file, text)
    return True


def check_space(dest: Path, needed: float, progress: Progress) -> None:
    """Says what a prepared folder will take, and refuses to begin what cannot be finished.

    Args:
        dest: the folder to write, which an earlier run may have begun.
        needed: bytes of all its pictures.
        progress: the display.

    Raises:
        BenchError: there is not enough space.
    """
    there = sum(file.stat().st_size for file in dest.glob("*/*.npy"))
    missing = max(0.0, needed - there)
    free = shutil.disk_usage(nearest_folder(dest)).free
    facts = (
        f"{dest} will take {readable_size(needed)}, of which {readable_size(missing)} are still to "
        f"be written; {readable_size(free)} are free"
    )
    if missing > free:
        raise BenchError(f"{facts}. Make room, or choose another folder.")
    progress.say(f"{facts}.")


def picture_bytes(height: int, width: int, srgb: bool) -> int:
    """Bytes of one picture: packed raw of H x W as uint16, and sRGB of 2H x 2W as uint8."""
    return height * width * (4 * 2 + (4 * 3 if srgb else 0))


def picture_files(folder: Path, i: int, srgb: bool) -> list[Path]:
    """The array files of picture `i` in a set."""
    kinds = ("raw", "srgb") if srgb else ("raw",)
    return [folder / f"{i:06d}.{kind}.npy" for kind in kinds]


def write_manifest(
    dest: Path,
    source: type[DataSource],
    cameras: tuple[str, str],
    notes: Iterable[str],
    progress: Progress,
) -> Manifest:
    """Hashes all sets of pictures in a folder, and writes what makes it complete.

    Args:
        dest: the folder; every set in it is complete.
        source: the class of the data set: its name and its licence.
        cameras: names of camera A and camera B.
        notes: what was used, chosen and found, a sentence each.
        progress: shows a bar.
    """
    sets = [ImageSet(index.parent) for index in sorted(dest.glob("*/index.json"))]
    total = hashlib.sha256()
    with progress.task(f"Hashing {dest}", sum(map(len, sets))) as task:
        for images in sets:
            total.update(f"{images.folder.name}\n".encode())
            total.update(index_text(images).encode())
            for i, record in enumerate(images):
                for path in picture_files(images.folder, i, record.srgb is not None):
                    with path.open("rb") as file:
                        total.update(hashlib.file_digest(file, "sha256").digest())
                task.advance()
    manifest = Manifest(
        name=source.info.name,
        format=FORMAT,
        camera_a=cameras[0],
        camera_b=cameras[1],
        fingerprint=total.hexdigest(),
        counts={images.folder.name: len(images) for images in sets},
        notes=tuple(notes),
        licence=source.license,
    )
    write_atomic(dest / MANIFEST, json.dumps(asdict(manifest), indent=2))
    return manifest
