"""FDA: the low frequencies' amplitude of the other camera.

Yang & Soatto, "FDA: Fourier Domain Adaptation for Semantic Segmentation", CVPR 2020, Eq. 1 to 3.
Nothing is trained. In the spectrum of each channel the amplitude in a small centred square is
replaced by that of a picture of the other camera; the phase stays. The amplitude at frequency 0 is
the mean of the channel, so colour is what is transferred.

Amplitudes are divided by the number of pixels and indexed in cycles per picture. This is FDA with
the target picture resized to the source, and therefore works between different sizes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor

from benchmark.errors import BenchError
from mappers.base import Direction, Mapper, MapperConfig, MapperData, register_mapper

BUFFERS = {"a2b": "amplitude_b", "b2a": "amplitude_a"}  # of the camera mapped to


@dataclass(frozen=True)
class FDAConfig(MapperConfig):
    """Settings.

    Attributes:
        beta: half width of the square as a fraction of the picture's shorter side.
        targets: pictures of the other camera whose amplitudes are averaged. As the output is
            linear in the amplitude, this equals the mean of so many outputs.
        choice: seed of the choice of these pictures.
    """

    beta: float = 0.01
    targets: int = 1
    choice: int = 0


@register_mapper(
    "fda",
    title="FDA: Fourier Domain Adaptation for Semantic Segmentation",
    authors="Yang, Soatto",
    year=2020,
    link="https://arxiv.org/abs/2004.05498",
    supervision="unpaired",
    deviations="Targets are fixed pictures of the unpaired set, not a new one for each source; "
    "their spectrum is cut, not resampled, to the source's size.",
)
class FDA(Mapper):
    """Swaps the amplitude of the lowest frequencies."""

    Config = FDAConfig
    config: FDAConfig

    def __init__(self, config: FDAConfig | None = None) -> None:
        super().__init__(config)
        for name in BUFFERS.values():
            self.register_buffer(name, torch.empty(4, 0, 0))  # (4, 2b + 1, 2b + 1) once fitted

    def fit(self, data: MapperData) -> None:
        """Keeps the mean low-frequency amplitude of the chosen pictures of each camera."""
        self.amplitude_a = self._target_amplitude(data.unpaired_a)
        self.amplitude_b = self._target_amplitude(data.unpaired_b)

    def map(self, raw: Tensor, direction: Direction) -> Tensor:
        """The source's phase with the target's amplitude in the square, (N, 4, H, W).

        Raises:
            BenchError: `fit` has not been called.
        """
        target = self.get_buffer(BUFFERS[direction])
        if not target.numel():
            raise BenchError("FDA has no target pictures yet; call fit first.")
        height, width = raw.shape[2:]
        middle = target.shape[-1] // 2
        frequencies = torch.arange(-middle, middle + 1, device=raw.device)
        rows, columns = (_Waves.of(frequencies, side, raw.dtype) for side in (height, width))

        # The window of the spectrum, (N, 4, 2b + 1, 2b + 1): two small matrix products per axis.
        along = raw @ columns.cos.T, raw @ columns.sin.T
        real = (rows.cos @ along[0] - rows.sin @ along[1]) / (height * width)
        imaginary = -(rows.cos @ along[1] + rows.sin @ along[0]) / (height * width)
        amplitude = (real.square() + imaginary.square()).sqrt()
        empty = amplitude == 0  # has the phase 0
        gain = target / torch.where(empty, 1, amplitude)

        # What is added to the window: other frequencies stay, so the rest of the spectrum is not
        # needed.
        inside = frequencies.abs() <= self.config.beta * min(height, width)
        swapped = inside[:, None] & inside
        real = torch.where(swapped, torch.where(empty, target, real * gain) - real, 0)
        imaginary = torch.where(swapped, imaginary * gain - imaginary, 0)

        down = (
            rows.cos.T @ real - rows.sin.T @ imaginary,
            rows.cos.T @ imaginary + rows.sin.T @ real,
        )
        return raw + down[0] @ columns.cos - down[1] @ columns.sin

    def _target_amplitude(self, pictures: Sequence[Tensor]) -> Tensor:
        generator = torch.Generator().manual_seed(self.config.choice)
        chosen = torch.randperm(len(pictures), generator=generator)[: self.config.targets].tolist()
        targets = [pictures[index] for index in chosen]
        half = min(int(self.config.beta * min(target.shape[1:])) for target in targets)
        total = torch.zeros(4, 2 * half + 1, 2 * half + 1)
        for target in targets:
            near = torch.arange(-half, half + 1, device=target.device)  # negative: from the end
            spectrum = torch.fft.fft2(target, norm="forward")
            total += spectrum[:, near[:, None], near].abs().cpu()
        return total / len(targets)

    def _load_from_state_dict(self, state_dict: dict[str, Tensor], prefix: str, *rest: Any) -> None:
        """The buffers take the size they were saved with."""
        for name in BUFFERS.values():
            if (saved := state_dict.get(prefix + name)) is not None:
                setattr(self, name, torch.empty_like(saved, device=self.get_buffer(name).device))
        super()._load_from_state_dict(state_dict, prefix, *rest)


class _Waves(NamedTuple):
    """Cosines and sines, each (frequencies, pixels), of whole periods per side."""

    cos: Tensor
    sin: Tensor

    @classmethod
    def of(cls, frequencies: Tensor, side: int, dtype: torch.dtype) -> "_Waves":
        """Those of some frequencies along a side of so many pixels."""
        pixels = torch.arange(side, device=frequencies.device)
        # Full turns are left out while numbers are whole: float32 would lose what remains of them.
        part = (frequencies[:, None] * pixels) % pixels.new_full((), side)
        angle = 2 * torch.pi * part.to(dtype) / side
        return cls(angle.cos(), angle.sin())
