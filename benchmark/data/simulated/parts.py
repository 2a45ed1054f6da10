"""The parts of a simulated data set, and what photographs are needed for."""

from dataclasses import dataclass

from benchmark.cameras import Camera as CameraKey
from benchmark.data.simulated.config import SimulatedConfig

RENDERINGS = "renderings"
OTHER: dict[CameraKey, CameraKey] = {"a": "b", "b": "a"}


@dataclass(frozen=True)
class Part:
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

    @property
    def purpose(self) -> str:
        """What its photographs are used for; no photograph serves two purposes."""
        if len(self.cameras) == 1:
            what = {"train": "training", "validation": "validation"}[self.name]
            return f"{what} of camera {self.cameras[0].upper()}"
        return "anchors" if self.name == "anchors" else "tests"

    def in_place_of(self, camera: CameraKey) -> CameraKey:
        """The camera whose view and exposure error a camera has."""
        return OTHER[camera] if self.swapped else camera


def parts_of(config: SimulatedConfig) -> list[Part]:
    """The parts of which there are any."""
    a: tuple[CameraKey, ...] = ("a",)
    b: tuple[CameraKey, ...] = ("b",)
    parts = [
        Part("train", a, config.unpaired, srgb=True),
        Part("train", b, config.unpaired, srgb=True),
        Part("validation", a, config.validation, srgb=True),
        Part("validation", b, config.validation, srgb=True),
        Part("anchors", a + b, config.anchors, srgb=False),
        Part("aligned", a + b, config.aligned, srgb=False),
        Part("scenes", a + b, config.scenes, srgb=True, moved=True),
        Part("scenes", a + b, config.scenes, srgb=True, moved=True, swapped=True),
    ]
    return [part for part in parts if part.count]


def purposes(config: SimulatedConfig) -> list[str]:
    """What photographs are needed for, each purpose once."""
    return sorted({part.purpose for part in parts_of(config)}, reverse=True)
