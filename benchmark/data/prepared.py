"""Published data sets, converted once from their download to a folder of packed pictures.

`isp-bench data prepare NAME SRC DEST` calls :meth:`PreparedSource.convert`; from then on
`--data NAME:DEST` no longer needs the download. `prepared_folder.py` describes what DEST holds.
A data set of this kind lists its download in :meth:`PreparedSource.plan`, with the function that
reads a picture; everything else is the same for all of them.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from benchmark.cameras import CAMERAS, Camera
from benchmark.config import build
from benchmark.data.base import CameraPair, DataConfig, DataSource, Extent
from benchmark.data.findings import check_command, complaint
from benchmark.data.images import ImageSet, Picture
from benchmark.data.prepared_folder import (
    MANIFEST,
    ORIGIN,
    Manifest,
    begin,
    check_space,
    picture_files,
    read_manifest,
    write_manifest,
)
from benchmark.data.sets import PAIRED_PARTS, Sets, write_sets
from benchmark.errors import BenchError
from benchmark.files import write_atomic
from benchmark.progress import Progress

T = TypeVar("T")

REPAIR = "The files (repair them, or take them out)"
MOST_NOTES = 10  # kinds of remarks on the pictures of a camera that are listed


@dataclass(frozen=True)
class Preparation(Generic[T]):
    """What a download holds, and how it becomes a prepared folder.

    Attributes:
        root: the folder of the download; sources of pictures are named from there.
        cameras: names of camera A and camera B.
        sets: what to read for each set of pictures.
        read: makes the picture of an id and an item of a set.
        size: bytes that all pictures will take.
        pairs_used: the table of the pairs, in a form that can be given as `--set pairs=FILE`.
        notes: what was found and chosen, a sentence each.
        facts: what decides the pictures besides the source and the options.
    """

    root: Path
    cameras: tuple[str, str]
    sets: Sets[T]
    read: Callable[[str, T], Picture]
    size: float
    pairs_used: str
    notes: Sequence[str]
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class PreparedConfig(DataConfig):
    """Which prepared folder.

    Attributes:
        path: the folder that `isp-bench data prepare` wrote.
    """

    path: str = ""


class PreparedSource(DataSource):
    """Base of the data sets that are prepared from a download.

    A subclass registers a name, and says what its download looks like and holds.

    Attributes:
        Options: dataclass of what `--set KEY=VALUE` may say.
    """

    Config: ClassVar[type] = PreparedConfig
    Options: ClassVar[type]
    config: PreparedConfig

    @classmethod
    def recognises(cls, source: Path) -> bool:
        """Whether a folder looks like a download of this data set; opens no picture."""
        raise NotImplementedError

    @classmethod
    def survey(cls, source: Path) -> list[str]:
        """Checks a download.

        Returns:
            Findings, a sentence each: what was counted against what was published, and as
            :class:`Fault` every file that is missing, unreadable, duplicated or of an odd size.

        Raises:
            BenchError: it is not a download of this data set.
        """
        raise NotImplementedError

    @classmethod
    def plan(cls, source: Path, options: Any, progress: Progress) -> Preparation[Any]:
        """Lists a download and chooses what goes where; decodes no picture.

        Args:
            source: the download.
            options: an instance of `Options`.
            progress: shows a bar.

        Raises:
            BenchError: names all files that cannot be used.
        """
        raise NotImplementedError

    @classmethod
    def convert(
        cls, source: Path, dest: Path, options: Mapping[str, str], progress: Progress
    ) -> None:
        """Converts a download to a prepared folder; continues where an earlier call was cut off.

        Args:
            source: the download.
            dest: the folder to write; made if it does not exist.
            options: what `--set KEY=VALUE` gave.
            progress: shows a bar, what was found, and how much space the pictures will take.

        Raises:
            BenchError: files that cannot be used, an unknown option, or not enough space.
        """
        name = cls.info.name
        chosen: Any = build(cls.Options, options, f"data prepare {name}, --set")
        plan = cls.plan(source, chosen, progress)
        check_space(dest, plan.size, progress)
        origin = {"data": name, "source": str(source.absolute()), **asdict(chosen), **plan.facts}
        if not begin(dest, origin):
            progress.say(f"{dest} is complete.")
            return
        write_atomic(dest / "pairs_used.csv", plan.pairs_used)
        with progress.task(f"Preparing {dest}", sum(map(len, plan.sets.values()))) as task:
            written = write_sets(dest, plan.sets, plan.read, task)
        if written.faults:
            command = check_command(str(source))
            raise complaint(plan.root, REPAIR, written.faults, command)
        notes = [*plan.notes, *written.left_out, *_picture_notes(dest, plan)]
        for note in notes:
            progress.say(note)
        write_manifest(dest, cls, plan.cameras, notes, progress)

    @classmethod
    def parse_argument(cls, text: str) -> dict[str, Any]:
        """Reads the path of the prepared folder."""
        return {"path": str(Path(text).expanduser().absolute()) if text else ""}

    def check(self) -> None:
        """Checks that every picture of every set is there.

        Raises:
            BenchError: the folder is not complete, or of another data set.
        """
        manifest = self.manifest()
        for name, count in manifest.counts.items():
            images = ImageSet(self._root / name)
            lost = [
                file
                for i, record in enumerate(images)
                for file in picture_files(images.folder, i, record.srgb is not None)
                if not file.is_file()
            ]
            if lost or len(images) != count:
                what = f"{lost[0]} is missing" if lost else f"{len(images)} of {count} pictures"
                raise BenchError(
                    f"{self._root / name} is damaged: {what}. Delete {self._root} and run "
                    f"`isp-bench data prepare {self.info.name} SRC {self._root}` again."
                )

    def cameras(self) -> tuple[str, str]:
        """The names in the manifest."""
        manifest = self.manifest()
        return manifest.camera_a, manifest.camera_b

    def parts(self) -> frozenset[str]:
        """The pairs that the folder has, and validation if both cameras have pictures for it."""
        counts = self.manifest().counts
        names = ("validation", *PAIRED_PARTS)
        return frozenset(p for p in names if counts.get(f"{p}-a") and counts.get(f"{p}-b"))

    def camera_file(self, camera: Camera) -> Path | None:
        """A raw file of the camera in the download, if that is still in its place."""
        origin = json.loads((self._root / ORIGIN).read_text(encoding="utf-8"))
        file = ImageSet(self._root / f"train-{camera}")[0].source
        download = Path(origin["source"])
        places = (download / file, download / "dataset" / file)
        return next((place for place in places if place.is_file()), None)

    def fingerprint(self) -> str:
        """The hash of all pictures, taken when they were written."""
        return self.manifest().fingerprint

    def extent(self, folder: Path, part: str, camera: Camera) -> Extent | None:
        """Of the prepared folder."""
        return super().extent(self._root, part, camera)

    def prepare(self, folder: Path, progress: Progress) -> CameraPair:
        """Opens the prepared folder; `folder` stays empty."""
        return CameraPair.open(self._root, *self.cameras())

    @property
    def _root(self) -> Path:
        if not self.config.path:
            name = self.info.name
            raise BenchError(
                f"The data set '{name}' needs its prepared folder: --data {name}:DEST. "
                f"`isp-bench data prepare {name} SRC DEST` makes one from a download."
            )
        return Path(self.config.path)

    def manifest(self) -> Manifest:
        """The manifest of the prepared folder.

        Raises:
            BenchError: it is not complete, or of another data set.
        """
        manifest = read_manifest(self._root)
        if manifest is None:
            raise BenchError(
                f"{self._root} is not a prepared folder (no {MANIFEST}, which is written last). "
                f"Run `isp-bench data prepare {self.info.name} SRC {self._root}`; it continues "
                f"where it was cut off."
            )
        if manifest.name != self.info.name:
            raise BenchError(
                f"{self._root} holds '{manifest.name}': use --data {manifest.name}:{self._root}."
            )
        return manifest


def _picture_notes(dest: Path, plan: Preparation[Any]) -> list[str]:
    """Where sRGB came from, and what was changed or found in the pictures, counted."""
    notes = []
    for camera, name in zip(CAMERAS, plan.cameras, strict=True):
        sets = [ImageSet(dest / key) for key in plan.sets if key.endswith(f"-{camera}")]
        records = [record for images in sets for record in images]
        origins = Counter(record.srgb for record in records if record.srgb)
        counted = ", ".join(f"{count} {origin}" for origin, count in sorted(origins.items()))
        looks = " (looks that may differ)" if len(origins) > 1 else ""
        notes.append(f"{name}: sRGB {counted or 'not there: only for raw-to-raw'}{looks}")
        remarks = Counter(note for record in records for note in record.notes)
        notes += [f"{name}: {n} pictures: {note}" for note, n in remarks.most_common(MOST_NOTES)]
    return notes
