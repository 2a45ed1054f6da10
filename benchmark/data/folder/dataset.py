"""`--data folder:PATH`: your own pictures of two cameras.

Two folders of raw files (DNG, NEF, ARW, ..., or 16-bit TIFF and PNG), one per camera, with sRGB
pictures beside them or previews inside them; test pairs by equal names or by a table. The layout is
in `folder_layout.py`, the reading in `folder_pictures.py`. Options follow the path:
`--data folder:PATH,camera_a=iphone,camera_b=samsung`.

The prepared folder holds one set of pictures for each part and camera (`train-a`, `scenes-b`, ...)
and `pairs_used.csv`, written last.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import Field

from benchmark.data.base import (
    Camera,
    CameraPair,
    DataConfig,
    DataSource,
    register_dataset,
    validation_names,
)
from benchmark.data.files.listing import complaint
from benchmark.data.files.pairs_table import pairs_table
from benchmark.data.files.raw import CAMERA_SUFFIXES, read_raw, read_size
from benchmark.data.files.srgb import check_enlargement
from benchmark.data.folder.layout import Layout, find_cameras, read_layout
from benchmark.data.folder.pictures import SEPARATOR, Member, read_member, srgb_picture
from benchmark.data.images import ImageSet, write_set
from benchmark.errors import BenchError
from benchmark.files import write_atomic
from benchmark.progress import Progress

READER_VERSION = 1  # raised when the same files would be read to other numbers
CAMERAS: tuple[Camera, Camera] = ("a", "b")
PARTS = {"scene": "scenes", "anchor": "anchors", "aligned": "aligned"}  # by role of a pair
MOST_NOTES = 10  # kinds of notes told at the end

_digests: dict[tuple[Path, int, int], str] = {}  # (path, size, mtime in ns): SHA-256


@dataclass(frozen=True)
class FolderConfig(DataConfig):
    """Which pictures.

    Attributes:
        path: the folder that holds the folders of the cameras.
        camera_a: folder of camera A; "" for the first in alphabetical order.
        camera_b: folder of camera B; "" for the other one.
        validation: share of the unpaired pictures that is kept for validation; at least one
            picture, chosen by a hash of its name.
    """

    path: str = ""
    camera_a: str = ""
    camera_b: str = ""
    validation: Annotated[float, Field(gt=0, le=0.5)] = 0.1


@register_dataset(
    "folder", title="Your own raw files of two cameras, with sRGB pictures or previews"
)
class Folder(DataSource):
    """A folder of raw files, read with rawpy."""

    Config: ClassVar[type] = FolderConfig
    license: ClassVar[str] = "that of your own pictures"
    config: FolderConfig

    @classmethod
    def parse_argument(cls, text: str) -> dict[str, Any]:
        """Reads PATH or PATH,key=value,key=value; the path itself may hold commas."""
        path, *options = re.split(r",(?=\w+=)", text)
        root = str(Path(path).expanduser().absolute()) if path else ""
        return {"path": root, **dict(option.split("=", 1) for option in options)}

    def check(self) -> None:
        """Opens the header of every file, and decodes one raw of each kind per camera.

        Raises:
            BenchError: names the files that cannot be used, and why.
        """
        layout = self._layout()
        sets = self._sets(layout)
        sizes: dict[Path, tuple[int, int]] = {}
        faults = []
        for member in _distinct(sets.values()):
            try:
                size = read_size(member.files.raw, member.files.levels)
                sizes[member.files.raw] = size
                if member.with_srgb:
                    with srgb_picture(member.files) as picture:
                        check_enlargement(member.srgb_name, picture, *size)
            except BenchError as error:
                faults.append(str(error))
        for camera in CAMERAS:
            kinds = {f.raw.suffix: f for f in layout.pictures[camera].values() if f.raw in sizes}
            for files in kinds.values():
                try:
                    read_raw(files.raw, files.levels)
                except BenchError as error:
                    faults.append(str(error))
        faults += _unequal_sizes(sets, sizes)
        if faults:
            raise complaint(self._root, "The pictures", faults)

    def cameras(self) -> tuple[str, str]:
        """Names of the two camera folders."""
        names = find_cameras(self._root, self.config.camera_a, self.config.camera_b)
        return names["a"], names["b"]

    def parts(self) -> frozenset[str]:
        """The roles in which there are pairs."""
        sets = self._sets(self._layout())
        return frozenset(name for name in ("anchors", "aligned", "scenes") if sets.get(f"{name}-a"))

    def camera_file(self, camera: Camera) -> Path | None:
        """The first raw file of the camera that is no TIFF or PNG."""
        raws = (files.raw for files in self._layout().pictures[camera].values())
        return next((raw for raw in raws if raw.suffix.lower() in CAMERA_SUFFIXES), None)

    def fingerprint(self) -> str:
        """SHA-256 of the names and contents of all files, the choice of cameras and the reader."""
        layout = self._layout()
        files = list(layout.tables)
        for camera in CAMERAS:
            for picture in layout.pictures[camera].values():
                files += [picture.raw, picture.srgb] if picture.srgb else [picture.raw]
        settings = (READER_VERSION, layout.names["a"], layout.names["b"], self.config.validation)
        total = hashlib.sha256(repr(settings).encode())
        for file in sorted(files):
            total.update(f"{file.relative_to(self._root).as_posix()}\0{_digest(file)}\n".encode())
        return total.hexdigest()

    def prepare(self, folder: Path, progress: Progress) -> CameraPair:
        """Decodes the pictures into `folder`, or opens them there.

        Args:
            folder: a place for this fingerprint alone.
            progress: shows how far it is, and tells what was found and changed.

        Raises:
            BenchError: names all pictures that cannot be read, or says why `folder` cannot be
                written. The good pictures stay for the next call.
        """
        if not (folder / "pairs_used.csv").is_file():
            with _written(folder):
                self._decode(folder, progress)
        return CameraPair.open(folder, *self.cameras())

    @property
    def _root(self) -> Path:
        if not self.config.path:
            raise BenchError("The data set 'folder' needs a path: --data folder:PATH.")
        return Path(self.config.path)

    def _layout(self) -> Layout:
        return read_layout(self._root, self.config.camera_a, self.config.camera_b)

    def _sets(self, layout: Layout) -> dict[str, list[Member]]:
        """The members of each set of pictures to write, by the name of its folder."""
        sets = {}
        for camera in CAMERAS:
            free = layout.unpaired(camera)
            if len(free) < 2:
                number = "1 picture" if free else "No picture"
                raise BenchError(
                    f"{number} of camera {camera.upper()} ({layout.names[camera]}) is outside the "
                    f"test pairs; at least 2 are needed, one to train on and one for validation. "
                    f"Pictures of equal names in both cameras are test pairs unless "
                    f"{self._root / 'pairs.csv'} (columns a, b, role) names the pairs."
                )
            kept = validation_names((f.stem for f in free), self.config.validation)
            for part in ("train", "validation"):
                chosen = [f for f in free if (f.stem in kept) == (part == "validation")]
                sets[f"{part}-{camera}"] = [Member(f.stem, f, True) for f in chosen]
            for role, part in PARTS.items():
                members = [
                    Member(pair.a, layout.pictures[camera][pair.stem(camera)], role == "scene")
                    for pair in layout.pairs
                    if pair.role == role
                ]
                if members:
                    sets[f"{part}-{camera}"] = members
        return sets

    def _decode(self, folder: Path, progress: Progress) -> None:
        layout = self._layout()
        sets = self._sets(layout)
        faults = []
        with progress.task(f"Reading {self._root}", sum(map(len, sets.values()))) as task:
            for name, members in sets.items():
                items = {member.id: member for member in members}
                faults += write_set(
                    folder / name, items, lambda _, member: read_member(member, self._root), task
                )
        if faults:
            raise complaint(self._root, "The pictures", faults)
        for camera in CAMERAS:
            names = [name for name in sets if name.endswith(f"-{camera}")]
            _tell(layout.names[camera], [ImageSet(folder / name) for name in names], progress)
        own = layout.pictures
        rows = [(own["a"][p.a].raw.name, own["b"][p.b].raw.name, p.role) for p in layout.pairs]
        write_atomic(folder / "pairs_used.csv", pairs_table(rows))


def _distinct(sets: Iterable[Sequence[Member]]) -> Iterable[Member]:
    """Each picture once; with its sRGB if any of its sets needs that."""
    members = [member for members in sets for member in members]
    members.sort(key=lambda member: member.with_srgb)
    return {member.files.raw: member for member in members}.values()


def _unequal_sizes(
    sets: Mapping[str, Sequence[Member]], sizes: Mapping[Path, tuple[int, int]]
) -> list[str]:
    """The pixel-aligned pairs whose sides differ in size."""
    faults = []
    for part in ("anchors", "aligned"):
        for members in zip(sets.get(f"{part}-a", ()), sets.get(f"{part}-b", ()), strict=True):
            raws = [member.files.raw for member in members if member.files.raw in sizes]
            if len({sizes[raw] for raw in raws}) > 1:
                a, b = (f"{raw} ({sizes[raw][0]} x {sizes[raw][1]})" for raw in raws)
                faults.append(f"{a} and {b} are said to be alike pixel by pixel ({part}).")
    return faults


def _tell(camera: str, sets: Sequence[ImageSet], progress: Progress) -> None:
    """Says what a camera has, and sums up what was changed in its pictures."""
    counts = ", ".join(f"{len(images)} {images.folder.name[:-2]}" for images in sets)
    progress.say(f"{camera}: {counts}")
    records = [record for images in sets for record in images]
    notes = Counter(note for r in records for note in r.source.split(SEPARATOR)[1:])
    notes["sRGB from the embedded preview"] = sum(r.srgb == "preview" for r in records)
    notes = +notes  # without those that stand at 0
    for note, count in notes.most_common(MOST_NOTES):
        progress.say(f"  {count} of {len(records)} pictures: {note}")
    if len(notes) > MOST_NOTES:
        progress.say(f"  and {len(notes) - MOST_NOTES} other remarks: see index.json")


def _digest(path: Path) -> str:
    """SHA-256 of a file, kept as long as its size and time stay the same."""
    try:
        status = path.stat()
        key = (path, status.st_size, status.st_mtime_ns)
        if key not in _digests:
            with path.open("rb") as file:
                _digests[key] = hashlib.file_digest(file, "sha256").hexdigest()
        return _digests[key]
    except OSError as error:
        raise BenchError(f"{path} cannot be read: {error.strerror}.") from error


@contextmanager
def _written(folder: Path) -> Iterator[None]:
    """Turns the failures of writing into a sentence; those of reading are sentences already."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise BenchError(
            f"{folder} cannot be written: {error.strerror or error}. Check its rights and the free "
            f"space, or choose another place with --store or ISP_BENCH_HOME."
        ) from error
