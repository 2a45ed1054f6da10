"""A step in parts against the same step at once."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.optim import SGD

from isp_models.base import ISPBatch
from isp_models.pynet import PyNET, PyNETConfig
from isp_models.training.accumulate import descend_in_parts
from tests.isp_models.synthetic import pairs, stage_named


def gradients(level: str, micro_batch: int | None) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    torch.manual_seed(0)
    config = PyNETConfig(width=1 / 16, crop_size=96, vgg="off", micro_batch=micro_batch)
    isp = PyNET(config).double().train()
    batch = pairs(5, 96)
    batch = ISPBatch(batch.raw.double(), batch.srgb.double())
    stage = stage_named(isp, level)
    losses = isp.training_step(batch, stage, isp.configure(stage, 1))
    found = {n: p.grad for n, p in isp.named_parameters() if p.grad is not None}
    return losses, found


@pytest.mark.parametrize("level", ["level 2", "level 0"])  # level 0 has MS-SSIM of the batch
@pytest.mark.parametrize("micro_batch", [1, 2, 4])
def test_pynet_has_the_same_losses_and_gradients_in_parts(level: str, micro_batch: int) -> None:
    whole_losses, whole = gradients(level, None)
    losses, parts = gradients(level, micro_batch)
    assert losses.keys() == whole_losses.keys()
    for name, value in losses.items():
        assert not value.requires_grad
        assert value.item() == pytest.approx(whole_losses[name].item(), rel=1e-5)
    assert parts.keys() == whole.keys()
    largest = max(gradient.abs().max().item() for gradient in whole.values())
    for name, gradient in whole.items():
        assert torch.allclose(parts[name], gradient, rtol=1e-5, atol=1e-5 * largest), name


def device_for(pictures: int, layer: nn.Module, sizes: list[int]) -> Callable[[Tensor], Tensor]:
    """A network on a device with memory for so many pictures."""

    def develop(raw: Tensor) -> Tensor:
        sizes.append(len(raw))
        if len(raw) > pictures:
            raise torch.OutOfMemoryError("out of memory")
        return layer(raw)

    return develop


def step(memory: int, micro_batch: int | None) -> tuple[Tensor, list[int]]:
    torch.manual_seed(0)
    layer = nn.Conv2d(4, 3, 1)
    raw = torch.rand(8, 4, 4, 4)
    sizes: list[int] = []
    descend_in_parts(
        SGD(layer.parameters(), lr=0.1),
        device_for(memory, layer, sizes),
        lambda prediction: {"loss": prediction.square().mean()},
        raw,
        micro_batch,
    )
    return layer.weight.detach(), sizes


def test_parts_are_halved_until_they_fit() -> None:
    whole, _ = step(memory=8, micro_batch=None)
    halved, sizes = step(memory=3, micro_batch=None)
    assert torch.allclose(halved, whole, atol=1e-7)
    assert sizes == [8, 4, 2, 2, 2, 2, 2, 2, 2, 2]


@pytest.mark.parametrize(("memory", "micro_batch"), [(0, None), (2, 4)])
def test_what_cannot_be_halved_is_an_error(memory: int, micro_batch: int | None) -> None:
    with pytest.raises(torch.OutOfMemoryError):
        step(memory, micro_batch)
