"""What can be chosen about the simulated data sets, and what is sensible."""

from dataclasses import dataclass

from benchmark.data.base import DataConfig
from benchmark.errors import BenchError

SMALLEST = 32  # packed pixels; below it some network of the suite cannot be run
SMALLEST_WITH_CHARTS = 64  # below it a patch has no pixel of its own

# Incandescent, daylights, fluorescents (halophosphate and three-band), white LEDs warm to cold.
LIGHTS = ("A", "D50", "D65", "D75", "FL2", "FL11", "LED-B1", "LED-B3", "LED-B5")


@dataclass(frozen=True)
class SimulatedConfig(DataConfig):
    """What is simulated.

    Attributes:
        size: rows of the packed raw (and columns, unless `width` is given).
        width: columns of the packed raw.
        unpaired: training pictures per camera.
        validation: validation pictures per camera, beside those for training.
        anchors: pixel-aligned pairs for mappers that learn from pairs.
        aligned: pixel-aligned test pairs.
        scenes: test pairs of one scene under slightly different views.
        lights: names of the lights in `spectra.light_names()`.
        mixed: part of the scenes that have two lights.
        camera_a: name of a built-in camera, or path of a sensitivity file (CSV, rawtoaces JSON).
        camera_b: the same for camera B.
        exposure_sd: error of each camera's automatic exposure, EV, standard deviation.
        vignetting: darker corners.
        blur: of the lens.
        noise: shot and read noise.
        seed: another seed gives other scenes.
    """

    size: int = 256
    width: int | None = None
    unpaired: int = 196
    validation: int = 10
    anchors: int = 22
    aligned: int = 115
    scenes: int = 115
    lights: tuple[str, ...] = LIGHTS
    mixed: float = 0.25
    camera_a: str = "Nikon D5100"
    camera_b: str = "Sigma SD Merrill"
    exposure_sd: float = 1 / 3
    vignetting: bool = True
    blur: bool = True
    noise: bool = True
    seed: int = 0


@dataclass(frozen=True)
class MultiConfig(SimulatedConfig):
    """The same with two lights in every scene."""

    mixed: float = 1.0


def check_config(config: SimulatedConfig, smallest: int) -> None:
    """Refuses values that make no data set.

    Args:
        config: to be checked.
        smallest: least rows and columns, packed pixels.

    Raises:
        BenchError: a value out of range; it is named.
    """
    least = {
        "size": smallest, "width": smallest, "unpaired": 1, "validation": 0, "anchors": 0,
        "aligned": 0, "scenes": 0, "exposure_sd": 0, "mixed": 0, "seed": 0,
    }  # fmt: skip
    for key, value in least.items():
        given = getattr(config, key)
        if given is not None and not given >= value:
            raise BenchError(f"simulated data: {key} = {given} is too small; at least {value}.")
    if config.mixed > 1:
        raise BenchError(f"simulated data: mixed = {config.mixed} must lie between 0 and 1.")
    lights = len(set(config.lights))
    if lights < len(config.lights) or lights < (2 if config.mixed else 1):
        raise BenchError(
            f"simulated data: lights = {', '.join(config.lights) or 'none'} must be different "
            f"names, at least two unless mixed = 0. Example: lights=A+D65."
        )
