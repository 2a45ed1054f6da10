"""Pictures of one camera on disk: packed raw and sRGB, memory-mapped, read one crop at a time.

Layout of a folder: `index.json` (written last, so a folder that has one is complete) and for each
picture `<number>.raw.npy`, uint16 (4, H, W), and optionally `<number>.srgb.npy`, uint8
(3, 2H, 2W). Raw values are counts above the black level; dividing by the picture's `range`
(white level minus black level) gives [0, 1]. So what a camera file holds is kept to the bit.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmark.cameras import Camera
from benchmark.errors import BenchError
from benchmark.files import save_array, write_atomic

JOINT = " | "  # between source and notes in the indexes that earlier versions wrote


@dataclass(frozen=True)
class ImageRecord:
    """One line of the index.

    Attributes:
        id: name of the picture (scene or file stem), unique in its set.
        height: H, rows of the packed raw.
        width: W, columns of the packed raw.
        range: white level minus black level, in counts.
        srgb: where the sRGB came from ("rendered", "file", "preview", ...); None if there is none.
        source: the file it was read from, or what made it.
        taken_by: the camera that took it, where its pair was made from one picture; the raw of
            the other camera is then synthetic. Called "born" in the index.
        charts: corners of the ColorCheckers in it, [x, y] in packed pixels, four per chart in the
            order of `benchmark/data/charts.py`.
        notes: what was trimmed, resized or replaced when it was read, a phrase each.
        content: hash of the values that its file stores, see :func:`content_of`; empty where
            nobody looks for copies.
    """

    id: str
    height: int
    width: int
    range: int
    srgb: str | None = None
    source: str = ""
    taken_by: Camera | None = None
    charts: Sequence[Sequence[Sequence[float]]] = ()
    notes: tuple[str, ...] = ()
    content: str = ""


class ImageSet(Sequence[ImageRecord]):
    """A complete folder of pictures, read lazily.

    Raises:
        BenchError: the folder is not complete.
    """

    def __init__(self, folder: Path) -> None:
        index = folder / "index.json"
        if not index.is_file():
            raise BenchError(f"{folder} holds no complete set of pictures (no index.json).")
        self.folder = folder
        lines = json.loads(index.read_text(encoding="utf-8"))
        self._records = [_record(line) for line in lines]

    def __len__(self) -> int:
        return len(self._records)

    def __getitem__(self, i):  # type: ignore[no-untyped-def]
        return self._records[i]

    def raw(self, i: int, crop: "Crop | None" = None) -> NDArray[np.float32]:
        """Packed raw (4, H, W) float32 in [0, 1], planes R, Gr, Gb, B; or a square crop of it."""
        counts = np.load(self.folder / f"{i:06d}.raw.npy", mmap_mode="r", allow_pickle=False)
        if crop is not None:
            counts = counts[:, crop.top : crop.top + crop.size, crop.left : crop.left + crop.size]
        return counts.astype(np.float32) / np.float32(self._records[i].range)

    def srgb(self, i: int, crop: "Crop | None" = None) -> NDArray[np.uint8]:
        """sRGB (3, 2H, 2W) uint8, gamma-encoded; or the part over a crop in packed pixels.

        Raises:
            BenchError: the picture has no sRGB.
        """
        if self._records[i].srgb is None:
            raise BenchError(f"{self._records[i].id} in {self.folder} has no sRGB picture.")
        srgb = np.load(self.folder / f"{i:06d}.srgb.npy", mmap_mode="r", allow_pickle=False)
        if crop is not None:
            top, left, size = 2 * crop.top, 2 * crop.left, 2 * crop.size
            srgb = srgb[:, top : top + size, left : left + size]
        return np.asarray(srgb)


class Crop(NamedTuple):
    """A square part of a picture, in packed pixels."""

    top: int
    left: int
    size: int


class ImageWriter:
    """Writes the pictures of an :class:`ImageSet`, in any order; pictures already there are kept.

    Every file appears whole or not at all; `close` writes the index.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._records: dict[int, ImageRecord] = {}

    def has(self, i: int) -> bool:
        """Whether picture `i` was written by this run or an earlier one that was cut off."""
        return (self.folder / f"{i:06d}.json").is_file()

    def keep(self, i: int) -> ImageRecord:
        """Takes over picture `i`, written by an earlier run that was cut off."""
        self._records[i] = self.record(i)
        return self._records[i]

    def record(self, i: int) -> ImageRecord:
        """The record of picture `i`, which is there."""
        file = self.folder / f"{i:06d}.json"
        return _record(json.loads(file.read_text(encoding="utf-8")))

    def forget(self, i: int) -> None:
        """Takes picture `i` out again, if it is there."""
        (self.folder / f"{i:06d}.json").unlink(missing_ok=True)
        self._records.pop(i, None)

    def write(
        self,
        i: int,
        record: ImageRecord,
        raw: NDArray[np.uint16],
        srgb: NDArray[np.uint8] | None = None,
    ) -> None:
        """Writes picture `i`.

        Args:
            i: its number, from 0 on without gaps.
            record: its line of the index.
            raw: (4, H, W) counts above black.
            srgb: (3, 2H, 2W), if there is one.
        """
        save_array(self.folder / f"{i:06d}.raw.npy", raw)
        if srgb is not None:
            save_array(self.folder / f"{i:06d}.srgb.npy", srgb)
        write_atomic(self.folder / f"{i:06d}.json", json.dumps(_line(record)))
        self._records[i] = record

    def close(self) -> ImageSet:
        """Writes the index and opens the finished set.

        Files of pictures that an earlier run wrote and this one does not have are removed.
        """
        lines = [_line(self._records[i]) for i in range(len(self._records))]
        write_atomic(self.folder / "index.json", json.dumps(lines, indent=0))
        for file in self.folder.glob("[0-9]" * 6 + ".*"):
            if file.suffix == ".json" or int(file.name[:6]) >= len(lines):
                file.unlink(missing_ok=True)
        return ImageSet(self.folder)


