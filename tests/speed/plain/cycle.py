"""The generators' losses of a cycle mapper, one call of a network per term."""

from typing import Any

from torch import Tensor

from mappers.base import DIRECTIONS, Camera, source_of, target_of
from mappers.cycle import BACK, CycleMapper
from mappers.losses import l1, lsgan
from mappers.swin_unit import SwinUnit


def generator_losses(
    mapper: CycleMapper, real: dict[Camera, Tensor]
) -> tuple[dict[str, Tensor], dict[Camera, Any]]:
    """As `CycleMapper.generator_losses`: identity, fake, cycle, each for both directions."""
    c = mapper.config
    fake: dict[Camera, Any] = {}
    losses: dict[str, Tensor] = {}
    for there in DIRECTIONS if c.identity_weight else ():
        target = target_of(there)
        same = mapper.translate(real[target], there)
        losses[f"identity_{target}"] = c.identity_weight * l1(same, real[target])
    for there in DIRECTIONS:
        target, image = target_of(there), real[source_of(there)]
        if isinstance(mapper, SwinUnit):
            fake[target] = mapper.translate_both(image, there)
            loss = mapper.verdict_loss(target, fake[target], real=True)
        else:
            fake[target] = mapper.translate(image, there)
            loss = lsgan(mapper.discriminators[target](fake[target]), real=True)
        losses[f"adversarial_{there}"] = loss
    for there in DIRECTIONS if c.cycle_weight else ():
        source, image = source_of(there), fake[target_of(there)]
        again = mapper.translate(image.full if isinstance(mapper, SwinUnit) else image, BACK[there])
        distance = mapper.reconstruction_loss(again, real[source])
        losses[f"cycle_{source}"] = c.cycle_weight * distance
    return losses, fake
