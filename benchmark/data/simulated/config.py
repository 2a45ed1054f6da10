"""Settings of the simulated data sets, and which values are accepted."""

from dataclasses import dataclass

from benchmark.data.base import DataConfig
from benchmark.errors import BenchError

SMALLEST = 32  # packed pixels; some networks of the suite cannot run on less
SMALLEST_WITH_CHARTS = 64  # with less, some patches would have no pixel of their own

# Incandescent, daylights, fluorescents (halophosphate and three-band), white LEDs warm to cold.
LIGHTS = ("A", "D50", "D65", "D75", "FL2", "FL11", "LED-B1", "LED-B3", "LED-B5")


@dataclass(frozen=True)
class SimulatedConfig(DataConfig):
    """What is simulated.

    Attributes:
        size: rows of the packed raw (and columns, unless `width` is given).
        width: columns of the packed raw.
        unpaired: training pictures per camera.
        validation: validation pictures per camera, in addition to those for training.
        anchors: pixel-aligned pairs for mappers that learn from pairs.
        aligned: pixel-aligned test pairs.
        scenes: test pairs that show one scene from slightly different views.
        lights: names of the lights in `spectra.light_names()`.
        mixed: share of the scenes that have two lights.
        camera_a: name of a built-in camera, or path to a sensitivity file (CSV, rawtoaces JSON).
        camera_b: the same for camera B.
        exposure_sd: standard deviation of the error of each camera's automatic exposure, EV.
        vignetting: whether corners are darker.
        blur: whether the lens blurs.
        noise: whether there is shot and read noise.
        seed: another seed gives other scenes.
        photographs: folder of photographs that are the scenes; None for dead leaves.
    """

    size: int = 256
    width: int | None = None
    unpaired: int = 196
    validation: int = 0
    anchors: int = 22
    aligned: int = 115
    scenes: int = 115
    lights: tuple[str, ...] = LIGHTS
    mixed: float = 0.25
    camera_a: str = "Nikon D200"
    camera_b: str = "ARRI D21"
    exposure_sd: float = 0.1
    vignetting: bool = True
    blur: bool = True
    noise: bool = True
    seed: int = 0
    photographs: str | None = None

    @property
    def columns(self) -> int:
        """Columns of the packed raw."""
        return self.width or self.size


@dataclass(frozen=True)
class MultiConfig(SimulatedConfig):
    """The same settings, with two lights in every scene."""

    mixed: float = 1.0


def check_config(config: SimulatedConfig, smallest: int) -> None:
    """Refuses values from which no data set can be made.

    Args:
        config: the settings to check.
        smallest: smallest number of rows and columns, packed pixels.

    Raises:
        BenchError: a value is out of range; the message names it.
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
        raise BenchError(f"simulated data: mixed = {config.mixed} must be between 0 and 1.")
    lights = len(set(config.lights))
    if lights < len(config.lights) or lights < (2 if config.mixed else 1):
        raise BenchError(
            f"simulated data: lights = {', '.join(config.lights) or 'none'} must be different "
            f"names, at least two unless mixed = 0. Example: lights=A+D65."
        )
