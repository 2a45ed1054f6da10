"""Settings that mappers with training have in common, and what follows from them."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field
from torch.optim import Optimizer

from benchmark.stage import Optimisation, Published, Stage, linear_decays
from mappers.base import MapperConfig

ADVERSARIAL = "adversarial"  # name of the stage in which generators train against discriminators
RAW2RAW_CROPS = 6_860  # of 256 packed pixels, per camera: 35 of each of 196 pictures


def passes(epochs: int, batch_size: int, source: str) -> Published:
    """The length of a recipe that counts passes over its training files.

    Its files are here the pre-cut crops of raw2raw: Xie et al. (ACM MM 2024), whose tables this
    benchmark repeats, train every mapper on these.
    """
    steps = epochs * (RAW2RAW_CROPS // batch_size)
    about = f"{source}; an epoch is a pass over the {RAW2RAW_CROPS:,} crops per camera of raw2raw"
    return Published(steps, batch_size, 256, about)


@dataclass(frozen=True)
class TrainedConfig(MapperConfig):
    """How long and on which crops a mapper trains.

    Attributes:
        budget: length as a share of the published one, counted in crops seen.
        steps: length in optimisation steps; replaces `budget` if given.
        batch_size: crops per camera and step.
        crop_size: side of the training crops in packed pixels.
        augment: random flips and quarter turns.
        betas: of Adam, for all networks.
        decay_from: fraction of the steps after which the rates fall linearly to 0; 1 for never.
        ema: decay of the average of the weights used for inference; 0 for the last weights.
    """

    budget: Annotated[float, Field(gt=0)] = 1.0
    steps: int | None = None
    batch_size: int = 1
    crop_size: int = 256
    augment: bool = True
    betas: tuple[float, float] = (0.5, 0.999)
    decay_from: float = 0.5
    ema: float = 0.0

    def stage(self, name: str, published: Published) -> Stage:
        """The stage that these settings make of the published one."""
        steps = self.steps
        if steps is None:
            steps = published.steps_of(self.batch_size, self.budget)
        return Stage(
            name,
            self.batch_size,
            self.crop_size,
            steps=steps,
            augment=self.augment,
            published=published,
        )

    def optimisation(self, optimizers: dict[str, Optimizer], total_steps: int) -> Optimisation:
        """The optimisers by name, with the schedule and the average of these settings."""
        schedulers = linear_decays(optimizers.values(), total_steps, self.decay_from)
        return Optimisation(optimizers, schedulers, self.ema)


@dataclass(frozen=True)
class AdversarialConfig(TrainedConfig):
    """The settings of generators that train against discriminators.

    Attributes:
        lr_generator: learning rate of the generators.
        lr_discriminator: learning rate of the discriminators.
        discriminator_width: channels of the discriminators' first layer.
    """

    lr_generator: float = 2e-4
    lr_discriminator: float = 2e-4
    discriminator_width: int = 64
