"""The embedded data sets: two cameras simulated from measured spectra, nothing to download.

Scenes are dead leaves, or the user's own photographs: `--data simulated:scenes=FOLDER`.

In `simulated` most scenes have one light, some have two. In `simulated-multi` every scene has two
lights that mix over it, and three ColorCheckers whose corners are in the record of each picture.

The same config gives the same bytes on one platform. Between platforms, library functions may
differ in the last bit, so a value may be rounded the other way and differ by one level.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from benchmark.cameras import CAMERAS
from benchmark.cameras import Camera as CameraKey
from benchmark.data.base import CameraPair, DataSource, Extent, PairSet, register_dataset
from benchmark.data.images import ImageSet
from benchmark.data.simulated.backdrop import least_size
from benchmark.data.simulated.config import (
    LIGHTS,
    SMALLEST,
    SMALLEST_WITH_CHARTS,
    MultiConfig,
    SimulatedConfig,
    check_config,
)
from benchmark.data.simulated.generation import Generation, is_complete
from benchmark.data.simulated.own_raw import taken_by
from benchmark.data.simulated.parts import RENDERINGS, parts_of, purposes
from benchmark.data.simulated.photographs import PhotographFolder
from benchmark.data.simulated.sensitivities import PAIRS, camera_name, sensitivities_hash
from benchmark.data.simulated.spectra import light
from benchmark.errors import BenchError, unknown_name
from benchmark.progress import Progress

GENERATOR_VERSION = 2  # raised with every change that changes a pixel
PHOTOGRAPHS_VERSION = 1  # the same, of what only photographs need


@register_dataset(
    "simulated",
    title="Two simulated cameras, from measured spectra; dead leaves or photographs as scenes",
    licence="Apache-2.0",
)
class Simulated(DataSource):
    """Pictures of random scenes, or of photographs, by two cameras, generated from a seed."""

    Config: ClassVar[type] = SimulatedConfig
    charts: ClassVar[bool] = False
    license = (
        "generated: no rights of others but those in your photographs, if they are the scenes "
        "(spectra: colour-science, BSD-3-Clause)"
    )
    validation_help = "Ask for some: --data simulated:validation=10."
    citation = "ISP-Bench; spectra from colour-science (doi 10.5281/zenodo.376790)"
    config: SimulatedConfig

    def __init__(self, config: Any = None) -> None:
        super().__init__(config)
        check_config(self.config, SMALLEST_WITH_CHARTS if self.charts else SMALLEST)

    @classmethod
    def parse_argument(cls, text: str) -> dict[str, Any]:
        """`key=value,key=value`; several lights are joined by "+": `lights=A+D65`.

        `pair=NAME` stands for the two cameras of :data:`PAIRS`. `scenes=FOLDER`, which is no
        number, names a folder of photographs. Paths are made absolute, as a step may run in
        another folder.
        """
        values = super().parse_argument(_with_photographs(text))
        if "pair" in values:
            values = {**_cameras_of(str(values.pop("pair")), values), **values}
        if "lights" in values:
            values["lights"] = tuple(str(values["lights"]).split("+"))
        for key in ("camera_a", "camera_b"):
            if key in values and Path(str(values[key])).expanduser().is_file():
                values[key] = str(Path(str(values[key])).expanduser().resolve())
        if "photographs" in values:
            values["photographs"] = str(Path(str(values["photographs"])).expanduser().absolute())
        return values

    @classmethod
    def label(cls, text: str) -> str:
        """The names of the pair of cameras and of the folder of photographs, if given."""
        values = super().parse_argument(_with_photographs(text))
        names = (str(values.get("pair", "")), Path(str(values.get("photographs", ""))).name)
        return "-".join(filter(None, names))

    def check(self) -> None:
        """Reads the camera files, unusual lights, and the headers of the photographs.

        Raises:
            BenchError: one of them is missing or broken, there are not enough photographs, or both
                cameras have the same name.
        """
        for name in set(self.config.lights).difference(LIGHTS):
            light(name)
        a, b = self.cameras()
        if a == b:
            raise BenchError(
                f"Both cameras are called '{a}', so tables could not tell them apart. Choose two "
                f"cameras, or rename a file (camera_a={self.config.camera_a})."
            )
        if self._photographs is not None:
            self._photographs.check()

    def survey(self, progress: Progress) -> list[str]:
        """What there is, a sentence each; decodes every photograph.

        Raises:
            BenchError: as `check`.
        """
        self.check()
        findings = [f"{self.info.name}: {' and '.join(self.cameras())}"]
        if self._photographs is not None:
            findings += self._photographs.survey(progress)
            names: dict[CameraKey, str] = dict(zip(CAMERAS, self.cameras(), strict=True))
            own = Counter(taken_by(file.path, names) for file in self._photographs.files)
            findings += [
                f"raw files of {name}, used as its measurements: {own[camera]}"
                for camera, name in names.items()
                if own[camera]
            ]
        return findings

    def cameras(self) -> tuple[str, str]:
        """Names of the cameras."""
        return camera_name(self.config.camera_a), camera_name(self.config.camera_b)

    def parts(self) -> frozenset[str]:
        """The parts of which there are any, and "charts" if the pictures show them."""
        names = ("validation", "anchors", "aligned", "scenes")
        charts = {"charts"} if self.charts else set()
        renderings = {RENDERINGS} if self.config.scenes else set()
        return frozenset(name for name in names if getattr(self.config, name)) | charts | renderings

    def extent(self, folder: Path, part: str, camera: CameraKey) -> Extent | None:
        """As the config says."""
        for made in parts_of(self.config):
            if made.folder == part and camera in made.cameras:
                return Extent(made.count, self.config.size, self.config.columns)
        return None

    def fingerprint(self) -> str:
        """SHA-256 of the config, the contents of all files and the generator's version."""
        facts = asdict(self.config)
        facts.pop("photographs")  # so that data without them keep the hash they had before
        for key in ("camera_a", "camera_b"):
            facts[key] = sensitivities_hash(facts[key])
        facts |= {
            "generator": GENERATOR_VERSION,
            "charts": "in the records" if self.charts else False,
        }
        if self._photographs is not None:
            files = [file.content for file in self._photographs.files]
            facts["photographs"] = [PHOTOGRAPHS_VERSION, *files]
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()

    def prepare(self, folder: Path, progress: Progress) -> CameraPair:
        """Generates what is missing in `folder`, on all cores, and opens it."""
        if not is_complete(self.config, folder):
            self.check()
            Generation(self.config, self.charts, folder, self._photographs).run(progress)

        def single(name: str) -> dict[CameraKey, ImageSet]:
            return {camera: ImageSet(folder / name / camera) for camera in CAMERAS}

        def pairs(name: str) -> PairSet | None:
            return PairSet(**single(name)) if name in self.parts() else None

        name_a, name_b = self.cameras()
        return CameraPair(
            name_a,
            name_b,
            train=single("train"),
            validation=single("validation") if self.config.validation else {},
            anchors=pairs("anchors"),
            aligned=pairs("aligned"),
            scenes=pairs("scenes"),
            renderings=single(RENDERINGS) if self.config.scenes else {},
        )

    @cached_property
    def _photographs(self) -> PhotographFolder | None:
        config = self.config
        if config.photographs is None:
            return None
        least = least_size(2 * config.size, 2 * config.columns)
        return PhotographFolder(Path(config.photographs), purposes(config), least)


@register_dataset(
    "simulated-multi",
    title="Two simulated cameras, two lights and three ColorCheckers in every scene",
    licence="Apache-2.0",
)
class SimulatedMulti(Simulated):
    """The multi-light set: lights that mix over the scene, charts at known places."""

    Config: ClassVar[type] = MultiConfig
    validation_help = "Ask for some: --data simulated-multi:validation=10."
    charts: ClassVar[bool] = True


def _with_photographs(text: str) -> str:
    """The text with `scenes=FOLDER` as `photographs=FOLDER`; `scenes` is a number otherwise."""
    return re.sub(r"(^|,)scenes=(?!\s*[-+]?\d+\s*(?:,|$))", r"\1photographs=", text)


def _cameras_of(pair: str, values: Mapping[str, Any]) -> dict[str, str]:
    """The cameras of a named pair, as settings."""
    if pair not in PAIRS:
        raise unknown_name("pair of cameras", pair, PAIRS)
    for key in ("camera_a", "camera_b"):
        if key in values:
            raise BenchError(
                f"simulated data: pair={pair} and {key}={values[key]} both choose a camera; give "
                "the pair, or the cameras."
            )
    return dict(zip(("camera_a", "camera_b"), PAIRS[pair], strict=True))
