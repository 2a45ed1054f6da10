"""Working copies of photographs: linear, of a useful size, on disk, so that none is held in memory.

Each photograph is decoded once, before any picture is made of it, and all that cannot be decoded
are named at once.
"""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmark.cameras import Camera as CameraKey
from benchmark.data.ahead import ahead
from benchmark.data.files.light import read_light
from benchmark.data.simulated.backdrop import COARSEST, MEAN, Photograph
from benchmark.data.simulated.lookalikes import lookalikes, thumbnail
from benchmark.data.simulated.own_raw import own_primaries, read_own_raw, taken_by
from benchmark.data.simulated.photographs import PhotographFile
from benchmark.data.simulated.recovery import Primaries, Recovery, daylight_srgb
from benchmark.data.simulated.sensitivities import Sensitivities
from benchmark.errors import BenchError
from benchmark.files import save_array, write_atomic
from benchmark.progress import Progress

HIGHLIGHTS = 99.5  # percentile of luminance; what is brighter is small: the sun, lamps, glints
BRIGHTEST = 4.0  # times that, to which the rest is cut
DARKEST = 1e-5  # mean luminance of a picture that shows anything, where white has 1


@dataclass(frozen=True)
class Source:
    """What the numbers of a copy are.

    Attributes:
        camera: whose own numbers they are; None for linear sRGB.
        light: the light that this camera saw.
    """

    camera: CameraKey | None = None
    light: str = ""


class WorkingCopies:
    """The photographs of a data set, decoded.

    Args:
        folder: where copies go.
        cameras: the simulated cameras, whose own raw files are measurements.
        lights: names of the lights of the data set.
        size: mosaic rows and columns of the pictures to make.
    """

    def __init__(
        self,
        folder: Path,
        cameras: Mapping[CameraKey, Sensitivities],
        lights: Sequence[str],
        size: tuple[int, int],
    ) -> None:
        self.folder = folder
        self.cameras = cameras
        self.lights = lights
        self._recoveries: dict[Source, Recovery] = {}
        self.rows, self.columns = (round(side * COARSEST) for side in size)

    def make(self, files: Sequence[PhotographFile], progress: Progress) -> list[str]:
        """Decodes those that are not there yet; returns what is wrong, a sentence each."""
        missing = [file for file in files if not self._facts(file).is_file()]
        self.folder.mkdir(parents=True, exist_ok=True)
        faults = []
        with progress.task("reading photographs", len(missing)) as task:
            for _, made in ahead(self._make, missing):
                try:
                    made.result()
                except BenchError as error:
                    faults.append(str(error))
                task.advance()
        there = [file for file in files if self._facts(file).is_file()]
        return faults + lookalikes(
            {file.path: np.load(self._look(file), allow_pickle=False) for file in there}
        )

    def photograph(self, file: PhotographFile) -> Photograph:
        """A photograph whose copy is there."""
        source = Source(**json.loads(self._facts(file).read_text(encoding="utf-8")))
        if source not in self._recoveries:
            self._recoveries[source] = Recovery(self._primaries(source))
        pixels = np.load(self._pixels(file), mmap_mode="r", allow_pickle=False)
        return Photograph(file.path.name, pixels, self._recoveries[source])

    def remove(self) -> None:
        """Deletes the copies."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _make(self, file: PhotographFile) -> None:
        names = {key: camera.name for key, camera in self.cameras.items()}
        camera, own = taken_by(file.path, names), None
        if camera is not None:
            own = read_own_raw(file.path, camera, self.cameras[camera], self.lights)
        if own is None:
            source, pixels = Source(), read_light(file.path, self.rows, self.columns)
        else:
            source, pixels = Source(own.camera, own.light), own.pixels
        exposed = _exposed(file.path, pixels, self._primaries(source).to_xyz[1])
        save_array(self._pixels(file), exposed)
        save_array(self._look(file), thumbnail(exposed))
        write_atomic(self._facts(file), json.dumps(asdict(source)))  # last: the copy is complete

    def _primaries(self, source: Source) -> Primaries:
        if source.camera is None:
            return daylight_srgb()
        return own_primaries(self.cameras[source.camera], source.light)

    def _pixels(self, file: PhotographFile) -> Path:
        return self.folder / f"{file.content}.npy"

    def _look(self, file: PhotographFile) -> Path:
        return self.folder / f"{file.content}.look.npy"

    def _facts(self, file: PhotographFile) -> Path:
        return self.folder / f"{file.content}.json"


def _exposed(
    path: Path, pixels: NDArray[np.float32], luminance: NDArray[np.float64]
) -> NDArray[np.float16]:
    """Pixels with a mean luminance of MEAN, the few brightest of them cut.

    The sun in a picture of high dynamic range would otherwise decide the exposure alone. Cameras
    meter what their sensors hold.
    """
    light = np.tensordot(luminance.astype(np.float32), pixels, 1).clip(0)
    mean = float(light.mean(dtype=np.float64))
    if mean < DARKEST:
        raise BenchError(f"{path} is black: there is nothing to see in it. Take it out.")
    limit = np.float32(BRIGHTEST * np.percentile(light, HIGHLIGHTS))
    cut = np.minimum(1, limit / np.maximum(light, limit)) if limit > 0 else np.float32(1)
    mean = float((light * cut).mean(dtype=np.float64))
    return (pixels * (cut * np.float32(MEAN / mean))).astype(np.float16)
