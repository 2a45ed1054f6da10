"""The contract of a raw-to-raw mapper.

A mapper author reads this file and writes one file: a class that derives from :class:`Mapper`,
decorated with ``@register_mapper(name, supervision=...)``.

* A mapper without parameters implements :meth:`Mapper.map`.
* A mapper in closed form also implements :meth:`Mapper.fit`.
* A learned mapper implements `stages`, `configure` and `training_step` of
  :class:`benchmark.stage.Trainable`. The training loop re-seeds torch's generators before every
  step from (seed, stage, step), so a mapper may draw random numbers freely and still resumes
  exactly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, Protocol

from torch import Tensor

from benchmark.cameras import CAMERAS, DIRECTIONS, Camera, Direction, source_of, target_of
from benchmark.errors import BenchError
from benchmark.registry import register_mapper
from benchmark.stage import Trainable, check_output

__all__ = [
    "CAMERAS",
    "DIRECTIONS",
    "AnchorPair",
    "Camera",
    "Direction",
    "Mapper",
    "MapperBatch",
    "MapperConfig",
    "MapperData",
    "register_mapper",
    "source_of",
    "target_of",
]

MINIMUM_SIZE = 32  # packed pixels; every mapper must take any height and width from here on


class AnchorPair(NamedTuple):
    """The same picture by both cameras, pixel for pixel.

    Attributes:
        a: (4, H, W) float32 in [0, 1], packed RGGB of camera A.
        b: the same of camera B.
    """

    a: Tensor
    b: Tensor


class MapperData(Protocol):
    """What `fit` may read; reading a field that the mapper did not declare raises an error."""

    @property
    def unpaired_a(self) -> Sequence[Tensor]:
        """Packed raws of camera A, each (4, H, W) float32 in [0, 1]."""

    @property
    def unpaired_b(self) -> Sequence[Tensor]:
        """Packed raws of camera B, of other scenes than those of A."""

    @property
    def anchors(self) -> Sequence[AnchorPair]:
        """Pixel-aligned pairs."""


@dataclass(frozen=True)
class MapperBatch:
    """One training batch.

    Attributes:
        a: (N, 4, S, S) float32 in [0, 1], crops of camera A.
        b: crops of camera B, drawn independently of those of A.
        anchor_a: aligned crops of A; None unless the mapper declares "anchors".
        anchor_b: aligned crops of B; None unless the mapper declares "anchors".
    """

    a: Tensor
    b: Tensor
    anchor_a: Tensor | None = None
    anchor_b: Tensor | None = None


@dataclass(frozen=True)
class MapperConfig:
    """Base of all configs; fields of the derived dataclass default to the published values."""


class Mapper(Trainable[MapperBatch]):
    """Translates packed raw between the colour spaces of two cameras, in both directions.

    The policy for the range of values, stated once: `mapper(raw, direction)` is clamped to
    [0, 1], because that is what an ISP takes in and what sensors give out; `map` and the bare
    networks are not clamped, because clamping stops gradients.

    Attributes:
        test_time: config fields that a fitted mapper obeys when it maps. It is always fitted with
            their defaults, once for all their values, so no weight may depend on them.
        depends_on_seed: False for a mapper that has no weights and draws nothing at random; where
            no ISP is trained either, a run with several seeds has it once.
    """

    Config: ClassVar[type] = MapperConfig
    config: MapperConfig
    test_time: ClassVar[tuple[str, ...]] = ()
    depends_on_seed: ClassVar[bool] = True

    def map(self, raw: Tensor, direction: Direction) -> Tensor:
        """The mapping itself.

        Args:
            raw: (N, 4, H, W) float32 in [0, 1], packed RGGB, black level subtracted, not white
                balanced; any H and W from 32 on.
            direction: "a2b" or "b2a".

        Returns:
            The same shape, in the colour space of the other camera, not clamped.
        """
        raise NotImplementedError(f"{type(self).__name__} has no map(raw, direction).")

    def forward(self, raw: Tensor, direction: Direction) -> Tensor:
        """`map`, with its input and output checked and the output clamped to [0, 1].

        `map` gets a copy, so that one that changes its input in place harms nobody.

        Raises:
            BenchError: a wrong shape, an unknown direction, or a picture smaller than 32 pixels.
            ContractError: `map` returned something of another shape or type.
        """
        if direction not in DIRECTIONS:
            raise BenchError(f"direction is '{direction}'; it must be 'a2b' or 'b2a'.")
        if raw.ndim != 4 or raw.shape[1] != 4:
            raise BenchError(f"A mapper takes raw of shape (N, 4, H, W), not {tuple(raw.shape)}.")
        if min(raw.shape[2:]) < MINIMUM_SIZE:
            raise BenchError(
                f"The picture has {raw.shape[2]}x{raw.shape[3]} packed pixels; mappers need at "
                f"least {MINIMUM_SIZE} on each side."
            )
        mapped = self.map(raw.clone(), direction)
        check_output(f"{type(self).__name__}.map", mapped, raw.shape, raw.dtype)
        return mapped.clamp(0, 1)

    def fit(self, data: MapperData) -> None:
        """Closed-form fit, called once before any training stage. Default: nothing to fit."""
