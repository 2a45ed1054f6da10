"""Settings that mappers with training have in common, and what follows from them."""

from dataclasses import dataclass

from torch.optim import Optimizer

from benchmark.stage import Optimisation, Stage, linear_decays
from mappers.base import MapperConfig


@dataclass(frozen=True)
class TrainedConfig(MapperConfig):
    """How long and on which crops a mapper trains.

    Attributes:
        epochs: length in passes over the training crops.
        steps: length in optimisation steps; replaces `epochs` if given.
        batch_size: crops per camera and step.
        crop_size: side of the training crops in packed pixels.
        augment: random flips and quarter turns.
        betas: of Adam, for all networks.
        decay_from: fraction of the steps after which the rates fall linearly to 0; 1 for never.
        ema: decay of the average of the weights used for inference; 0 for the last weights.
    """

    epochs: float = 200
    steps: int | None = None
    batch_size: int = 1
    crop_size: int = 256
    augment: bool = True
    betas: tuple[float, float] = (0.5, 0.999)
    decay_from: float = 0.5
    ema: float = 0.0

    def stage(self, name: str) -> Stage:
        """The stage that these settings describe."""
        return Stage(name, self.batch_size, self.crop_size, self.epochs, self.steps, self.augment)

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
