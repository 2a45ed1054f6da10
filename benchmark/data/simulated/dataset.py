"""The embedded data sets: two cameras simulated from measured spectra, nothing to download.

In `simulated` most scenes have one light, some have two. In `simulated-multi` every scene has two
lights that mix over it, and three ColorCheckers whose corners are in the record of each picture.

The same config gives the same bytes on one platform. Between platforms, library functions may
differ in the last bit, so a value may be rounded the other way and differ by one level.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from benchmark.cameras import CAMERAS
from benchmark.cameras import Camera as CameraKey
from benchmark.data.ahead import ahead
from benchmark.data.base import CameraPair, DataSource, Extent, PairSet, register_dataset
from benchmark.data.charts import Points
from benchmark.data.images import ImageRecord, ImageSet, ImageWriter, Picture
from benchmark.data.simulated.camera import SENSOR_A, SENSOR_B, Camera, Effects
from benchmark.data.simulated.config import (
    LIGHTS,
    SMALLEST,
    SMALLEST_WITH_CHARTS,
    MultiConfig,
    SimulatedConfig,
    check_config,
)
from benchmark.data.simulated.radiance import radiance
from benchmark.data.simulated.scenes import Scene, View, draw_scene, random_view
from benchmark.data.simulated.sensitivities import (
    PAIRS,
    camera_name,
    load_sensitivities,
    sensitivities_hash,
)
from benchmark.data.simulated.spectra import light
from benchmark.errors import BenchError, unknown_name
from benchmark.progress import Progress, Task
from benchmark.seeds import seed_of

RENDERINGS = "renderings"
OTHER: dict[CameraKey, CameraKey] = {"a": "b", "b": "a"}
GENERATOR_VERSION = 2  # raised with every change that changes a pixel


@dataclass(frozen=True)
class _Part:
    """Pictures made in the same way; pairs if there are two cameras.

    Attributes:
        name: of the part; together with `cameras` and a number it seeds a scene.
        cameras: which cameras see each scene.
        count: number of scenes.
        srgb: whether the cameras render sRGB.
        moved: whether camera B sees the scene from a view of its own.
        swapped: whether each camera stands where the other one stood, and misjudges the exposure
            as that did.
    """

    name: str
    cameras: tuple[CameraKey, ...]
    count: int
    srgb: bool
    moved: bool = False
    swapped: bool = False

    @property
    def folder(self) -> str:
        """Where its pictures go."""
        return RENDERINGS if self.swapped else self.name

    def in_place_of(self, camera: CameraKey) -> CameraKey:
        """The camera whose view and exposure error a camera has."""
        return OTHER[camera] if self.swapped else camera


@register_dataset(
    "simulated",
    title="Two simulated cameras, from measured spectra and dead-leaves scenes",
    licence="Apache-2.0",
)
class Simulated(DataSource):
    """Pictures of random scenes by two cameras, generated from a seed."""

    Config: ClassVar[type] = SimulatedConfig
    charts: ClassVar[bool] = False
    license = "generated: no rights of others (spectra: colour-science, BSD-3-Clause)"
    validation_help = "Ask for some: --data simulated:validation=10."
    citation = "ISP-Bench; spectra from colour-science (doi 10.5281/zenodo.376790)"
    config: SimulatedConfig

    def __init__(self, config: Any = None) -> None:
        super().__init__(config)
        check_config(self.config, SMALLEST_WITH_CHARTS if self.charts else SMALLEST)

    @classmethod
    def parse_argument(cls, text: str) -> dict[str, Any]:
        """`key=value,key=value`; several lights are joined by "+": `lights=A+D65`.

        `pair=NAME` stands for the two cameras of :data:`PAIRS`. Paths of camera files are made
        absolute, as a step may run in another folder.
        """
        values = super().parse_argument(text)
        if "pair" in values:
            values = {**_cameras_of(str(values.pop("pair")), values), **values}
        if "lights" in values:
            values["lights"] = tuple(str(values["lights"]).split("+"))
        for key in ("camera_a", "camera_b"):
            if key in values and Path(str(values[key])).expanduser().is_file():
                values[key] = str(Path(str(values[key])).expanduser().resolve())
        return values

    @classmethod
    def label(cls, text: str) -> str:
        """The name of the pair of cameras, if one was given."""
        return str(super().parse_argument(text).get("pair", ""))

    def check(self) -> None:
        """Reads the camera files and looks up the lights that are not among the default ones.

        Raises:
            BenchError: one of them is missing or broken, or both cameras have the same name.
        """
        for name in set(self.config.lights).difference(LIGHTS):
            light(name)
        a, b = self.cameras()
        if a == b:
            raise BenchError(
                f"Both cameras are called '{a}', so tables could not tell them apart. Choose two "
                f"cameras, or rename a file (camera_a={self.config.camera_a})."
            )

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
        for made in self._parts():
            if made.folder == part and camera in made.cameras:
                return Extent(made.count, self.config.size, self._columns)
        return None

    def fingerprint(self) -> str:
        """SHA-256 of the config, the camera files' contents and the generator's version."""
        facts = asdict(self.config)
        for key in ("camera_a", "camera_b"):
            facts[key] = sensitivities_hash(facts[key])
        facts |= {
            "generator": GENERATOR_VERSION,
            "charts": "in the records" if self.charts else False,
        }
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()

    def prepare(self, folder: Path, progress: Progress) -> CameraPair:
        """Generates what is missing in `folder`, on all cores, and opens it."""
        parts = self._parts()
        missing = [part for part in parts if not _is_complete(folder, part)]
        if missing:
            self.check()
            total = sum(part.count * len(part.cameras) for part in missing)
            with progress.task("generating simulated pictures", total) as task:
                for part in missing:
                    self._generate(part, folder, task)

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

    def scene(self, part: str, cameras: tuple[CameraKey, ...], number: int) -> Scene:
        """The scene of a picture or pair; it does not depend on what else is generated."""
        rng = self._rng(part, cameras, number, "scene")
        aspect = self._columns / self.config.size
        return draw_scene(rng, self.config.lights, self.config.mixed, aspect, self.charts)

    @cached_property
    def _cameras(self) -> dict[CameraKey, Camera]:
        config = self.config
        effects = Effects(config.exposure_sd, config.vignetting, config.blur, config.noise)
        return {
            "a": Camera(load_sensitivities(config.camera_a), SENSOR_A, effects),
            "b": Camera(load_sensitivities(config.camera_b), SENSOR_B, effects),
        }

    @property
    def _columns(self) -> int:
        return self.config.width or self.config.size

    def _rng(
        self, part: str, cameras: tuple[CameraKey, ...], number: int, purpose: str
    ) -> Generator:
        axes = ("simulated", self.config.seed, part, "".join(cameras), number, purpose)
        return np.random.default_rng(seed_of(*axes))

    def _parts(self) -> list[_Part]:
        config = self.config
        a: tuple[CameraKey, ...] = ("a",)
        b: tuple[CameraKey, ...] = ("b",)
        parts = [
            _Part("train", a, config.unpaired, srgb=True),
            _Part("train", b, config.unpaired, srgb=True),
            _Part("validation", a, config.validation, srgb=True),
            _Part("validation", b, config.validation, srgb=True),
            _Part("anchors", a + b, config.anchors, srgb=False),
            _Part("aligned", a + b, config.aligned, srgb=False),
            _Part("scenes", a + b, config.scenes, srgb=True, moved=True),
            _Part("scenes", a + b, config.scenes, srgb=True, moved=True, swapped=True),
        ]
        return [part for part in parts if part.count]

    def _generate(self, part: _Part, folder: Path, task: Task) -> None:
        writers = {camera: ImageWriter(folder / part.folder / camera) for camera in part.cameras}

        def missing(number: int) -> tuple[CameraKey, ...]:
            return tuple(c for c in part.cameras if not writers[c].has(number))

        wanted = {number: missing(number) for number in range(part.count)}
        pictures = ahead(lambda n: list(self._pictures(part, n, wanted[n])), range(part.count))
        for number, made in pictures:
            for camera, picture in made.result():
                writers[camera].write(number, *picture)
            for camera in part.cameras:
                if camera not in wanted[number]:
                    writers[camera].keep(number)
            task.advance(len(part.cameras))
        for writer in writers.values():
            writer.close()

    def _pictures(
        self, part: _Part, number: int, cameras: tuple[CameraKey, ...]
    ) -> Iterator[tuple[CameraKey, Picture]]:
        """The pictures that some cameras take of one scene."""
        if not cameras:
            return
        scene = self.scene(part.name, part.cameras, number)
        views = {c: view for c, view in self._views(part, number).items() if c in cameras}
        for camera, light_on_sensor in self._radiances(scene, views):
            shot = f"camera {part.in_place_of(camera)}"
            rng = self._rng(part.name, part.cameras, number, shot)
            shooter = self._cameras[camera]
            signal = shooter.expose(light_on_sensor, rng)
            record = ImageRecord(
                id=f"{part.name}-{''.join(part.cameras)}-{number:05d}",
                height=self.config.size,
                width=self._columns,
                range=shooter.sensor.range,
                srgb="rendered" if part.srgb else None,
                source="simulated under " + " and ".join(lamp.name for lamp in scene.lights),
                charts=self._chart_corners(scene, views[camera]).round(3).tolist(),
            )
            srgb = shooter.srgb(signal, scene) if part.srgb else None
            yield camera, Picture(record, shooter.raw(signal, scene.gain, rng), srgb)

    def _views(self, part: _Part, number: int) -> dict[CameraKey, View]:
        views = {camera: View() for camera in part.cameras}
        if part.moved:
            views["b"] = random_view(self._rng(part.name, part.cameras, number, "view"))
        return {camera: views[part.in_place_of(camera)] for camera in part.cameras}

    def _chart_corners(self, scene: Scene, view: View) -> Points:
        """Corners of the charts in packed pixels, (charts, 4, 2)."""
        corners = np.reshape(scene.charts, (-1, 4, 2))
        return view.to_pixels(corners, 2 * self.config.size, 2 * self._columns) / 2

    def _radiances(
        self, scene: Scene, views: dict[CameraKey, View]
    ) -> Iterator[tuple[CameraKey, NDArray[np.float32]]]:
        """The light on each camera's sensor; for cameras that share a view it is computed once."""
        for view in dict.fromkeys(views.values()):
            sharing = [camera for camera, own in views.items() if own == view]
            curves = [self._cameras[camera].sensitivities.curves for camera in sharing]
            rows, columns = 2 * self.config.size, 2 * self._columns
            channels = radiance(scene, view, np.hstack(curves), rows, columns)
            yield from zip(sharing, np.split(channels, len(sharing)), strict=True)


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


def _is_complete(folder: Path, part: _Part) -> bool:
    return all((folder / part.folder / c / "index.json").is_file() for c in part.cameras)
