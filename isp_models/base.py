"""The contract of a deep ISP.

An ISP author reads this file and writes one file: a class that derives from :class:`DeepISP`,
decorated with ``@register_isp(name)``, with :meth:`DeepISP.develop` and, of
:class:`benchmark.stage.Trainable`, `stages`, `configure` and `training_step`. The training loop
re-seeds torch's generators before every step, so an ISP may draw random numbers freely and still
resumes exactly.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import torch.nn.functional as F
from torch import Tensor

from benchmark.errors import BenchError
from benchmark.registry import register_isp
from benchmark.stage import Trainable, check_output

__all__ = ["DeepISP", "ISPBatch", "ISPConfig", "register_isp"]


@dataclass(frozen=True)
class ISPBatch:
    """One training batch.

    Attributes:
        raw: (N, 4, S, S) float32 in [0, 1], packed RGGB, black level subtracted.
        srgb: (N, 3, 2S, 2S) float32 in [0, 1], gamma-encoded, of the same pictures.
    """

    raw: Tensor
    srgb: Tensor


@dataclass(frozen=True)
class ISPConfig:
    """Base of all configs; fields of the derived dataclass default to the published values."""


class DeepISP(Trainable[ISPBatch]):
    """Develops packed raw to sRGB at twice the packed size.

    A picture is always developed whole, up to a full sensor (1512 x 2016 packed pixels, within
    16 GB): instance norms and attention look at all of it, so that tiles would differ from the
    whole. A network that would need more memory, or much time, computes what lies between them in
    strips: see :mod:`isp_models.networks.strips`.

    Attributes:
        minimum_size: smallest packed side the network takes; smaller pictures are padded.
        size_multiple: the packed sides must be multiples of it; others are padded.
    """

    Config: ClassVar[type] = ISPConfig
    config: ISPConfig
    minimum_size: ClassVar[int] = 1
    size_multiple: ClassVar[int] = 1

    def develop(self, raw: Tensor) -> Tensor:
        """The network behind the contract's plane order, scale and output range.

        Args:
            raw: (N, 4, H, W) float32 in [0, 1], sides at least `minimum_size` and multiples of
                `size_multiple`.

        Returns:
            (N, 3, 2H, 2W) float32, sRGB in about [0, 1], not clamped.
        """
        raise NotImplementedError(f"{type(self).__name__} has no develop(raw).")

    def forward(self, raw: Tensor) -> Tensor:
        """The picture as it is scored: `unclamped`, clamped.

        Args:
            raw: (N, 4, H, W) float32 in [0, 1], packed RGGB.

        Returns:
            (N, 3, 2H, 2W) float32 in [0, 1], sRGB, gamma-encoded.

        Raises:
            BenchError: a wrong shape.
            ContractError: as `unclamped`.
        """
        return self.unclamped(raw).clamp(0, 1)

    def unclamped(self, raw: Tensor) -> Tensor:
        """`develop` at any size: reflection-padded to what the network takes, then cropped.

        `develop` gets a copy, so that one that changes its input in place harms nobody.

        Args:
            raw: as for `forward`.

        Returns:
            (N, 3, 2H, 2W) float32, sRGB in about [0, 1].

        Raises:
            BenchError: a wrong shape.
            ContractError: `develop` returned something of another shape or type.
        """
        if raw.ndim != 4 or raw.shape[1] != 4:
            raise BenchError(f"An ISP takes raw of shape (N, 4, H, W), not {tuple(raw.shape)}.")
        height, width = raw.shape[2:]
        top, bottom = self._padding(height)
        left, right = self._padding(width)
        padded = _reflect(raw.clone(), left, right, top, bottom)
        shape = (len(raw), 3, 2 * padded.shape[2], 2 * padded.shape[3])
        srgb = self.develop(padded)
        check_output(f"{type(self).__name__}.develop", srgb, shape, raw.dtype)
        return srgb.narrow(2, 2 * top, 2 * height).narrow(3, 2 * left, 2 * width)

    def _padding(self, size: int) -> tuple[int, int]:
        multiple = self.size_multiple
        target = -(-max(size, self.minimum_size) // multiple) * multiple
        return (target - size) // 2, target - size - (target - size) // 2

    def slim(self) -> "DeepISP":
        """An ISP that develops the same pictures and holds nothing that only the training needs.

        Default: itself.
        """
        return self

    @classmethod
    def validates(cls, config: Any) -> bool:
        """Whether training with these settings looks at validation pictures. Default: no.

        If so, `configure` gives a stage its :class:`benchmark.stage.Validation`, and
        `validation_loss` is implemented. The data set must have set pictures aside.
        """
        return False

    def check_needs(self) -> None:
        """Looks for what training needs beyond the packages; cheap, asked before any training.

        Raises:
            BenchError: something is missing, or the config cannot be trained.
        """


def _reflect(x: Tensor, left: int, right: int, top: int, bottom: int) -> Tensor:
    """Reflection padding that may be wider than the picture (torch's own may not)."""
    while left or right or top or bottom:
        height, width = x.shape[2:]
        if max(left, right) < width and max(top, bottom) < height:
            return F.pad(x, (left, right, top, bottom), mode="reflect")
        now = (
            min(left, width - 1),
            min(right, width - 1),
            min(top, height - 1),
            min(bottom, height - 1),
        )
        if not any(now):  # a side of one pixel has nothing to reflect
            return F.pad(x, (left, right, top, bottom), mode="replicate")
        x = F.pad(x, now, mode="reflect")
        left, right, top, bottom = left - now[0], right - now[1], top - now[2], bottom - now[3]
    return x
