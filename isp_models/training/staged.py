"""Config fields that all ISPs trained in stages share, and how they override what is published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated

from pydantic import Field

from benchmark.errors import BenchError
from benchmark.stage import Published, Stage
from isp_models.base import ISPConfig


@dataclass(frozen=True)
class StagedConfig(ISPConfig):
    """How long and on which crops an ISP trains.

    Attributes:
        budget: length of each stage as a share of the published one, counted in crops seen.
        stage_steps: optimisation steps of each stage, in order; replaces `budget` if given.
        batch_size: crops per step in all stages; None: as published.
    """

    budget: Annotated[float, Field(gt=0)] = 1.0
    batch_size: int | None = None
    stage_steps: tuple[int, ...] | None = None


def staged(
    published: Mapping[str, Published],
    config: StagedConfig,
    crop_size: int,
    shares: Mapping[str, float] = MappingProxyType({}),
) -> list[Stage]:
    """The published stages with the config's batch size, crop size and lengths.

    Args:
        published: by the stage's name, in order.
        config: the settings.
        crop_size: side of the training crops in packed pixels.
        shares: of the published length that the recipe here keeps, by the stage's name; 1 where a
            stage is not named.

    Raises:
        BenchError: not one length per stage, or an impossible number.
    """
    if config.batch_size is not None and config.batch_size < 1:
        raise BenchError(f"batch_size = {config.batch_size}; it must be at least 1.")
    lengths: Sequence[int | None] = config.stage_steps or (None,) * len(published)
    if len(lengths) != len(published) or min(n or 0 for n in lengths) < 0:
        raise BenchError(
            f"stage_steps = {list(lengths)}; it must give {len(published)} lengths, none negative, "
            f"for the stages {', '.join(published)}."
        )
    stages = []
    for (name, length), steps in zip(published.items(), lengths, strict=True):
        batch = config.batch_size or length.batch_size
        if steps is None:
            steps = length.steps_of(batch, config.budget * shares.get(name, 1.0))
        stages.append(Stage(name, batch, crop_size, steps=steps, published=length))
    return stages


def check_crop(crop_size: int, minimum: int, multiple: int) -> None:
    """Says whether training crops of that size fit the network.

    Raises:
        BenchError: they are too small, or not a multiple of what the network needs.
    """
    if crop_size < minimum or crop_size % multiple:
        smallest = -(-minimum // multiple) * multiple
        raise BenchError(
            f"crop_size = {crop_size}; this network trains on crops of at least {smallest} packed "
            f"pixels that are a multiple of {multiple}."
        )
