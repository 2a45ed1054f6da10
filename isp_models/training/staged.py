"""Config fields that all ISPs trained in stages share, and how they override what is published."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from benchmark.errors import BenchError
from benchmark.stage import Stage
from isp_models.base import ISPConfig


@dataclass(frozen=True)
class StagedConfig(ISPConfig):
    """Overrides of the published budget; None leaves it.

    Attributes:
        batch_size: crops per step in all stages.
        stage_steps: optimisation steps of each stage, in order.
    """

    batch_size: int | None = None
    stage_steps: tuple[int, ...] | None = None


def overridden(stages: Sequence[Stage], config: StagedConfig) -> list[Stage]:
    """The published stages with the config's batch size and lengths.

    Raises:
        BenchError: not one length per stage, or an impossible number.
    """
    if config.batch_size is not None:
        if config.batch_size < 1:
            raise BenchError(f"batch_size = {config.batch_size}; it must be at least 1.")
        stages = [replace(stage, batch_size=config.batch_size) for stage in stages]
    steps = config.stage_steps
    if steps is None:
        return list(stages)
    if len(steps) != len(stages) or min(steps) < 0:
        names = ", ".join(stage.name for stage in stages)
        raise BenchError(
            f"stage_steps = {list(steps)}; it must give {len(stages)} lengths, none negative, "
            f"for the stages {names}."
        )
    return [replace(stage, steps=n) for stage, n in zip(stages, steps, strict=True)]


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
