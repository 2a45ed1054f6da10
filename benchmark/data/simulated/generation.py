"""Making the pictures of a simulated data set: scenes, views, and both cameras' pictures."""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from benchmark.cameras import Camera as CameraKey
from benchmark.data.ahead import ahead
from benchmark.data.charts import Points
from benchmark.data.images import ImageRecord, ImageWriter, Picture
from benchmark.data.simulated.backdrop import Backdrop, draw_backdrop
from benchmark.data.simulated.camera import SENSOR_A, SENSOR_B, Camera, Effects
from benchmark.data.simulated.config import SimulatedConfig
from benchmark.data.simulated.copies import WorkingCopies
from benchmark.data.simulated.parts import Part, parts_of
from benchmark.data.simulated.photographs import PhotographFolder
from benchmark.data.simulated.radiance import radiance
from benchmark.data.simulated.scenes import Scene, draw_scene
from benchmark.data.simulated.sensitivities import load_sensitivities
from benchmark.data.simulated.view import View, random_view
from benchmark.progress import Progress, Task
from benchmark.seeds import seed_of

COPIES = "photographs"


def is_complete(config: SimulatedConfig, folder: Path) -> bool:
    """Whether all pictures are there."""
    return all(_is_complete(part, folder) for part in parts_of(config))


class Generation:
    """What generates the pictures of one data set.

    Args:
        config: what is simulated.
        charts: whether scenes show ColorCheckers.
        folder: where the parts go.
        photographs: what scenes show; None for dead leaves.
    """

    def __init__(
        self,
        config: SimulatedConfig,
        charts: bool,
        folder: Path,
        photographs: PhotographFolder | None = None,
    ) -> None:
        self.config = config
        self.charts = charts
        self.folder = folder
        self.photographs = photographs

    def run(self, progress: Progress) -> None:
        """Generates the pictures that are missing, on all cores.

        Raises:
            BenchError: names the photographs that cannot be decoded.
        """
        if self.photographs is not None:
            faults = self._copies.make(self.photographs.files, progress)
            if faults:
                raise self.photographs.refused(faults)
        missing = [part for part in parts_of(self.config) if not _is_complete(part, self.folder)]
        total = sum(part.count * len(part.cameras) for part in missing)
        with progress.task("generating simulated pictures", total) as task:
            for part in missing:
                self._generate(part, task)
        self._copies.remove()

    def scene(self, part: Part, number: int) -> Scene:
        """The scene of a picture or pair; it does not depend on what else is generated."""
        rng = self._rng(part, number, "scene")
        config, aspect = self.config, self.config.columns / self.config.size
        backdrop = self._backdrop(part, number) if self.photographs else None
        return draw_scene(rng, config.lights, config.mixed, aspect, self.charts, backdrop)

    def _backdrop(self, part: Part, number: int) -> Backdrop:
        assert self.photographs is not None
        files = self.photographs.dealt(part.purpose)
        photograph = self._copies.photograph(files[number % len(files)])
        rng = self._rng(part, number, "photograph")
        return draw_backdrop(rng, photograph, 2 * self.config.size, 2 * self.config.columns)

    @cached_property
    def _cameras(self) -> dict[CameraKey, Camera]:
        config = self.config
        effects = Effects(config.exposure_sd, config.vignetting, config.blur, config.noise)
        return {
            "a": Camera(load_sensitivities(config.camera_a), SENSOR_A, effects),
            "b": Camera(load_sensitivities(config.camera_b), SENSOR_B, effects),
        }

    @cached_property
    def _copies(self) -> WorkingCopies:
        cameras = {key: camera.sensitivities for key, camera in self._cameras.items()}
        size = 2 * self.config.size, 2 * self.config.columns
        return WorkingCopies(self.folder / COPIES, cameras, self.config.lights, size)

    def _rng(self, part: Part, number: int, purpose: str) -> Generator:
        axes = ("simulated", self.config.seed, part.name, "".join(part.cameras), number, purpose)
        return np.random.default_rng(seed_of(*axes))

    def _generate(self, part: Part, task: Task) -> None:
        folder = self.folder / part.folder
        writers = {camera: ImageWriter(folder / camera) for camera in part.cameras}

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
        self, part: Part, number: int, cameras: tuple[CameraKey, ...]
    ) -> Iterator[tuple[CameraKey, Picture]]:
        """The pictures that some cameras take of one scene."""
        if not cameras:
            return
        scene = self.scene(part, number)
        shown = f"{scene.backdrop.photograph.name} " if scene.backdrop else ""
        views = {c: view for c, view in self._views(part, number).items() if c in cameras}
        for camera, light_on_sensor in self._radiances(scene, views):
            shot = f"camera {part.in_place_of(camera)}"
            rng = self._rng(part, number, shot)
            shooter = self._cameras[camera]
            signal = shooter.expose(light_on_sensor, rng)
            record = ImageRecord(
                id=f"{part.name}-{''.join(part.cameras)}-{number:05d}",
                height=self.config.size,
                width=self.config.columns,
                range=shooter.sensor.range,
                srgb="rendered" if part.srgb else None,
                source=f"{shown}simulated under " + " and ".join(x.name for x in scene.lights),
                charts=self._chart_corners(scene, views[camera]).round(3).tolist(),
            )
            srgb = shooter.srgb(signal, scene) if part.srgb else None
            yield camera, Picture(record, shooter.raw(signal, scene.gain, rng), srgb)

    def _views(self, part: Part, number: int) -> dict[CameraKey, View]:
        views = {camera: View() for camera in part.cameras}
        if part.moved:
            views["b"] = random_view(self._rng(part, number, "view"))
        return {camera: views[part.in_place_of(camera)] for camera in part.cameras}

    def _chart_corners(self, scene: Scene, view: View) -> Points:
        """Corners of the charts in packed pixels, (charts, 4, 2)."""
        corners = np.reshape(scene.charts, (-1, 4, 2))
        return view.to_pixels(corners, 2 * self.config.size, 2 * self.config.columns) / 2

    def _radiances(
        self, scene: Scene, views: dict[CameraKey, View]
    ) -> Iterator[tuple[CameraKey, NDArray[np.float32]]]:
        """The light on each camera's sensor; for cameras that share a view it is computed once."""
        for view in dict.fromkeys(views.values()):
            sharing = [camera for camera, own in views.items() if own == view]
            curves = [self._cameras[camera].sensitivities.curves for camera in sharing]
            rows, columns = 2 * self.config.size, 2 * self.config.columns
            channels = radiance(scene, view, np.hstack(curves), rows, columns)
            yield from zip(sharing, np.split(channels, len(sharing)), strict=True)


def _is_complete(part: Part, folder: Path) -> bool:
    return all((folder / part.folder / c / "index.json").is_file() for c in part.cameras)
