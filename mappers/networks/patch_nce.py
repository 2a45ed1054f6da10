"""Contrastive features of CUT and the PatchNCE loss.

Park, Efros, Zhang, Zhu, "Contrastive Learning for Unpaired Image-to-Image Translation", ECCV 2020,
Sec. 3.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class PatchFeatures(nn.Module):
    """For each tapped layer of the generator a two-layer MLP H_l onto the unit sphere.

    Args:
        channels: of the tapped layers.
        width: of the MLPs and of the features.
    """

    def __init__(self, channels: Sequence[int], width: int = 256) -> None:
        super().__init__()
        self.mlps = nn.ModuleList(
            nn.Sequential(nn.Linear(inside, width), nn.ReLU(), nn.Linear(width, width))
            for inside in channels
        )

    def forward(self, taps: Sequence[Tensor], positions: Sequence[Tensor]) -> list[Tensor]:
        """Features of the pixels at `positions`.

        Args:
            taps: per layer (N, channels[l], H_l, W_l).
            positions: per layer (P_l,), indices into the H_l * W_l pixels.

        Returns:
            Per layer (N, P_l, width), of Euclidean norm 1.
        """
        features = []
        for mlp, tap, chosen in zip(self.mlps, taps, positions, strict=True):
            pixels = tap.flatten(2)[:, :, chosen].transpose(1, 2)  # (N, P, channels)
            features.append(F.normalize(mlp(pixels), dim=2))
        return features


def random_positions(taps: Sequence[Tensor], patches: int) -> list[Tensor]:
    """Per layer `patches` different pixels (all, where there are fewer)."""
    return [torch.randperm(tap[0, 0].numel(), device=tap.device)[:patches] for tap in taps]


def patch_nce(query: Tensor, key: Tensor, temperature: float) -> Tensor:
    """Which of the patches of its own picture is the one at the same place (Eq. 3 and 4)?

    Args:
        query: (N, P, width), unit features of the output.
        key: (N, P, width), unit features of the input; the same places in the same order.
        temperature: tau.

    Returns:
        Mean cross-entropy in nats; log P for uninformative features.
    """
    logits = (query / temperature) @ key.transpose(1, 2)  # (N, P queries, P keys)
    pictures, patches = logits.shape[:2]
    truth = torch.arange(patches, device=logits.device).repeat(pictures)
    return F.cross_entropy(logits.flatten(0, 1), truth)
