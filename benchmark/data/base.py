"""The contract of a data set: two cameras, their training pictures and their test pairs."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from benchmark.cameras import CAMERAS, Camera
from benchmark.data.images import ImageSet
from benchmark.progress import Progress
from benchmark.registry import Registered, register_dataset

__all__ = ["CameraPair", "DataSource", "Extent", "PairSet", "register_dataset", "validation_names"]


class Extent(NamedTuple):
    """How many pictures there are, and the greatest size in packed pixels."""

    pictures: int
    height: int
    width: int

    @classmethod
    def of(cls, folder: Path) -> "Extent | None":
        """Of a folder of pictures; None if it is not complete or empty."""
        if not (folder / "index.json").is_file():
            return None
        images = ImageSet(folder)
        if not images:
            return None
        return cls(len(images), max(i.height for i in images), max(i.width for i in images))


@dataclass(frozen=True)
class PairSet:
    """Pictures of the same scenes by both cameras: `a[i]` and `b[i]` belong together."""

    a: ImageSet
    b: ImageSet

    def camera(self, camera: Camera) -> ImageSet:
        """The side of one camera."""
        return self.a if camera == "a" else self.b

    def __len__(self) -> int:
        return len(self.a)


@dataclass(frozen=True)
class CameraPair:
    """A prepared data set.

    Attributes:
        camera_a: name of camera A.
        camera_b: name of camera B.
        train: unpaired training pictures with sRGB; A and B share no scene.
        validation: a part cut from the unpaired pictures, never trained on; empty where none were
            set aside, as is usual.
        anchors: pixel-aligned pairs for mappers that may use pairs; None if there are none.
        aligned: pixel-aligned test pairs for the raw-to-raw protocol; None if there are none.
        scenes: scene-level test pairs with sRGB, for the ISP protocols; None if there are none.
        renderings: what each camera would have taken of the scenes from where the other one stood,
            misjudging the exposure as that did: the pixel-aligned truth for the other camera's
            developed pictures. Empty where that is not known, as in all real data.
    """

    camera_a: str
    camera_b: str
    train: Mapping[Camera, ImageSet]
    validation: Mapping[Camera, ImageSet]
    anchors: PairSet | None = None
    aligned: PairSet | None = None
    scenes: PairSet | None = None
    renderings: Mapping[Camera, ImageSet] = field(default_factory=dict)

    @classmethod
    def open(cls, folder: Path, camera_a: str, camera_b: str) -> "CameraPair":
        """Opens a folder with a set of pictures for each part and camera.

        Args:
            folder: holds train-a and train-b, and of validation-a, validation-b, anchors-a,
                anchors-b, aligned-a, ... those that the data set has.
            camera_a: name of camera A.
            camera_b: name of camera B.
        """

        def single(part: str) -> dict[Camera, ImageSet]:
            return {camera: ImageSet(folder / f"{part}-{camera}") for camera in CAMERAS}

        def pairs(part: str) -> PairSet | None:
            return PairSet(**single(part)) if (folder / f"{part}-a").is_dir() else None

        return cls(
            camera_a,
            camera_b,
            train=single("train"),
            validation=single("validation") if (folder / "validation-a").is_dir() else {},
            anchors=pairs("anchors"),
            aligned=pairs("aligned"),
            scenes=pairs("scenes"),
        )


@dataclass(frozen=True)
class DataConfig:
    """Base of all data-set configs."""


class DataSource(Registered):
    """A data set that can be named on the command line, before it is read or generated.

    The text after the colon in `--data name:TEXT` reaches the config through
    :meth:`parse_argument`. The fields of `Config` are also what a preset may set for it.

    Attributes:
        license: licence of the pictures.
        citation: what to cite.
        pairs_help: how a user gives it pairs that it lacks; empty where nobody can.
        validation_help: how a user has pictures set aside for validation; empty where nobody can.
    """

    Config: ClassVar[type] = DataConfig
    license: ClassVar[str] = ""
    citation: ClassVar[str] = ""
    pairs_help: ClassVar[str] = ""
    validation_help: ClassVar[str] = ""

    @classmethod
    def parse_argument(cls, text: str) -> dict[str, Any]:
        """Config values from the text after the colon. Default: `key=value,key=value`."""
        from benchmark.config import key_values

        parts = filter(None, text.split(","))
        return key_values(parts, f"--data {cls.info.name}:{text}: the part")

    @classmethod
    def label(cls, text: str) -> str:
        """What the folder of a run is called after, of the text after the colon; "" for nothing.

        Default: the name of the folder or file that it begins with.
        """
        first = text.split(",")[0]
        return "" if "=" in first else Path(first).stem

    def check(self) -> None:
        """Raises a BenchError if the data cannot be used: a missing folder, a broken file.

        Called before anything long starts; cheap.
        """

    def cameras(self) -> tuple[str, str]:
        """Names of camera A and camera B, for tables; cheap."""
        raise NotImplementedError

    def parts(self) -> frozenset[str]:
        """Which pairs it has, of "anchors", "aligned" and "scenes"; cheap.

        And "renderings", if it knows what each camera would have rendered in the other's place;
        "validation", if pictures of both cameras are set aside for it, and "charts", where both
        pictures of all test pairs show ColorCheckers at known places.
        """
        raise NotImplementedError

    def camera_file(self, camera: Camera) -> Path | None:
        """A raw file as the camera wrote it; None if there is none. Cheap."""
        return None

    def extent(self, folder: Path, part: str, camera: Camera) -> Extent | None:
        """How many pictures of which size a part has; None if that is not known yet. Cheap.

        Args:
            folder: as for `prepare`; there may be none yet.
            part: e.g. "train" or "scenes".
            camera: the camera that took them.
        """
        return Extent.of(folder / f"{part}-{camera}")

    def fingerprint(self) -> str:
        """A hash of all that decides the pixels: config, file contents, generator version."""
        raise NotImplementedError

    def prepare(self, folder: Path, progress: Progress) -> CameraPair:
        """Reads or generates the pictures into `folder`, or opens them if they are there.

        Continues where an earlier call was cut off.
        """
        raise NotImplementedError


def validation_names(names: Iterable[str], share: float) -> frozenset[str]:
    """The unpaired pictures kept for validation, chosen by a hash of their names.

    Args:
        names: of the unpaired pictures of one camera.
        share: in [0, 1); 0 keeps none, anything else at least one.
    """
    ranked = sorted(names, key=lambda name: hashlib.sha256(name.encode()).hexdigest())
    count = max(1, round(share * len(ranked))) if share else 0
    return frozenset(ranked[len(ranked) - count :])
