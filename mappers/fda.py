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
from typing import Any

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
        size = raw.shape[2:]
        half = min(self._half_width(size), target.shape[-1] // 2)
        spectrum = torch.fft.fft2(raw, norm="forward")  # (N, 4, H, W)
        rows, columns = _centred(half, raw.device)
        window = spectrum[..., rows, columns]  # (N, 4, 2b + 1, 2b + 1)
        middle = target.shape[-1] // 2
        target = target[:, middle - half : middle + half + 1, middle - half : middle + half + 1]
        spectrum[..., rows, columns] = torch.polar(target.expand(window.shape), window.angle())
        return torch.fft.ifft2(spectrum, norm="forward").real

    def _half_width(self, size: Sequence[int]) -> int:
        """b = floor(beta · shorter side)."""
        return int(self.config.beta * min(size))

    def _target_amplitude(self, pictures: Sequence[Tensor]) -> Tensor:
        generator = torch.Generator().manual_seed(self.config.choice)
        chosen = torch.randperm(len(pictures), generator=generator)[: self.config.targets].tolist()
        targets = [pictures[index] for index in chosen]
        half = min(self._half_width(target.shape[1:]) for target in targets)
        total = torch.zeros(4, 2 * half + 1, 2 * half + 1)
        for target in targets:
            rows, columns = _centred(half, target.device)
            total += torch.fft.fft2(target, norm="forward")[:, rows, columns].abs().cpu()
        return total / len(targets)

    def _load_from_state_dict(self, state_dict: dict[str, Tensor], prefix: str, *rest: Any) -> None:
        """The buffers take the size they were saved with."""
        for name in BUFFERS.values():
            if (saved := state_dict.get(prefix + name)) is not None:
                setattr(self, name, torch.empty_like(saved, device=self.get_buffer(name).device))
        super()._load_from_state_dict(state_dict, prefix, *rest)


def _centred(half: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Index arrays of the frequencies -half … half, as rows and as columns."""
    frequencies = torch.arange(-half, half + 1, device=device)  # negative ones count from the end
    return frequencies[:, None], frequencies[None, :]
