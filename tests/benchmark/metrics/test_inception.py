import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import scipy
import torch
from cleanfid.fid import fid_from_feats, get_folder_features
from cleanfid.inception_torchscript import InceptionV3W
from cleanfid.resize import build_resizer
from numpy.typing import NDArray
from PIL import Image
from pytorch_fid.fid_score import calculate_frechet_distance, get_activations
from pytorch_fid.inception import InceptionV3

from benchmark.errors import BenchError
from benchmark.metrics import inception
from benchmark.metrics.fid_weights import FILE_NAME, FidWeights, find_weights, load_inception
from benchmark.metrics.frechet import frechet_distance
from benchmark.metrics.inception import FeatureExtractor

Pictures = list[NDArray[np.uint8]]

needs_old_sqrtm = pytest.mark.skipif(
    tuple(map(int, scipy.__version__.split(".")[:2])) >= (1, 18),
    reason="both packages call sqrtm(disp=False), which SciPy 1.18 removed",
)


@pytest.fixture(scope="module")
def weights(inception_file: Path) -> FidWeights:
    found = find_weights(inception_file, allow_download=False)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def extractor(weights: FidWeights) -> FeatureExtractor:
    return FeatureExtractor(weights, batch_size=4)


def scenes(n: int, side: int = 32) -> Pictures:
    """Blocks of random colour, size, contrast and noise: pictures that differ in many ways."""
    rng = np.random.default_rng(11)
    pictures = []
    for _ in range(n):
        block = int(rng.choice([1, 2, 4, 8, 16]))
        cells = rng.normal(size=(3, side // block, side // block)).repeat(block, 1)
        contrast, colour = rng.uniform(10, 60), rng.uniform(60, 190, (3, 1, 1))
        noise = rng.uniform(0, 20) * rng.normal(size=(3, side, side))
        values = colour + contrast * cells.repeat(block, 2) + noise
        pictures.append(np.clip(values, 0, 255).astype(np.uint8))
    return pictures


def rendered(pictures: Pictures) -> Pictures:
    """The same scenes in another look."""
    matrix = np.array([[0.8, 0.2, 0], [0.1, 0.8, 0.1], [0, 0.3, 0.7]])
    return [
        np.clip(255 * (np.tensordot(matrix, p, 1) / 255) ** 0.8, 0, 255).astype(np.uint8)
        for p in pictures
    ]


def save(pictures: Pictures, folder: Path) -> list[Path]:
    folder.mkdir()
    files = [folder / f"{i:03d}.png" for i in range(len(pictures))]
    for file, picture in zip(files, pictures, strict=True):
        Image.fromarray(np.moveaxis(picture, 0, 2)).save(file)
    return files


@needs_old_sqrtm
def test_the_number_of_the_pytorch_fid_command(weights: FidWeights, tmp_path: Path) -> None:
    """Its command on PNG files, n = 80 > d = 64, where its covariances have full rank."""
    cache = tmp_path / "hub" / "checkpoints"
    cache.mkdir(parents=True)
    (cache / FILE_NAME).symlink_to(weights.path)
    targets = scenes(80)
    outputs = rendered(targets)
    save(targets, tmp_path / "targets")
    save(outputs, tmp_path / "outputs")
    command = [sys.executable, "-m", "pytorch_fid", "outputs", "targets"]
    options = ["--device", "cpu", "--dims", "64", "--num-workers", "0"]
    done = subprocess.run(
        [*command, *options],
        cwd=tmp_path,
        env={**os.environ, "TORCH_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    theirs = float(done.stdout.split("FID:")[1])

    extractor = FeatureExtractor(weights, dims=64)
    features = [extractor.features(pictures, "pytorch-fid") for pictures in (outputs, targets)]
    assert frechet_distance(*features) == pytest.approx(theirs, rel=1e-3)


@needs_old_sqrtm
def test_the_2048_features_and_distance_of_pytorch_fid(
    weights: FidWeights, extractor: FeatureExtractor, tmp_path: Path
) -> None:
    """Its reader and network on PNG files; its distance on 6 directions, where it is exact."""
    targets = scenes(10)
    network = load_inception(weights)
    network.resize_input = True
    ours, theirs = [], []
    for name, pictures in (("outputs", rendered(targets)), ("targets", targets)):
        files = save(pictures, tmp_path / name)
        theirs.append(get_activations(files, network, batch_size=5, num_workers=0))
        ours.append(extractor.features(pictures, "pytorch-fid"))
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)

    directions = np.random.default_rng(0).normal(size=(2048, 6)) / np.sqrt(2048)
    statistics = [((f @ directions).mean(0), np.cov(f @ directions, rowvar=False)) for f in theirs]
    expected = calculate_frechet_distance(*statistics[0], *statistics[1])
    assert frechet_distance(*(f @ directions for f in ours)) == pytest.approx(expected, rel=1e-3)
    assert frechet_distance(*ours) == pytest.approx(frechet_distance(*theirs), rel=1e-4)


def test_our_network_is_the_one_that_pytorch_fid_builds(
    weights: FidWeights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "hub" / "checkpoints"
    cache.mkdir(parents=True)
    (cache / FILE_NAME).symlink_to(weights.path)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    theirs, ours = InceptionV3().state_dict(), load_inception(weights).state_dict()
    assert theirs.keys() == ours.keys()
    assert all(torch.equal(theirs[key], ours[key]) for key in theirs)


def test_batch_size_does_not_matter(weights: FidWeights, extractor: FeatureExtractor) -> None:
    pictures = scenes(5)
    alone = FeatureExtractor(weights, batch_size=1).features(pictures, "pytorch-fid")
    np.testing.assert_allclose(
        extractor.features(np.stack(pictures), "pytorch-fid"), alone, rtol=1e-4, atol=1e-6
    )
    assert alone.shape == (5, 2048) and alone.dtype == np.float64


def test_pictures_may_come_one_by_one_in_any_size(extractor: FeatureExtractor) -> None:
    pictures = [scenes(1, side)[0] for side in (16, 48)] + [np.zeros((3, 20, 9), np.uint8)]
    features = extractor.features(iter(pictures), "clean-fid")
    assert features.shape == (3, 2048)


def test_pytorch_fid_resize_is_the_network_s_own(weights: FidWeights) -> None:
    picture = scenes(1, 480)[0][:, :, :400]
    network = load_inception(weights, dims=64)
    network.resize_input = True
    with torch.inference_mode():
        expected = network(torch.from_numpy(picture)[None].float() / 255)[0].mean(dim=(2, 3))
    ours = FeatureExtractor(weights, dims=64).features([picture], "pytorch-fid")
    np.testing.assert_allclose(ours, expected, rtol=1e-5)


@pytest.mark.parametrize("side", [640, 299, 64])
def test_clean_fid_resize_is_the_package_s_own(side: int, tmp_path: Path) -> None:
    """Its reader and resize on PNG files."""
    harsh = 255 * (scenes(1, side)[0] > 128).astype(np.uint8)
    pictures = [picture[:, :, : side - 20] for picture in (scenes(1, side)[0], harsh)]
    resize = build_resizer("clean")
    for file, picture in zip(save(pictures, tmp_path / "png"), pictures, strict=True):
        theirs = resize(np.asarray(Image.open(file).convert("RGB")))  # (299, 299, 3) in [0, 255]
        ours = 256 * inception._squash(picture, "clean-fid").numpy()
        np.testing.assert_allclose(ours, np.moveaxis(theirs, 2, 0), rtol=0, atol=1e-6)
        assert ours.min() >= 0 and ours.max() <= 255


class _CleanNetwork(torch.nn.Module):
    """In place of the TorchScript that clean-fid downloads: the same layers, other weights."""

    def __init__(self, weights: FidWeights) -> None:
        super().__init__()
        network = load_inception(weights)
        network.normalize_input = False
        self.layers = torch.nn.Sequential(network, _First())


class _First(torch.nn.Module):
    def forward(self, maps: list[torch.Tensor]) -> torch.Tensor:
        return maps[0]


@needs_old_sqrtm
def test_the_2048_features_and_distance_of_clean_fid(
    weights: FidWeights,
    extractor: FeatureExtractor,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its reader, resize and scaling on PNG files; its distance on 6 directions, where exact."""
    monkeypatch.setattr(torch.jit, "load", lambda _: _CleanNetwork(weights), raising=False)
    network = InceptionV3W(str(tmp_path), download=False)
    targets = scenes(8, 48)
    ours, theirs = [], []
    for name, pictures in (("outputs", rendered(targets)), ("targets", targets)):
        save(pictures, tmp_path / name)
        folder = str(tmp_path / name)
        found = get_folder_features(
            folder, network, num_workers=0, batch_size=5, device="cpu", mode="clean", verbose=False
        )
        theirs.append(found.astype(np.float64))
        ours.append(extractor.features(pictures, "clean-fid"))
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)

    directions = np.random.default_rng(0).normal(size=(2048, 6)) / np.sqrt(2048)
    expected = fid_from_feats(*(features @ directions for features in theirs))
    assert frechet_distance(*(f @ directions for f in ours)) == pytest.approx(expected, rel=1e-3)


def test_clean_fid_resize_averages_noise_away() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (3, 1196, 1196), dtype=np.uint8)
    plain = inception._squash(noise, "pytorch-fid").std()
    assert inception._squash(noise, "clean-fid").std() < 0.5 * plain


def test_facts_name_the_extractor(weights: FidWeights, extractor: FeatureExtractor) -> None:
    assert extractor.facts.name == weights.name
    assert extractor.facts.weights_sha256 == weights.sha256
    genuine = FidWeights(weights.path, "6726825d" + "0" * 56)
    assert FeatureExtractor(genuine).facts.name == "FID"
    assert FeatureExtractor(genuine, dims=64).facts.name == "FD of 64 Inception features"


def test_wrong_input_is_explained(weights: FidWeights, extractor: FeatureExtractor) -> None:
    with pytest.raises(BenchError, match="uint8"):
        extractor.features([np.zeros((3, 9, 9), np.float32)], "pytorch-fid")
    with pytest.raises(BenchError, match="no pictures"):
        extractor.features([], "pytorch-fid")
    with pytest.raises(BenchError, match="clean-fid"):
        extractor.features([], "clean")  # type: ignore[arg-type]
    with pytest.raises(BenchError, match="100"):
        FeatureExtractor(weights, dims=100)
