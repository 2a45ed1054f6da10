"""The losses of one direction of CUT, one call of a network per term."""

import torch
from torch import Tensor

from mappers.cut import TAPS, OneSided
from mappers.losses import lsgan
from mappers.networks.patch_nce import patch_nce, random_positions


def losses(side: OneSided, source: Tensor, target: Tensor, mirrored: bool) -> dict[str, Tensor]:
    """The discriminator's loss and the weighted terms of Eq. 5.

    Args:
        side: the networks of the direction.
        source: (N, 4, S, S) in [-1, 1], pictures of the camera mapped from.
        target: (N, 4, S, S), pictures of the camera mapped to.
        mirrored: maps the mirrored source.
    """
    c = side.config
    fake = side.generator(source.flip(3) if mirrored else source)
    judge = side.discriminator
    of_real, of_fake = lsgan(judge(target), real=True), lsgan(judge(fake.detach()), real=False)
    judge.requires_grad_(False)
    found = {
        "discriminator": 0.5 * (of_real + of_fake),
        "adversarial": lsgan(judge(fake), real=True),
    }
    judge.requires_grad_(True)
    weight = 0.5 * c.nce_weight if c.identity_nce else c.nce_weight
    found["nce"] = weight * nce(side, source, fake, mirrored)
    if c.identity_nce:
        found["identity_nce"] = weight * nce(side, target, side.generator(target), False)
    return found


def nce(side: OneSided, image: Tensor, mapped: Tensor, mirrored: bool) -> Tensor:
    """PatchNCE between a picture and its mapping."""
    with torch.no_grad():
        taps = side.generator.features(image, TAPS)
        positions = random_positions(taps, side.config.patches)
        keys = side.features(taps, positions)
    taps = side.generator.features(mapped, TAPS)
    if mirrored:
        taps = [tap.flip(3) for tap in taps]
    queries = side.features(taps, positions)
    temperature = side.config.temperature
    layers = [patch_nce(q, k, temperature) for q, k in zip(queries, keys, strict=True)]
    return torch.stack(layers).mean()
