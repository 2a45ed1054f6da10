import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor

from benchmark.errors import BenchError
from isp_models.training import perceptual
from isp_models.training.perceptual import PerceptualConfig, load_features, vgg_weights_path

WIDTHS = [64, 64, 128, 128, 256, 256, 256, 256, 512, 512, 512, 512, 512, 512, 512, 512]
CONV_LAYERS = [0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34]


@pytest.fixture(scope="module")
def tensors() -> dict[str, Tensor]:
    """Random tensors with the names and shapes of VGG-19's `features`."""
    generator = torch.Generator().manual_seed(0)
    result, before = {}, 3
    for layer, width in zip(CONV_LAYERS, WIDTHS, strict=True):
        weight = torch.randn(width, before, 3, 3, generator=generator) * (2 / (9 * before)) ** 0.5
        result[f"features.{layer}.weight"] = weight
        result[f"features.{layer}.bias"] = torch.zeros(width)
        before = width
    return result


@pytest.fixture(scope="module")
def weights(tensors: dict[str, Tensor], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("vgg") / "vgg19.pth"
    torch.save(tensors, path)
    named = path.with_name(f"vgg19-{hashlib.sha256(path.read_bytes()).hexdigest()[:8]}.pth")
    return path.rename(named)


def test_off_needs_no_weights() -> None:
    assert vgg_weights_path(PerceptualConfig(vgg="off")) is None


def test_missing_weights_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BenchError, match=r"no file .*nowhere\.pth"):
        vgg_weights_path(PerceptualConfig(vgg_weights=str(tmp_path / "nowhere.pth")))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with pytest.raises(BenchError, match=r"vgg19-dcbb9e9d\.pth"):
        vgg_weights_path(PerceptualConfig())


def test_torchvisions_cache_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    path = tmp_path / "hub" / "checkpoints" / "vgg19-dcbb9e9d.pth"
    path.parent.mkdir(parents=True)
    path.touch()
    assert vgg_weights_path(PerceptualConfig()) == path


def test_features_are_those_of_torchvision(weights: Path, tensors: dict[str, Tensor]) -> None:
    x = torch.rand(1, 3, 32, 32)
    y = x  # written out layer by layer
    for layer in CONV_LAYERS:
        if layer in (5, 10, 19, 28):
            y = torch.nn.functional.max_pool2d(y, 2)
        weight, bias = tensors[f"features.{layer}.weight"], tensors[f"features.{layer}.bias"]
        y = torch.nn.functional.conv2d(y, weight, bias, padding=1).relu()
    assert torch.allclose(load_features(weights)(x.clone()), y, atol=1e-5)


def test_loss_is_zero_for_equals_and_trains_the_prediction_only(weights: Path) -> None:
    target = torch.rand(1, 3, 16, 16)
    config = PerceptualConfig(vgg_weights=str(weights))
    assert perceptual.perceptual(target, target, config).item() == 0
    prediction = torch.rand(1, 3, 16, 16, requires_grad=True)
    perceptual.perceptual(prediction, target, config).backward()
    assert prediction.grad is not None
    assert prediction.grad.abs().sum() > 0
    assert not any(p.requires_grad for p in load_features(weights).parameters())


def test_damaged_file_is_found_by_its_hash(weights: Path, tmp_path: Path) -> None:
    damaged = tmp_path / weights.name
    damaged.write_bytes(weights.read_bytes()[:-1000])
    with pytest.raises(BenchError, match="damaged"):
        load_features(damaged)


def test_damaged_file_without_a_hash_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "vgg.pth"
    path.write_bytes(b"PK\x03\x04 not weights")
    with pytest.raises(BenchError, match="cannot be read"):
        load_features(path)


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda tensors: tensors.pop("features.34.bias"), r"features\.34\.bias is missing"),
        (lambda tensors: tensors.update({"features.0.bias": torch.zeros(3)}), r"has shape \(3,\)"),
    ],
)
def test_other_network_is_reported(
    edit: Callable[[dict[str, Tensor]], object],
    message: str,
    tensors: dict[str, Tensor],
    tmp_path: Path,
) -> None:
    edited = dict(tensors)
    edit(edited)
    torch.save(edited, tmp_path / "other.pth")
    with pytest.raises(BenchError, match=message):
        load_features(tmp_path / "other.pth")
