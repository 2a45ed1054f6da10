"""A raw file of one of the simulated cameras, as a measurement of that camera.

Its numbers are not what the standard observer would see, but what this camera saw; with the
camera's sensitivities, that is as good. So spectra are looked for that give the camera these very
numbers, and under the light of the raw the simulated camera takes the picture that the real one
took. The light is that of the data set whose white the camera shows most nearly as the file says.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmark.cameras import Camera as CameraKey
from benchmark.data.files.colour_tags import XYZ_OF_SRGB, read_colours
from benchmark.data.files.raw import CAMERA_SUFFIXES, read_raw
from benchmark.data.files.tiff_tags import tiff_tags
from benchmark.data.files.turns import upright
from benchmark.data.simulated.recovery import Primaries
from benchmark.data.simulated.rendering import colour_matrix
from benchmark.data.simulated.sensitivities import Sensitivities
from benchmark.data.simulated.spectra import light

NAMES = (271, 272, 50708)  # TIFF tags: make, model, DNG's unique name of the model


@dataclass(frozen=True, eq=False)
class OwnRaw:
    """A raw as a photograph.

    Attributes:
        pixels: (3, H, W) float32, upright: R, the mean of both greens, and B of each cell of the
            mosaic, white-balanced; 1 is the first channel's saturation, and nothing is above it.
        camera: which of the two cameras took it.
        light: name of the light it was taken in.
    """

    pixels: NDArray[np.float32]
    camera: CameraKey
    light: str


def taken_by(path: Path, names: Mapping[CameraKey, str]) -> CameraKey | None:
    """Which of two cameras took a raw file, by the names in its tags; None for another one.

    Args:
        path: a file.
        names: of the cameras. All words of a name must be in the file's make and model.
    """
    if path.suffix.lower() not in CAMERA_SUFFIXES:
        return None
    tags = tiff_tags(path)
    said = {
        word for code in NAMES if code in tags for word in _words(tags[code].data.decode("latin-1"))
    }
    return next((key for key, name in names.items() if set(_words(name)) <= said), None)


def read_own_raw(
    path: Path, camera: CameraKey, sensitivities: Sensitivities, lights: Iterable[str]
) -> OwnRaw | None:
    """Reads a raw of one of the cameras; None if it names no white balance.

    Raises:
        BenchError: it is damaged, or has no Bayer mosaic.
    """
    neutral = read_colours(path).neutral()
    if neutral is None:
        return None
    picture = read_raw(path)
    red, green, other, blue = picture.counts.astype(np.float32) / np.float32(picture.range)
    balanced = np.stack([red, (green + other) / 2, blue])
    balanced *= (neutral.max() / neutral).astype(np.float32)[:, None, None]
    pixels = upright(np.minimum(balanced, 1), picture.flip)  # burnt-out highlights stay white

    def distance(name: str) -> float:
        white = light(name) @ sensitivities.curves
        ratio = np.log(white / neutral)
        return float(np.ptp(ratio))

    return OwnRaw(pixels, camera, min(lights, key=distance))


def own_primaries(sensitivities: Sensitivities, name: str) -> Primaries:
    """White-balanced R, G, B of a camera in a light."""
    spectrum, curves = light(name), sensitivities.curves
    own = spectrum[:, None] * curves / (spectrum @ curves)
    return Primaries(own, XYZ_OF_SRGB @ colour_matrix(curves, spectrum))


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())
