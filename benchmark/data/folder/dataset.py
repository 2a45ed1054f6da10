"""`--data folder:PATH`: your own pictures of two cameras.

Two folders of raw files (DNG, NEF, ARW, ..., or 16-bit TIFF and PNG), one per camera, with sRGB
pictures next to them or previews inside them; test pairs by equal names or by a table. The layout
is described in `layout.py`, the reading is in `pictures.py`. Options follow the path:
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

from benchmark.cameras import CAMERAS, Camera
from benchmark.data.base import (
    CameraPair,
    DataConfig,
    DataSource,
    register_dataset,
    validation_names,
)
from benchmark.data.files.digests import digest
from benchmark.data.files.listing import plain_name
from benchmark.data.files.pairs_table import pairs_table
from benchmark.data.files.raw import CAMERA_SUFFIXES, read_raw
from benchmark.data.findings import Fault, check_command, complaint
from benchmark.data.folder.layout import PARTS, Layout, find_cameras, read_layout
from benchmark.data.folder.pictures import Member, has_srgb, read_member
from benchmark.data.folder.survey import headers, summary, unequal_sizes, without
from benchmark.data.images import ImageSet, Picture
from benchmark.data.sets import find_copies, write_sets
from benchmark.errors import BenchError
from benchmark.files import write_atomic
from benchmark.progress import Progress

READER_VERSION = 2  # raised when the same files would give other pictures or pairs
MOST_NOTES = 10  # kinds of notes that are named at the end


@dataclass(frozen=True)
class FolderConfig(DataConfig):
    """Which pictures.

    Attributes:
        path: the folder that holds the folders of the cameras.
        camera_a: folder of camera A; "" for the first in alphabetical order.
        camera_b: folder of camera B; "" for the other one.
        validation: share of the unpaired pictures that is kept for validation; 0 for none, else
            at least one picture, chosen by a hash of its name.
    """

    path: str = ""
    camera_a: str = ""
    camera_b: str = ""
    validation: Annotated[float, Field(ge=0, le=0.5)] = 0.0


@register_dataset(
    "folder", title="Your own raw files of two cameras, with sRGB pictures or previews"
)
class Folder(DataSource):
    """A folder of raw files, read with rawpy."""

    Config: ClassVar[type] = FolderConfig
    license: ClassVar[str] = "that of your own pictures"
    pairs_help: ClassVar[str] = (
        "Pairs are named in PATH/pairs.csv (columns a, b, role). Roles: scene (the same scene), "
        "aligned (alike pixel by pixel, to test raw-to-raw), anchor (alike pixel by pixel, to "
        "train on)."
    )
    validation_help: ClassVar[str] = "Ask for some: --data folder:PATH,validation=0.1."
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
        sets = self._sets(layout, _rendering(layout))
        broken = headers(sets)
        for camera in CAMERAS:
            sound = [f for f in layout.pictures[camera].values() if f.raw not in broken]
            for files in {files.raw.suffix: files for files in sound}.values():
                try:
                    read_raw(files.raw, files.levels)
                except BenchError as error:
                    broken[files.raw] = str(error)
        self._refuse([*self._shortage(layout), *broken.values(), *unequal_sizes(sets, broken)])

    def survey(self, progress: Progress) -> list[str]:
        """Checks the whole folder; decodes every picture.

        Returns:
            Findings, a sentence each: what there is, and as :class:`Fault` everything that is
            missing or cannot be used, and copies that would be left out of training.

        Raises:
            BenchError: it does not hold two cameras.
        """
        layout = self._layout()
        rendering = _rendering(layout)
        sets = self._sets(layout, rendering)
        broken = headers(sets)
        faults = [*self._shortage(layout), *broken.values(), *unequal_sizes(sets, broken)]
        sound = without(sets, broken)
        with progress.task(f"Reading {self._root}", sum(map(len, sound.values()))) as task:
            found = find_copies(sound, self._read, task, refuse_anchors=True)
        faults += [*found.faults, *found.left_out]
        findings = [f"{layout.names[c]}: {len(layout.pictures[c])} pictures" for c in CAMERAS]
        findings += summary(layout, rendering, self.pairs_help)
        return [*findings, *map(Fault, dict.fromkeys(faults))]

    def cameras(self) -> tuple[str, str]:
        """Names of the two camera folders."""
        folders = find_cameras(self._root, self.config.camera_a, self.config.camera_b)
        return plain_name(folders["a"].name), plain_name(folders["b"].name)

    def parts(self) -> frozenset[str]:
        """The roles in which there are pairs, and validation if it is asked for."""
        validation = {"validation"} if self.config.validation else set()
        return frozenset(PARTS[pair.role] for pair in self._layout().pairs) | validation

    def camera_file(self, camera: Camera) -> Path | None:
        """The first raw file of the camera that is not a TIFF or PNG."""
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
        named = {plain_name(file.relative_to(self._root).as_posix()): file for file in files}
        for name, file in sorted(named.items()):
            total.update(f"{name}\0{digest(file)}\n".encode())
        return total.hexdigest()

    def prepare(self, folder: Path, progress: Progress) -> CameraPair:
        """Decodes the pictures into `folder`, or opens them there.

        Args:
            folder: a place for this fingerprint alone.
            progress: shows a bar, what was found and what was changed.

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

    def _refuse(self, faults: Iterable[str]) -> None:
        """Raises a BenchError if there are faults."""
        if found := list(dict.fromkeys(faults)):
            chosen = {"camera_a": self.config.camera_a, "camera_b": self.config.camera_b}
            options = "".join(f",{key}={name}" for key, name in chosen.items() if name)
            target = f"folder:{self._root}{options}" if options else str(self._root)
            raise complaint(self._root, "The pictures", found, check_command(target))

    def _shortage(self, layout: Layout) -> list[str]:
        """What was wrong with the listing, or else too few pictures to train on."""
        faults = list(layout.faults)
        least, needed = 1, "at least 1 is needed, to train on"
        if self.config.validation:
            least, needed = 2, "at least 2 are needed, one to train on and one for validation"
        for camera in CAMERAS if not faults else ():
            free = layout.unpaired(camera)
            if len(free) < least:
                number = "1 picture" if free else "No picture"
                faults.append(
                    f"{number} of camera {camera.upper()} ({layout.names[camera]}) is outside the "
                    f"pairs; {needed}. Pictures of equal names in both cameras are test pairs "
                    f"unless {self._root / 'pairs.csv'} (columns a, b, role) names the pairs."
                )
        return faults

    def _sets(
        self, layout: Layout, rendering: Mapping[Camera, bool]
    ) -> dict[str, dict[str, Member]]:
        """What to read for each set of pictures, by the name of its folder and by id."""
        sets = {}
        for camera in CAMERAS:
            srgb = rendering[camera]
            free = layout.unpaired(camera)
            kept = validation_names((f.stem for f in free), self.config.validation)
            for part in ("train", "validation"):
                chosen = [f for f in free if (f.stem in kept) == (part == "validation")]
                if chosen:
                    sets[f"{part}-{camera}"] = {f.stem: Member(f, srgb) for f in chosen}
            for role, part in PARTS.items():
                members = {
                    pair.a: Member(
                        layout.pictures[camera][pair.stem(camera)], srgb and role == "scene"
                    )
                    for pair in layout.pairs
                    if pair.role == role
                }
                if members:
                    sets[f"{part}-{camera}"] = members
        return sets

    def _read(self, identity: str, member: Member) -> Picture:
        return read_member(identity, member, self._root)

    def _decode(self, folder: Path, progress: Progress) -> None:
        layout = self._layout()
        rendering = _rendering(layout)
        self._refuse(self._shortage(layout))
        sets = self._sets(layout, rendering)
        with progress.task(f"Reading {self._root}", sum(map(len, sets.values()))) as task:
            written = write_sets(folder, sets, self._read, task, refuse_anchors=True)
        self._refuse(written.faults)
        for camera in CAMERAS:
            names = [name for name in sets if name.endswith(f"-{camera}")]
            _report(layout.names[camera], [ImageSet(folder / name) for name in names], progress)
        for note in (*summary(layout, rendering, self.pairs_help), *written.left_out):
            progress.say(note)
        own = layout.pictures
        rows = [(own["a"][p.a].raw.name, own["b"][p.b].raw.name, p.role) for p in layout.pairs]
        write_atomic(folder / "pairs_used.csv", pairs_table(rows))


