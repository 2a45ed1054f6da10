import copy
from pathlib import Path

import pytest
import torch
from skimage.metrics import peak_signal_noise_ratio
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from benchmark.errors import BenchError
from benchmark.stage import Validation
from isp_models.base import ISPBatch
from isp_models.networks.syenet import Gram, RepConv, SYENetNetwork
from isp_models.syenet import MAIN, WARM_UP, SYENet, SYENetConfig, block_mask
from tests.golden import assert_golden, fill, golden_input
from tests.isp_models.synthetic import (
    error,
    gradient_count,
    image,
    pairs,
    parameter_count,
    stage_named,
    train,
)

TRAIN_ROW = (-0.006100, 0.060131, (0.04903, -0.02858, -0.03013), (0.03237, -0.11082, 0.03936))
SLIM_ROW = (-0.020988, 0.059702, (-0.04316, 0.06444, -0.07373), (0.01057, -0.05586, -0.00150))


def perturbed(network: SYENetNetwork, seed: int = 0) -> SYENetNetwork:
    """Every parameter and running statistic moved by noise."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for tensor in network.parameters():
            tensor.add_(0.1 * torch.randn(tensor.shape, generator=generator))
        for part in network.modules():
            if isinstance(part, nn.BatchNorm2d):
                assert part.running_mean is not None
                assert part.running_var is not None
                part.running_mean.copy_(0.3 * torch.randn(part.num_features, generator=generator))
                part.running_var.copy_(torch.rand(part.num_features, generator=generator) + 0.5)
    return network.eval()


def test_parameter_counts() -> None:
    network = SYENetNetwork()
    assert parameter_count(SYENetNetwork(scale=None)) == 5_640
    assert parameter_count(network) == 108_715
    assert network.warmup_tail is not None
    assert parameter_count(network) - parameter_count(network.warmup_tail) == 101_799
    assert sum(buffer.numel() for buffer in network.buffers()) == 2_269


@pytest.mark.parametrize(("scale", "mega"), [(None, 89.457), (4, 1591.74)])
def test_multiply_adds(scale: int | None, mega: float) -> None:
    with torch.device("meta"):
        network, x = SYENetNetwork(scale=scale).eval(), torch.empty(1, 4, 128, 128)
    with FlopCounterMode(display=False) as counter:
        network(x)
    assert counter.get_total_flops() / 2e6 == pytest.approx(mega, rel=1e-4)


def test_golden() -> None:
    x = golden_input(1, 4, 128, 128)
    full = fill(SYENetNetwork(), gain=1.2)
    with torch.no_grad():
        assert_golden(fill(SYENetNetwork(scale=None), gain=1.2)(x), *SLIM_ROW)
        assert_golden(full(x), *TRAIN_ROW)
        assert_golden(full.to_slim()(x), *TRAIN_ROW)


@pytest.mark.parametrize("channels", [12, 8])
def test_slim_form_equals_the_training_form(channels: int) -> None:
    network = perturbed(SYENetNetwork(channels))
    slim = network.to_slim()
    x = image(20, 30)
    with torch.no_grad():
        assert (network(x) - slim(x)).abs().max() < 1e-5 * max(1, network(x).abs().max())
    assert not any(isinstance(part, nn.BatchNorm2d) for part in slim.modules())


def test_slim_form_shares_nothing_and_draws_nothing() -> None:
    network = SYENetNetwork()
    state = torch.get_rng_state()
    slim = network.to_slim()
    assert torch.equal(torch.get_rng_state(), state)
    pointers = {tensor.data_ptr() for tensor in network.parameters()}
    assert not pointers & {tensor.data_ptr() for tensor in slim.parameters()}


def test_develops_through_the_slim_form_of_the_present_weights() -> None:
    isp = SYENet().eval()
    x = image(9, 11)
    with torch.no_grad():
        first = isp(x)
        perturbed(isp.network)
        assert not torch.allclose(isp(x), first, atol=1e-3)
        assert torch.allclose(isp(x), isp.network(x).clamp(0, 1), atol=1e-5)


@pytest.mark.parametrize("size", [(1, 1), (33, 47), (5, 64)])
def test_any_size(size: tuple[int, int]) -> None:
    with torch.no_grad():
        srgb = SYENet().eval()(image(*size))
    assert srgb.shape == (1, 3, 2 * size[0], 2 * size[1])
    assert srgb.min() >= 0
    assert srgb.max() <= 1


def test_block_mask_cuts_squares_shared_by_the_planes() -> None:
    torch.manual_seed(0)
    mask = block_mask(torch.rand(8, 4, 64, 64))
    assert mask.shape == (8, 1, 64, 64)
    assert set(mask.unique().tolist()) == {0.0, 1.0}
    assert mask.mean().item() == pytest.approx((1 - 0.5 / 9) ** 9, abs=0.01)  # 0.598
    holes = nn.functional.max_pool2d(mask, 3, stride=1) == 0
    assert holes.any()  # whole 3x3 squares


def test_warm_up_trains_no_attention_and_main_no_warm_up_tail() -> None:
    isp = SYENet(SYENetConfig(crop_size=16)).train()
    batch = pairs(4, 16)
    for name, expected in ((WARM_UP, 108_715 - 5_028), (MAIN, 101_799)):
        stage = stage_named(isp, name)
        optimisation = isp.configure(stage, 10)
        for parameter in isp.parameters():
            parameter.grad = None
        isp.training_step(batch, stage, optimisation)
        assert gradient_count(isp.network) == expected
    assert parameter_count(isp.network.attention) == 5_028


def test_warm_up_sees_the_masked_raw_and_restores_the_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    isp = SYENet(SYENetConfig(crop_size=16)).train()
    batch = pairs(4, 16)
    seen = []

    def warm_up(raw: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        seen.append(raw)
        return batch.srgb.clone().requires_grad_(), batch.raw.clone().requires_grad_()

    monkeypatch.setattr(isp.network, "warm_up", warm_up)
    stage = stage_named(isp, WARM_UP)
    losses = isp.training_step(batch, stage, isp.configure(stage, 10))
    assert (seen[0] == 0).any()
    assert losses["reconstruction"].item() == pytest.approx(1e-8, rel=1e-3)  # epsilon
    assert losses["charbonnier"].item() == pytest.approx(1e-8, rel=1e-3)


def test_the_best_weights_are_looked_for_once_an_epoch_of_the_main_training() -> None:
    isp = SYENet(SYENetConfig(weights="best", main_epochs=200))
    assert isp.validates(isp.config) and not isp.validates(SYENetConfig())
    assert isp.configure(stage_named(isp, WARM_UP), 100).validation is None
    assert isp.configure(stage_named(isp, MAIN), 2000).validation == Validation(every=10)
    assert isp.configure(stage_named(isp, MAIN), 20).validation == Validation(every=1)
    assert SYENet().configure(stage_named(isp, MAIN), 2000).validation is None


def test_the_loss_of_validation_is_minus_the_psnr() -> None:
    isp, batch = SYENet(SYENetConfig(crop_size=16)).eval(), pairs(3, 16)
    with torch.no_grad():
        loss = isp.validation_loss(batch, stage_named(isp, MAIN)).item()
        developed = isp(batch.raw)
    values = [
        peak_signal_noise_ratio(y.numpy(), x.numpy(), data_range=1)
        for x, y in zip(developed, batch.srgb, strict=True)
    ]
    assert loss == pytest.approx(-sum(values) / 3, rel=1e-5)


def test_main_losses_are_added() -> None:
    isp = SYENet(SYENetConfig(crop_size=16)).train()
    stage = stage_named(isp, MAIN)
    losses = isp.training_step(pairs(4, 16), stage, isp.configure(stage, 10))
    assert list(losses) == ["loss", "outlier_aware", "cosine"]
    assert losses["loss"].item() == pytest.approx(
        losses["outlier_aware"].item() + losses["cosine"].item()
    )


def test_a_batch_of_one_is_refused_before_training() -> None:
    with pytest.raises(BenchError, match="at least 2"):
        SYENet(SYENetConfig(batch_size=1)).check_needs()
    SYENet(SYENetConfig(batch_size=1, form="slim")).check_needs()


@pytest.mark.parametrize("total", [1, 7, 100, 150, 1000])
def test_the_rate_ends_at_the_floor_of_the_second_cycle(total: int) -> None:
    isp = SYENet()
    optimisation = isp.configure(stage_named(isp, MAIN), total)
    adam, schedule = optimisation.optimizers["adam"], optimisation.schedulers[0]
    rates = []
    for _ in range(total):
        rates.append(adam.param_groups[0]["lr"])
        adam.step()
        schedule.step()
    assert rates[0] == 1e-3
    if total >= 100:
        assert rates[-1] < 1e-5
        assert max(rates[total // 2 :]) < 1e-3


def test_published_stages() -> None:
    stages = SYENet().stages()
    assert [(s.name, s.batch_size, s.crop_size, s.steps) for s in stages] == [
        ("warm-up", 4, 128, 10 * 23_450),
        ("main", 4, 128, 150 * 23_450),
    ]
    assert [s.name for s in SYENet(SYENetConfig(form="slim")).stages()] == ["main"]


def test_training_learns_the_rendering() -> None:
    torch.manual_seed(0)
    config = SYENetConfig(crop_size=16, stage_steps=(2, 80), learning_rate=3e-3)
    isp = SYENet(config).eval()
    unseen = pairs(4, 32, seed=1)
    before = error(isp, unseen)
    log = train(isp, pairs(32, 16))
    assert log["main"][-1]["loss"] < log["main"][0]["loss"] / 3
    assert error(isp, unseen) < before / 8  # measured: 21


def test_save_and_load(tmp_path: Path) -> None:
    first, second = SYENet(), SYENet()
    perturbed(first.network)
    torch.save(first.state_dict(), tmp_path / "isp.pt")
    second.load_state_dict(torch.load(tmp_path / "isp.pt", weights_only=True))
    x = image(16, 16)
    with torch.no_grad():
        assert torch.equal(first.eval()(x), second.eval()(x))


def test_flat_pictures_train_without_nan() -> None:
    isp = SYENet(SYENetConfig(crop_size=16)).train()
    stage = stage_named(isp, MAIN)
    batch = ISPBatch(torch.zeros(4, 4, 16, 16), torch.zeros(4, 3, 32, 32))
    losses = isp.training_step(batch, stage, isp.configure(stage, 10))
    assert losses["loss"].isfinite()
    assert all(p.isfinite().all() for p in isp.parameters())


@pytest.mark.parametrize("side", [1, 3, 5])
def test_one_convolution_is_the_branches_apart(side: int) -> None:
    torch.manual_seed(0)
    ours = RepConv(4, 3, side, scale=2).double().train()
    for norm in ours.modules():
        if isinstance(norm, nn.BatchNorm2d):
            nn.init.uniform_(norm.weight)
            nn.init.uniform_(norm.bias)
    theirs = copy.deepcopy(ours)
    x = torch.rand(2, 4, 7, 9, dtype=torch.float64)
    images = [x.clone().requires_grad_(), x.clone().requires_grad_()]
    outputs = [ours(images[0]), theirs.branches(images[1])]
    torch.testing.assert_close(*outputs)
    for output in outputs:
        output.pow(3).sum().backward()
    torch.testing.assert_close(images[0].grad, images[1].grad)
    for (name, weight), other in zip(ours.named_parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(weight.grad, other.grad, msg=name)
    torch.testing.assert_close(dict(ours.named_buffers()), dict(theirs.named_buffers()))


def test_a_bright_flat_picture_does_not_cancel_the_variance() -> None:
    torch.manual_seed(0)
    conv = RepConv(4, 3, 3, scale=2).train()
    x = 100 + 0.01 * torch.rand(2, 4, 16, 16)
    expected = copy.deepcopy(conv).double().branches(x.double())
    torch.testing.assert_close(conv(x).double(), expected, rtol=1e-3, atol=1e-3)


def test_the_products_of_patches_have_the_right_gradient() -> None:
    x = torch.rand(2, 3, 4, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(Gram.apply, x)
