"""`--data folder:PATH`: somebody's own pictures of two cameras.

Two folders of raw files (DNG, NEF, ARW, ..., or 16-bit TIFF and PNG), one per camera, with sRGB
pictures beside them or the previews inside them; test pairs by equal names or by a table. The
layout stands in `benchmark/data/folder_layout.py`, the reading in `raw_files.py` and
`srgb_files.py`. Options follow the path: `--data folder:PATH,camera_a=iphone,camera_b=samsung`.

Prepared, the folder holds a set of pictures for each part and camera (`train-a`, `scenes-b`, ...),
`notes.csv` (what was trimmed, resized or replaced, picture by picture) and `pairs_used.csv`.
"""

import csv
import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import Field

from benchmark.data.base import Camera, CameraPair, DataConfig, DataSource, PairSet, register_dataset
from benchmark.data.folder_layout import (
    Layout,
    PictureFiles,
    complaint,
    find_cameras,
    read_layout,
)
from benchmark.data.images import ImageRecord, ImageSet, ImageWriter, write_atomic
from benchmark.data.raw_files import read_raw, read_size
from benchmark.data.srgb_files import match_srgb, open_picture, read_preview
from benchmark.errors import BenchError
from benchmark.progress import Progress, Task

READER_VERSION = 1  # raised when the same files would be read to other numbers
CAMERAS: tuple[Camera, Camera] = ("a", "b")
PARTS = {"scene": "scenes", "anchor": "anchors", "aligned": "aligned"}  # role in pairs.csv: part
MOST_NOTES = 10  # kinds of notes told on the terminal

_digests: dict[tuple[Path, int, int], str] = {}  # (path, size, mtime_ns): SHA-256 of the contents


@dataclass(frozen=True)
class FolderConfig(DataConfig):
    """Where the pictures are.

    Attributes:
        path: the folder that holds the two cameras.
        camera_a: folder of camera A; "" for the first in alphabetical order.
        camera_b: folder of camera B; "" for the other one.
        validation: part of the unpaired pictures of a camera that is kept for validation, in
            (0, 0.5]; at least one picture.
    """

    path: str = ""
    camera_a: str = ""
    camera_b: str = ""
    validation: Annotated[float, Field(gt=0, le=0.5)] = 0.1


@dataclass(frozen=True)
class _Member:
    """A picture of a set: its id there, its files, and whether the set needs its sRGB."""

    id: str
    files: PictureFiles
    with_srgb: bool


@register_dataset(
    "folder",
    title="Your own raw files of two cameras, with sRGB pictures or embedded previews",
    needs=("folder:PATH",),
)
class Folder(DataSource):
    """Pictures in a folder, read with rawpy."""

    Config: ClassVar[type] = FolderConfig
    license: ClassVar[str] = "that of your own pictures"

    config: FolderConfig

    @classmethod
    def parse_argument(cls, text: str) -> dict[str, Any]:
        """PATH, or PATH,key=value,key=value; the path may hold commas."""
        path, *options = re.split(r",(?=\w+=)", text)
        return {"path": path, **dict(option.split("=", 1) for option in options)}

    @property
    def _root(self) -> Path:
        if not self.config.path:
            raise BenchError("--data folder needs a path: --data folder:PATH.")
        return Path(self.config.path).expanduser()

    def _layout(self) -> Layout:
        return read_layout(self._root, self.config.camera_a, self.config.camera_b)

    def cameras(self) -> tuple[str, str]:
        """Names of the two camera folders."""
        names = find_cameras(self._root, self.config.camera_a, self.config.camera_b)
        return names["a"], names["b"]

    def check(self) -> None:
        """Opens the header of every file and decodes one picture of each camera.

        Raises:
            BenchError: names all the files that cannot be used, and why.
        """
        layout = self._layout()
        sets = self._sets(layout)
        members = {
            member.files.raw: member
            for part in sorted(sets.values(), key=lambda part: part[0].with_srgb)
            for member in part
        }
        faults, sizes = [], {}
        for raw, member in members.items():
            try:
                sizes[raw] = _check_header(member)
            except BenchError as error:
                faults.append(str(error))
        for camera in CAMERAS:
            first = next(iter(layout.pictures[camera].values()))
            ...
