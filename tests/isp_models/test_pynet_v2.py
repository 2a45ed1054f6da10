from pathlib import Path

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from benchmark.errors import BenchError
from benchmark.stage import Validation
from isp_models.networks.pynet_v2 import ChannelAttention, PyNETV2Network, ResidualGroups
from isp_models.pynet_v2 import PHASES, PyNETV2, PyNETV2Config
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

SMALL = PyNETV2Config(
    crop_size=32,
    batch_size=2,
    stage_steps=(2, 2, 2, 5, 5, 40),
    learning_rate=2e-3,
    vgg="off",
)
GOLDEN = {  # level: mean, std, corner, centre
    3: (0.523660, 0.141892, (0.73792, 0.38778, 0.75140), (0.45268, 0.46803, 0.61123)),
    2: (0.562521, 0.246094, (0.48214, 0.41257, 0.22193), (0.52746, 0.78808, 0.30610)),
    1: (0.488285, 0.070882, (0.45895, 0.47545, 0.43861), (0.47341, 0.60997, 0.53969)),
}


@pytest.fixture(scope="module")
def filled() -> PyNETV2Network:
    return fill(PyNETV2Network(), gain=0.6)


def test_parameter_count() -> None:
    network = PyNETV2Network()
    assert parameter_count(network) == 932_583
    assert sum(isinstance(part, nn.InstanceNorm2d) for part in network.modules()) == 10


@pytest.mark.parametrize(("level", "count"), [(3, 631_372), (2, 892_300), (1, 930_255)])
def test_a_level_uses_only_what_it_needs(level: int, count: int) -> None:
    with torch.device("meta"):
        network = PyNETV2Network()
        network(torch.empty(1, 4, 32, 32), level).sum().backward()
    assert gradient_count(network) == count


@pytest.mark.parametrize(("level", "giga"), [(3, 0.488), (2, 1.358), (1, 1.98672)])
def test_multiply_adds(level: int, giga: float) -> None:
    with torch.device("meta"):
        network, x = PyNETV2Network(), torch.empty(1, 4, 128, 128)
    with FlopCounterMode(display=False) as counter:
        network(x, level)
    assert counter.get_total_flops() / 2e9 == pytest.approx(giga, abs=6e-4)


