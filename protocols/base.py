"""The contract of a protocol: it declares what is trained and compared; it runs nothing.

Directions are those of a *cell*: ``a2b`` means that what was made for camera A is brought to
camera B (design: the ISP of A is deployed and tested on camera B, the target camera).
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from benchmark.cameras import Camera, Direction
from benchmark.registry import Registered, register_protocol

__all__ = [
    "Camera",
    "Direction",
    "Evaluation",
    "Oracle",
    "Protocol",
    "RawSource",
    "register_protocol",
]

Oracle = Literal["gain", "least-squares"]


@dataclass(frozen=True)
class RawSource:
    """Raws of one camera, as captured or mapped.

    Attributes:
        camera: the camera that took them.
        mapped: the mapper's direction they go through; None for as captured.
    """

    camera: Camera
    mapped: Direction | None = None


@dataclass(frozen=True)
class Evaluation:
    """One comparison.

    Attributes:
        test: the raws that go in at test time.
        reference: the camera whose picture of the same scene is the truth.
        train: the raws the ISP is trained on, towards the sRGB of `reference`; None where no
            ISP takes part and the raws of the test pairs are compared themselves.
        oracle: the transform that is fitted on each test pair in place of a mapper; None for none.
    """

    test: RawSource
    reference: Camera
    train: RawSource | None = None
    oracle: Oracle | None = None

    @property
    def uses_mapper(self) -> bool:
        """Whether any of its raws are mapped."""
        return any(s is not None and s.mapped is not None for s in (self.train, self.test))


@dataclass(frozen=True)
class ProtocolConfig:
    """Protocols have no settings."""


class Protocol(Registered):
    """One way to judge a mapper. `info.reference` marks floor, ceiling and oracles.

    Attributes:
        title: the row group's title in the tables.
        needs_isp: False where raws are compared with raws.
    """

    Config: ClassVar[type] = ProtocolConfig
    title: ClassVar[str]
    needs_isp: ClassVar[bool] = True

    def evaluation(self, direction: Direction) -> Evaluation:
        """What is trained and compared for one direction of a cell."""
        raise NotImplementedError