class Picture(NamedTuple):
    """A picture to write: its record, packed counts (4, H, W), and sRGB (3, 2H, 2W)."""

    record: ImageRecord
    raw: NDArray[np.uint16]
    srgb: NDArray[np.uint8] | None = None


def content_of(values: NDArray[Any]) -> str:
    """A hash of the values that a raw file stores, and of how many rows and columns they have.

    Two files with the same hash hold the same picture, whatever their names, metadata and formats.

    Args:
        values: counts as decoded, before any black level is subtracted: (h, w) of a mosaic,
            (h, w, 3) of linear RGB, or packed (4, H, W).
    """
    digest = hashlib.sha256(f"{values.dtype.name} {values.shape}".encode())
    digest.update(np.ascontiguousarray(values, values.dtype.newbyteorder("<")).data)
    return digest.hexdigest()


def index_text(records: Sequence[ImageRecord]) -> str:
    """The index of some pictures as format 1 of prepared folders had it: part of a fingerprint.

    It does not hold the hashes of the contents, so data that are prepared again keep the
    fingerprint, and with it the finished steps, of an earlier version.
    """
    lines = []
    for record in records:
        line = _line(record)
        line.pop("content", None)
        if notes := line.pop("notes", ()):
            line["source"] = JOINT.join((record.source, *notes))
        lines.append(line)
    return json.dumps(lines, indent=0)


def _record(line: Mapping[str, Any]) -> ImageRecord:
    """A record from its line in an index of this version or an earlier one."""
    values = dict(line)
    values["taken_by"] = values.pop("born", None)
    if "notes" not in values:
        values["source"], *values["notes"] = values.get("source", "").split(JOINT)
    values["notes"] = tuple(values["notes"])
    return ImageRecord(**values)


def _line(record: ImageRecord) -> dict[str, Any]:
    """A record for the index, without what it does not have."""
    names = {"taken_by": "born"}
    values = {names.get(key, key): value for key, value in asdict(record).items()}
    if not record.content:
        del values["content"]
    line = {key: value for key, value in values.items() if value not in (None, ())}
    if JOINT in record.source:
        line["notes"] = record.notes  # even if there are none: nothing is cut off the source then
    return line