def _rendering(layout: Layout) -> dict[Camera, bool]:
    """Whether the cameras have sRGB pictures."""
    return {camera: has_srgb(own.values()) for camera, own in layout.pictures.items()}


def _report(camera: str, sets: Sequence[ImageSet], progress: Progress) -> None:
    """Says what a camera has, and sums up what was changed in its pictures."""
    counts = ", ".join(f"{len(images)} {images.folder.name[:-2]}" for images in sets)
    progress.say(f"{camera}: {counts}")
    records = [record for images in sets for record in images]
    notes = Counter(note for record in records for note in record.notes)
    notes["sRGB from the embedded preview"] = sum(r.srgb == "preview" for r in records)
    notes = +notes  # without those at 0
    for note, count in notes.most_common(MOST_NOTES):
        progress.say(f"  {count} of {len(records)} pictures: {note}")
    if len(notes) > MOST_NOTES:
        progress.say(f"  and {len(notes) - MOST_NOTES} other remarks: see index.json")


@contextmanager
def _written(folder: Path) -> Iterator[None]:
    """Turns the failures of writing into a sentence; those of reading are sentences already."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise BenchError(
            f"{folder} cannot be written: {error.strerror or error}. Check its permissions and the "
            f"free space, or choose another place with --store or ISP_BENCH_HOME."
        ) from error