@pytest.mark.parametrize("level", [3, 2, 1])
def test_golden(filled: PyNETV2Network, level: int) -> None:
    with torch.no_grad():
        y = filled(golden_input(1, 4, 128, 128), level)
    assert y.shape == (1, 3, 256 // 2 ** (level - 1), 256 // 2 ** (level - 1))
    assert_golden(y, *GOLDEN[level])


def test_instance_norm_is_in_even_groups_only() -> None:
    blocks = [part for part in PyNETV2Network().modules() if isinstance(part, ResidualGroups)]
    assert len(blocks) == 4
    for block in blocks:
        for index, group in enumerate(block.groups):
            norms = [isinstance(unit, nn.InstanceNorm2d) for unit in group.modules()]
            assert any(norms) == (index % 2 == 0)


def test_smallest_side_of_the_channel_attention() -> None:
    attention = ChannelAttention(8)
    assert attention(torch.rand(1, 8, 7, 7)).shape == (1, 8, 7, 7)
    with pytest.raises(RuntimeError, match="Kernel size"):
        attention(torch.rand(1, 8, 6, 6))


@pytest.mark.parametrize("size", [(33, 47), (1, 30), (28, 29)])
def test_any_size(size: tuple[int, int]) -> None:
    with torch.no_grad():
        srgb = PyNETV2().eval()(image(*size))
    assert srgb.shape == (1, 3, 2 * size[0], 2 * size[1])
    assert srgb.min() >= 0
    assert srgb.max() <= 1


def test_published_stages() -> None:
    isp = PyNETV2()
    stages = isp.stages()
    assert [s.total_steps(1) for s in stages] == [500_000] * 6
    assert {(s.batch_size, s.crop_size) for s in stages} == {(20, 128)}
    rates = [isp.configure(s, 1).optimizers["adam"].param_groups[0]["lr"] for s in stages]
    assert rates == [1e-4, 1e-4, 5e-5, 5e-5, 5e-5, 5e-5]


def test_losses_of_the_phases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("isp_models.pynet_v2.perceptual", lambda *_: torch.tensor(0.5))
    isp = PyNETV2()
    x, y = torch.full((1, 3, 32, 32), 0.6), torch.full((1, 3, 32, 32), 0.5)
    perceptual = isp.losses(x, y, PHASES["level 2, perceptual"])
    similarity = perceptual["ssim"].item()
    assert perceptual["loss"].item() == pytest.approx(50 * 0.5 + 5 * (1 - similarity))
    fidelity = isp.losses(x, y, PHASES["level 2, fidelity"])
    assert fidelity["loss"].item() == pytest.approx(1 + 40 * (1 - similarity), rel=1e-5)
    assert "vgg" not in fidelity


def test_needs_are_checked() -> None:
    with pytest.raises(BenchError, match="multiple of 4"):
        PyNETV2(PyNETV2Config(crop_size=30, vgg="off")).check_needs()
    with pytest.raises(BenchError, match="at least 32"):
        PyNETV2(PyNETV2Config(crop_size=28, vgg_weights=__file__)).check_needs()
    PyNETV2(PyNETV2Config(crop_size=28, vgg="off")).check_needs()


def test_the_rate_falls_and_the_stage_ends_when_ssim_stagnates(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("isp_models.pynet_v2.ssim", lambda *_: torch.tensor(0.5))
    config = PyNETV2Config(crop_size=28, epoch_steps=2, patience=2, early_stop=3, vgg="off")
    isp = PyNETV2(config).train()
    stage, batch = stage_named(isp, "level 3, fidelity"), pairs(1, 28)
    optimisation = isp.configure(stage, 8)
    rates, ends = [], []
    for _ in range(8):  # four epochs; the first sets the best
        isp.training_step(batch, stage, optimisation)
        rates.append(optimisation.optimizers["adam"].param_groups[0]["lr"])
        ends.append(isp.finished())
    assert rates == [1e-4] * 5 + [5e-5] * 3
    assert ends == [False] * 7 + [True]
    isp.configure(stage, 8)
    assert not isp.finished()


def test_with_the_best_weights_validation_ends_a_stage() -> None:
    config = PyNETV2Config(crop_size=28, weights="best", early_stop=7, epoch_steps=3, vgg="off")
    isp, last = PyNETV2(config), PyNETV2(PyNETV2Config(crop_size=28, vgg="off"))
    assert isp.validates(isp.config) and not last.validates(last.config)
    for stage in isp.stages():
        assert isp.configure(stage, 10).validation == Validation(every=3, patience=7)
        assert last.configure(stage, 10).validation is None


def test_with_the_best_weights_the_training_ssim_ends_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("isp_models.pynet_v2.ssim", lambda *_: torch.tensor(0.5))
    config = PyNETV2Config(
        crop_size=28, epoch_steps=1, patience=2, early_stop=1, vgg="off", weights="best"
    )
    isp = PyNETV2(config).train()
    stage = stage_named(isp, "level 3, fidelity")
    optimisation = isp.configure(stage, 8)
    for _ in range(3):
        isp.training_step(pairs(1, 28), stage, optimisation)
    assert not isp.finished()
    assert optimisation.optimizers["adam"].param_groups[0]["lr"] == 5e-5, "as published"


@pytest.mark.parametrize("name", PHASES)
def test_the_loss_of_validation_is_that_of_the_stage(name: str) -> None:
    isp, batch = PyNETV2(PyNETV2Config(crop_size=28, vgg="off")), pairs(2, 28)
    stage = stage_named(isp, name)
    with torch.no_grad():
        expected = isp.validation_loss(batch, stage)
    losses = isp.training_step(batch, stage, isp.configure(stage, 8))  # before its update
    assert expected.item() == pytest.approx(losses["loss"].item(), rel=1e-5)


def test_training_learns_the_rendering() -> None:
    torch.manual_seed(0)
    isp = PyNETV2(SMALL).eval()
    unseen = pairs(4, 32, seed=1)
    before = error(isp, unseen)
    train(isp, pairs(16, 32))
    assert error(isp, unseen) < before / 5  # measured: 10


def test_save_and_load(tmp_path: Path) -> None:
    first, second = PyNETV2(), PyNETV2()
    torch.save(first.state_dict(), tmp_path / "isp.pt")
    second.load_state_dict(torch.load(tmp_path / "isp.pt", weights_only=True))
    x = image(28, 28)
    with torch.no_grad():
        assert torch.equal(first.eval()(x), second.eval()(x))
