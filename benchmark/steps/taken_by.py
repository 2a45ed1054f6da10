"""Which camera of a data set took a picture, as far as files and names show."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from benchmark.cameras import CAMERAS, Camera
from benchmark.data.files.colour_tags import Colours, read_colours
from benchmark.data.files.raw_writer import SOFTWARE, camera_of
from benchmark.errors import BenchError
from benchmark.registry import DATASETS
from benchmark.store.step import DataIdentity

SHORTEST_NAME = 2  # letters; "a" and "b" name no camera


@dataclass(frozen=True)
class KnownCamera:
    """One side of a camera pair.

    Attributes:
        name: in the data set.
        file: a raw file that it wrote; None if there is none.
        model: maker and model in that file; "" where unknown.
    """

    name: str
    file: Path | None = None
    model: str = ""

    def colours(self) -> Colours | None:
        """The colour description in its file; None if there is none."""
        if self.file is None:
            return None
        try:
            return replace(
                read_colours(self.file), origin=f"colours of {self.name}: {self.file.name}"
            )
        except BenchError:
            return None

    def may_be(self, model: str) -> bool:
        """Whether a model is that in its file, or has its name in its own.

        >>> KnownCamera("iphone-x").may_be("Apple iPhone X")
        True
        >>> KnownCamera("iphone-x").may_be("Apple iPhone XS")
        False
        """
        if self.model and _words(self.model) == _words(model):
            return True
        name, words = "".join(_words(self.name)), _words(model)
        ends = range(len(words) + 1)
        runs = {"".join(words[start:end]) for start in ends for end in ends[start + 1 :]}
        return len(name) >= SHORTEST_NAME and name in runs


def known_cameras(data: DataIdentity) -> dict[Camera, KnownCamera]:
    """The cameras of a data set; {} if the data set is no longer there."""
    try:
        source = DATASETS.create(data.name, **data.config)
        files = {camera: source.camera_file(camera) for camera in CAMERAS}
        return {
            camera: KnownCamera(
                name, files[camera], camera_of(file) if (file := files[camera]) else ""
            )
            for camera, name in zip(CAMERAS, source.cameras(), strict=True)
        }
    except (BenchError, OSError):
        return {}


def _words(text: str) -> list[str]:
    """Letters and digits of a name in lower case, by word."""
    return re.findall(r"[^\W_]+", unicodedata.normalize("NFC", text).casefold())


def taken_by(
    image: Path, cameras: Mapping[Camera, KnownCamera]
) -> Camera | Literal["another"] | None:
    """The camera that took a picture.

    Returns:
        "another" where it is known that neither did; None where nothing is known: no model in the
        file, no files of the cameras, both of the same model, or a raw that ISP-Bench wrote.
    """
    model = camera_of(image)
    if not model or model.startswith(SOFTWARE) or not cameras:
        return None
    fitting = [camera for camera, known in cameras.items() if known.may_be(model)]
    if len(fitting) == 1:
        return fitting[0]
    return "another" if not fitting and all(k.model for k in cameras.values()) else None
