"""Two-way adversarial training with cycle consistency, shared by the mappers built on CycleGAN.

Zhu, Park, Isola, Efros, "Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial
Networks", ICCV 2017; equation numbers are those of Xie et al., ACM MM 2024, Sec. 3.2.

A mapper derives from :class:`CycleMapper` and gives its two generators. It may further replace its
discriminators, the range its networks work in, and single losses.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn.utils import clip_grad_norm_
from torch.optim import Adam, Optimizer

from benchmark.stage import Optimisation, Stage, descend
from mappers.base import (
    CAMERAS,
    DIRECTIONS,
    Camera,
    Direction,
    Mapper,
    MapperBatch,
    source_of,
    target_of,
)
from mappers.losses import l1, lsgan
from mappers.networks.patchgan import PatchGAN
from mappers.replay_pool import ReplayPool
from mappers.training import ADVERSARIAL, AdversarialConfig, passes

BACK: dict[Direction, Direction] = {"a2b": "b2a", "b2a": "a2b"}
Pass = tuple[Tensor, Direction]


@dataclass(frozen=True)
class CycleConfig(AdversarialConfig):
    """How a pair of generators is trained; the defaults are those of CycleGAN.

    Attributes:
        cycle_weight: alpha of Eq. 11.
        identity_weight: beta of Eq. 11.
        pool_size: earlier fakes kept for each discriminator.
        clip_norm: greatest norm of the gradient of each generator and of each discriminator; None
            for no limit.
    """

    cycle_weight: float = 10.0
    identity_weight: float = 5.0
    pool_size: int = 50
    clip_norm: float | None = None


class CycleMapper(Mapper):
    """Two generators and two discriminators against each other.

    Attributes:
        generators: "a2b" and "b2a", the bare networks.
        discriminators: "a" and "b", each judging pictures in the space of its camera.
        pools: earlier fakes in the space of each camera.
    """

    Config = CycleConfig
    config: CycleConfig
    published: ClassVar = {
        ADVERSARIAL: passes(200, batch_size=1, source="CycleGAN's code: 100 + 100 epochs")
    }
    per_picture: ClassVar[bool] = False
    """Whether the generators map each picture of a batch for itself, as they do without batch norm,
    so that passes may share a batch: fewer, larger calls, the same numbers up to rounding."""

    def __init__(self, config: CycleConfig | None = None) -> None:
        super().__init__(config)
        self.generators = nn.ModuleDict(self.build_generators())
        self.discriminators = nn.ModuleDict({c: self.build_discriminator() for c in CAMERAS})
        self.pools = {camera: ReplayPool(self.config.pool_size) for camera in CAMERAS}

    # What a mapper gives or replaces

    def build_generators(self) -> dict[str, nn.Module]:
        """The generators "a2b" and "b2a", each (N, 4, H, W) to the same shape."""
        raise NotImplementedError

    def build_discriminator(self) -> nn.Module:
        """The discriminator of one camera, without batch norm. Default: the PatchGAN map."""
        return PatchGAN(width=self.config.discriminator_width)

    def to_network(self, raw: Tensor) -> Tensor:
        """Packed raw in [0, 1] to the range all networks and losses work in. Default: as is."""
        return raw

    def from_network(self, image: Tensor) -> Tensor:
        """The inverse of `to_network`."""
        return image

    def translate(self, image: Tensor, direction: Direction) -> Tensor:
        """One generator on training crops, in the networks' range."""
        output: Tensor = self.generators[direction](image)
        return output

    def translate_all(self, passes: Sequence[Pass]) -> list[Tensor]:
        """What `translate` makes of each, in the order given; as few calls as `per_picture` allows.

        Args:
            passes: pictures, each (N, 4, S, S), and directions, "a2b" and "b2a" by turns.
        """
        if not self.per_picture:
            return [self.translate(image, direction) for image, direction in passes]
        by_direction = []
        for index, direction in enumerate(DIRECTIONS):
            images = [image for image, _ in passes[index::2]]
            by_direction.append(self.translate(torch.cat(images), direction).chunk(len(images)))
        return [image for turn in zip(*by_direction, strict=True) for image in turn]

    def reconstruction_loss(self, image: Tensor, reference: Tensor) -> Tensor:
        """How far a picture is from the one it was made from (Eq. 8). Default: L1."""
        return l1(image, reference)

    def discriminator_penalty(self, camera: Camera, real: Tensor, fake: Tensor) -> Tensor | None:
        """A term added to the loss of one discriminator, e.g. a gradient penalty. Default: none."""
        return None

    # The mapping

    def map(self, raw: Tensor, direction: Direction) -> Tensor:
        """The generator of the direction on the whole picture."""
        return self.from_network(self.translate(self.to_network(raw), direction))

    # Training

    def stages(self) -> Sequence[Stage]:
        """One stage."""
        return [self.config.stage(ADVERSARIAL, self.published[ADVERSARIAL])]

    def configure(self, stage: Stage, total_steps: int) -> Optimisation:
        """One Adam for both generators, one for each discriminator; constant, then linear to 0."""
        c = self.config
        optimizers: dict[str, Optimizer] = {}
        weights = self.generators.parameters()
        optimizers["generators"] = Adam(weights, c.lr_generator, c.betas, fused=True)
        for camera, network in self.discriminators.items():
            optimizer = Adam(network.parameters(), c.lr_discriminator, c.betas, fused=True)
            optimizers[f"discriminator_{camera}"] = optimizer
        return c.optimisation(optimizers, total_steps)

    def training_step(
        self, batch: MapperBatch, stage: Stage, optimisation: Optimisation
    ) -> dict[str, Tensor]:
        """Updates both generators, then the discriminator of A, then that of B."""
        real: dict[Camera, Tensor] = {
            "a": self.to_network(batch.a),
            "b": self.to_network(batch.b),
        }
        self.discriminators.requires_grad_(False)  # their gradients are not needed here
        losses, fake = self.generator_losses(real)
        self.update_generators(sum_of(losses), optimisation.optimizers["generators"])
        self.discriminators.requires_grad_(True)
        for camera in CAMERAS:
            loss = self.discriminator_loss(camera, real[camera], fake[camera])
            name = f"discriminator_{camera}"
            weights = self.discriminators[camera].parameters()
            descend(optimisation.optimizers[name], loss, weights, self.config.clip_norm)
            losses[name] = loss
        return {name: loss.detach() for name, loss in losses.items()}

    def generator_losses(
        self, real: dict[Camera, Tensor]
    ) -> tuple[dict[str, Tensor], dict[Camera, Any]]:
        """The terms of the generators' loss, already weighted, and the fakes.

        The passes are in the order of CSTPP's code, identity, fake, cycle: a batch norm's running
        statistics weigh later passes more. Nothing else depends on it.

        Args:
            real: (N, 4, S, S) crops of each camera, in the networks' range.

        Returns:
            Losses by name; fake pictures, as `discriminator_loss` takes them, by the camera whose
            space they are in.
        """
        c = self.config
        own = [(real[target_of(d)], d) for d in DIRECTIONS] if c.identity_weight else []
        other = [(real[source_of(d)], d) for d in DIRECTIONS]
        mapped = self.translate_all([*own, *other])
        same, fakes = mapped[: len(own)], mapped[len(own) :]

        losses: dict[str, Tensor] = {}
        for there, image in zip(DIRECTIONS, same, strict=False):
            target = target_of(there)
            losses[f"identity_{target}"] = c.identity_weight * l1(image, real[target])  # Eq. 9
        fake = {target_of(there): image for there, image in zip(DIRECTIONS, fakes, strict=True)}
        for there in DIRECTIONS:
            target = target_of(there)
            verdict = self.discriminators[target](fake[target])
            losses[f"adversarial_{there}"] = lsgan(verdict, real=True)  # Eq. 10
        if c.cycle_weight:
            again = self.translate_all([(fake[source_of(d)], d) for d in DIRECTIONS])
            for there, image in zip(DIRECTIONS, again, strict=True):
                source = target_of(there)  # the second generator leads back to it
                distance = self.reconstruction_loss(image, real[source])
                losses[f"cycle_{source}"] = c.cycle_weight * distance  # Eq. 8
        return losses, fake

    def update_generators(self, loss: Tensor, optimizer: Optimizer) -> None:
        """One optimiser step of both generators, the gradient of each clipped.

        The gradient of weights that both share is scaled twice, as in CSTPP's code.
        """
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        if self.config.clip_norm is not None:
            for generator in self.generators.values():
                clip_grad_norm_(generator.parameters(), self.config.clip_norm)
        optimizer.step()

    def discriminator_loss(self, camera: Camera, real: Tensor, fake: Any) -> Tensor:
        """Half of one camera's terms in Eq. 12, with a fake from the pool, plus the penalty."""
        fake = self.pools[camera].exchange(fake)
        both = self.discriminators[camera](torch.cat([real, fake]))  # one pass: cheaper
        of_real, of_fake = both.chunk(2)
        loss = 0.5 * (lsgan(of_real, real=True) + lsgan(of_fake, real=False))
        penalty = self.discriminator_penalty(camera, real, fake)
        return loss if penalty is None else loss + penalty

    def training_state(self) -> dict[str, Any]:
        """The pools."""
        return {"pools": {camera: pool.state() for camera, pool in self.pools.items()}}

    def load_training_state(self, state: dict[str, Any]) -> None:
        """Restores the pools."""
        for camera, kept in state["pools"].items():
            self.pools[camera].load_state(kept)


def sum_of(losses: dict[str, Tensor]) -> Tensor:
    """The total of all terms."""
    values = list(losses.values())
    total = values[0]
    for value in values[1:]:
        total = total + value
    return total
