"""Published data sets, turned once from their download into a folder of packed pictures.

`isp-bench data prepare NAME SRC DEST` calls :meth:`PreparedSource.convert`; from then on
`--data NAME:DEST` needs the download no more. What DEST holds is in `prepared_folder.py`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from benchmark.cameras import Camera
from benchmark.data.base import CameraPair, DataConfig, DataSource
from benchmark.data.images import ImageSet
from benchmark.data.prepared_folder import (
    MANIFEST,
    ORIGIN,
    Manifest,
    picture_files,
    read_manifest,
)
from benchmark.errors import BenchError
from benchmark.progress import Progress

PAIRED_PARTS = ("anchors", "aligned", "scenes")


class Fault(str):
    """A finding on a download that is wrong, where others are only told: a broken file, say."""


@dataclass(frozen=True)
class PreparedConfig(DataConfig):
    """Which prepared folder.

    Attributes:
        path: the folder that `isp-bench data prepare` wrote.
    """

    path: str = ""


class PreparedSource(DataSource):
    """Base of the data sets that are prepared from a download.

    A subclass registers a name and says how its download is turned into such a folder.
    """

    Config: ClassVar[type] = PreparedConfig
    config: PreparedConfig

    @classmethod
    def recognises(cls, source: Path) -> bool:
        """Whether a folder looks like a download of this data set; opens no picture."""
        raise NotImplementedError

    @classmethod
    def survey(cls, source: Path) -> list[str]:
        """Looks through a download.

        Returns:
            Findings, a sentence each: what was counted against what was published, and as
            :class:`Fault` every file that is missing, unreadable, double or of an odd size.

        Raises:
            BenchError: it is no download of this data set.
        """
        raise NotImplementedError

    @classmethod
    def convert(
        cls, source: Path, dest: Path, options: Mapping[str, str], progress: Progress
    ) -> None:
        """Turns a download into a prepared folder; goes on from where it was cut off.

        Ends with :func:`write_manifest`.

        Args:
            source: the download.
            dest: the folder to write; made if it does not exist.
            options: what `--set KEY=VALUE` gave.
            progress: shows how far it is, and tells what was found and what it will take.

        Raises:
            BenchError: files that cannot be used, an unknown option, or not enough space.
        """
        raise NotImplementedError

    @classmethod
    def parse_argument(cls, text: str) -> dict[str, Any]:
        """Reads the path of the prepared folder."""
        return {"path": str(Path(text).expanduser().absolute()) if text else ""}

    def check(self) -> None:
        """Looks whether every picture of every set is there, and read in full.

        Raises:
            BenchError: the folder is not complete, or of another data set.
        """
        manifest = self._manifest()
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
        manifest = self._manifest()
        return manifest.camera_a, manifest.camera_b

    def parts(self) -> frozenset[str]:
        """The pairs that the folder has."""
        counts = self._manifest().counts
        return frozenset(part for part in PAIRED_PARTS if counts.get(f"{part}-a"))

    def camera_file(self, camera: Camera) -> Path | None:
        """A raw file of the camera in the download, where that is still in its place."""
        origin = json.loads((self._root / ORIGIN).read_text(encoding="utf-8"))
        file = ImageSet(self._root / f"train-{camera}")[0].source.split(" | ")[0]
        download = Path(origin["source"])
        places = (download / file, download / "dataset" / file)
        return next((place for place in places if place.is_file()), None)

    def fingerprint(self) -> str:
        """The hash of all pictures, taken when they were written."""
        return self._manifest().fingerprint

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

    def _manifest(self) -> Manifest:
        manifest = read_manifest(self._root)
        if manifest is None:
            raise BenchError(
                f"{self._root} is no prepared folder (no {MANIFEST}, which is written last). Run "
                f"`isp-bench data prepare {self.info.name} SRC {self._root}`; a run that was cut "
                f"off goes on."
            )
        if manifest.name != self.info.name:
            raise BenchError(
                f"{self._root} holds '{manifest.name}': use --data {manifest.name}:{self._root}."
            )
        return manifest
