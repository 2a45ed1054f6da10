"""Features of pictures from a VGG-16 with random weights: a distance that needs no download.

Even an untrained network tells sets of pictures apart. Naeem et al. (ICML 2020) embed pictures with
a randomly initialised VGG-16 where they have little in common with ImageNet. The Fréchet distance
over such features is not FID, and says less about content; it is there so that every result has a
distance that anybody can compute and compare with others.

Everything that decides the features is fixed in this file. A change of it is another distance, with
another key in `METRICS`.
"""

from collections.abc import Iterable
from functools import cache

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from benchmark.errors import BenchError
from benchmark.metrics.features import Features, Picture, exact_convolutions, require_picture

# Channels of the 3x3 convolutions of VGG-16, stage by stage (Simonyan and Zisserman, ICLR 2015).
STAGES = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))
DIMS = sum(stage[-1] for stage in STAGES)  # 1472
SIDE = 128  # pixels
SEED = 0


class RandomVGG:
    """A function from pictures to features: the means over space of each stage's output.

    Args:
        device: where the network runs, e.g. "cpu" or "cuda:0".
    """

    def __init__(self, device: str | torch.device = "cpu") -> None:
        self._device = torch.device(device)
        self._stages = [
            # This order of the numbers makes it faster by a fifth on CPUs.
            [kernel.to(self._device, memory_format=torch.channels_last) for kernel in stage]
            for stage in _kernels()
        ]

    def features(self, images: Iterable[Picture]) -> Features:
        """One row of features per picture.

        Args:
            images: (3, h, w) uint8 sRGB each, of any sizes. Where the longer side has more than 128
                pixels, the picture is shrunk to that, with antialiasing.

        Returns:
            (N, 1472) float64, computed in float32.

        Raises:
            BenchError: a picture that is not uint8 of shape (3, h, w), or no pictures.
        """
        rows = [self._row(image) for image in images]
        if not rows:
            raise BenchError("There are no pictures to compute features of.")
        return np.stack(rows)

    def _row(self, image: Picture) -> Features:
        x = (2 * _shrunk(image) - 1)[None].to(self._device)  # (1, 3, h, w) in [-1, 1]
        means = []
        with torch.inference_mode(), exact_convolutions():
            for i, stage in enumerate(self._stages):
                if i > 0:
                    x = F.max_pool2d(x, 2, ceil_mode=True)  # so that no picture is too small
                for kernel in stage:
                    x = F.relu(F.conv2d(x, kernel, padding=1))
                means.append(x.mean(dim=(2, 3))[0])
        return torch.cat(means).cpu().numpy().astype(np.float64)


@cache
def _kernels() -> list[list[Tensor]]:
    """The weights, without biases: 14.7 million numbers.

    He-normal (He et al., ICCV 2015). From the second convolution on, each kernel loses its mean,
    and is scaled to keep the variance (Brock et al., ICLR 2021). Otherwise the mean of the
    activations, which is never negative, dominates more from layer to layer, and it depends on the
    seed how much a colour cast counts compared with a tone curve: over ten seeds this ratio varied
    by a factor of 2.3 (one standard deviation), against 1.3 with centred kernels.
    """
    # NumPy has frozen the streams of RandomState (NEP 19); those of newer generators may change.
    random = np.random.RandomState(SEED)
    stages, channels = [], 3
    for widths in STAGES:
        stage = []
        for width in widths:
            kernel = random.standard_normal((width, channels, 3, 3)) * np.sqrt(2 / (9 * channels))
            if channels > 3:
                kernel -= kernel.mean(axis=(1, 2, 3), keepdims=True)
                kernel /= np.sqrt(1 - 1 / np.pi)  # variance over mean square after a ReLU
            stage.append(torch.from_numpy(kernel.astype(np.float32)))
            channels = width
        stages.append(stage)
    return stages


def _shrunk(image: Picture) -> Tensor:
    """A picture (3, h, w) uint8 as float32 in [0, 1], its longer side at most 128 pixels."""
    require_picture(image)
    picture = torch.from_numpy(image.astype(np.float32) / np.float32(255))
    height, width = image.shape[1:]
    scale = SIDE / max(height, width)
    if scale >= 1:
        return picture
    size = (max(1, round(height * scale)), max(1, round(width * scale)))
    return F.interpolate(
        picture[None], size=size, mode="bilinear", align_corners=False, antialias=True
    )[0]
