"""The random VGG-16: the network it is, and how its distances rank what is done to pictures."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
import torch
import torchvision
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import gaussian_filter

from benchmark.errors import BenchError
from benchmark.metrics import random_vgg
from benchmark.metrics.features import Picture
from benchmark.metrics.frechet import frechet_distance
from benchmark.metrics.kid import kernel_distance
from benchmark.metrics.random_vgg import DIMS, RandomVGG
from benchmark.progress import Progress
from benchmark.registry import DATASETS

N = 5


@pytest.fixture(scope="module")
def network() -> RandomVGG:
    return RandomVGG()


@pytest.fixture(scope="module")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> list[Picture]:
    """The sRGB test pictures of the simulated data set, (3, 64, 64)."""
    counts = {"unpaired": 1, "validation": 1, "anchors": 0, "aligned": 0, "scenes": N}
    source = DATASETS.create("simulated", size=32, **counts)
    pair = source.prepare(tmp_path_factory.mktemp("simulated"), Progress(quiet=True))
    assert pair.scenes is not None
    scenes = pair.scenes.camera("a")
    return [scenes.srgb(i) for i in range(N)]


def noise(shape: tuple[int, ...]) -> Picture:
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


def test_it_is_a_vgg16_by_another_implementation(network: RandomVGG) -> None:
    theirs = torchvision.models.vgg16(weights=None).features.eval()
    convolutions = [m for m in theirs if isinstance(m, torch.nn.Conv2d)]
    kernels = [kernel for stage in random_vgg._kernels() for kernel in stage]
    for convolution, kernel in zip(convolutions, kernels, strict=True):
        assert convolution.weight.shape == kernel.shape
        convolution.weight.data, convolution.bias = kernel, None
    picture = noise((3, 64, 96))
    x, means = torch.from_numpy(picture)[None].float() / 127.5 - 1, []
    with torch.inference_mode():
        for layer in theirs:
            if isinstance(layer, torch.nn.MaxPool2d):
                means.append(x.mean((2, 3))[0])
            x = layer(x)
    expected = torch.cat(means).numpy()
    features = network.features([picture])
    assert features.shape == (1, DIMS) == (1, 1472)
    assert features.dtype == np.float64
    np.testing.assert_allclose(features[0], expected, rtol=1e-3, atol=1e-4)


def test_the_weights_are_the_same_everywhere_and_for_ever() -> None:
    """Numbers of a frozen stream; other ones would be another distance."""
    first, last = random_vgg._kernels()[0][0], random_vgg._kernels()[-1][-1]
    found = [first[0, 0, 0], last[-1, -1, -1]]
    expected = [[0.48011422, 0.10890900, 0.26637873], [0.00264888, 0.00855610, -0.01841046]]
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_signals_neither_grow_nor_fade(network: RandomVGG) -> None:
    features = network.features([noise((3, 128, 128))])[0]
    ends = np.cumsum([stage[-1] for stage in random_vgg.STAGES])
    means = [part.mean() for part in np.split(features, ends[:-1])]
    assert max(means) < 3 * min(means)


def test_larger_pictures_are_shrunk_as_pillow_does(network: RandomVGG) -> None:
    large = noise((3, 480, 640)) // 2 + noise((3, 30, 40)).repeat(16, 1).repeat(16, 2) // 2
    shrunk = Image.fromarray(np.moveaxis(large, 0, 2)).resize((128, 96), Image.Resampling.BILINEAR)
    small = np.moveaxis(np.asarray(shrunk), 2, 0)
    ours, theirs, rough = network.features([large, small, large[:, ::5, ::5]])
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=0.04)  # Pillow rounds to 8 bits
    assert np.abs(rough - theirs).max() > 0.2, "without antialiasing"


def test_pictures_come_in_any_size_and_each_by_itself(network: RandomVGG) -> None:
    pictures = [noise(shape) for shape in ((3, 1, 1), (3, 20, 9), (3, 1, 400), (3, 48, 64))]
    together = network.features(iter(pictures))
    assert np.isfinite(together).all()
    np.testing.assert_array_equal(
        together, np.concatenate([network.features([p]) for p in pictures])
    )


def test_wrong_input_is_explained(network: RandomVGG) -> None:
    with pytest.raises(BenchError, match="uint8"):
        network.features([np.zeros((3, 9, 9), np.float32)])
    with pytest.raises(BenchError, match="no pictures"):
        network.features([])


def cast(picture: NDArray[np.float64], strength: float) -> NDArray[np.float64]:
    return picture * np.array([1 + strength, 1, 1 - strength])[:, None, None]


def noisy(picture: NDArray[np.float64], sigma: float) -> NDArray[np.float64]:
    return picture + sigma * np.random.default_rng(5).normal(size=picture.shape)


def blurred(picture: NDArray[np.float64], sigma: float) -> NDArray[np.float64]:
    return gaussian_filter(picture, (0, sigma, sigma))


def toned(picture: NDArray[np.float64], change: float) -> NDArray[np.float64]:
    return 255 * (picture / 255) ** (1 + change)


@pytest.mark.parametrize(
    ("degraded", "strengths"),
    [
        (cast, (0.02, 0.05, 0.1, 0.2, 0.4)),
        (noisy, (2, 5, 10, 20, 40)),
        (blurred, (0.5, 1, 2, 4)),
        (toned, (0.05, 0.1, 0.2, 0.4, 0.8)),
        (toned, (-0.05, -0.1, -0.2, -0.4)),
    ],
)
def test_the_worse_a_picture_the_farther_it_is(
    network: RandomVGG,
    photographs: list[Picture],
    degraded: Callable[[NDArray[np.float64], float], NDArray[np.float64]],
    strengths: tuple[float, ...],
) -> None:
    truth = network.features(photographs)
    assert frechet_distance(truth, truth) == pytest.approx(0, abs=1e-9)
    ladder = []
    for strength in strengths:
        pictures = [
            np.clip(np.rint(degraded(p.astype(np.float64), strength)), 0, 255).astype(np.uint8)
            for p in photographs
        ]
        features = network.features(pictures)
        ladder.append((frechet_distance(features, truth), kernel_distance(features, truth)))
    assert ladder[0][0] > 0.1
    for (fd, kd), (next_fd, next_kd) in pairwise(ladder):
        assert next_fd > 1.2 * fd, ladder
        assert next_kd > 1.2 * kd, ladder  # without i = j it may be below 0 on the first rung
