from pathlib import Path

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmark.errors import BenchError
from isp_models.microisp import MicroISP, MicroISPConfig, MicroISPNetwork
from tests.golden import assert_golden, fill, golden_input
from tests.isp_models.synthetic import error, image, pairs, parameter_count, stage_named, train

SMALL = MicroISPConfig(
    crop_size=80, batch_size=2, stage_steps=(85, 0, 2), learning_rate=5e-3, vgg="off"
)


@pytest.mark.parametrize(("passes", "count"), [(2, 13_560), (1, 6_780)])
def test_parameter_count(passes: int, count: int) -> None:
    assert parameter_count(MicroISPNetwork(passes)) == count


def test_multiply_adds() -> None:
    with torch.device("meta"):
        network, x = MicroISPNetwork(), torch.empty(1, 4, 128, 128)
    with FlopCounterMode(display=False) as counter:
        network(x)
    assert counter.get_total_flops() == 2 * 113_969_664


def test_golden() -> None:
    with torch.no_grad():
        y = fill(MicroISPNetwork(), gain=0.8)(golden_input(1, 4, 128, 128))
    assert_golden(y, 0.502078, 0.276131, (0.42888,) * 3, (0.68584,) * 3)


@pytest.mark.parametrize("colour", [0, 1, 2])
def test_colours_are_independent(colour: int) -> None:
    network, x = MicroISPNetwork(), image(80, 80)
    with torch.no_grad():
        before = network(x)
        for parameter in network.chains[colour].parameters():
            parameter.mul_(1.1)
        changed = [not torch.equal(a, b) for a, b in zip(before[0], network(x)[0], strict=True)]
    assert changed == [index == colour for index in range(3)]


def test_smallest_size() -> None:
    network = MicroISPNetwork()
    with torch.no_grad():
        assert network(image(79, 79)).shape == (1, 3, 158, 158)
        with pytest.raises(RuntimeError, match="Kernel size"):
            network(image(78, 78))


@pytest.mark.parametrize("size", [(33, 47), (78, 200), (79, 81)])
def test_any_size(size: tuple[int, int]) -> None:
    with torch.no_grad():
        srgb = MicroISP().eval()(image(*size))
    assert srgb.shape == (1, 3, 2 * size[0], 2 * size[1])
    assert srgb.min() >= 0
    assert srgb.max() <= 1


def test_initialisation_has_gradients_everywhere() -> None:
    network = MicroISPNetwork()
    network(image(80, 80)).square().mean().backward()
    weights = [p for p in network.parameters() if p.ndim == 4]
    assert len(weights) == 120
    assert all(p.grad is not None and p.grad.abs().max() > 1e-10 for p in weights)


def test_losses_of_the_stages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("isp_models.microisp.perceptual", lambda *_: torch.tensor(0.5))
    isp = MicroISP()
    x, y = torch.full((1, 3, 32, 32), 0.6), torch.full((1, 3, 32, 32), 0.5)
    similarity = isp.losses(x, y, "ssim")["ssim"].item()
    assert isp.losses(x, y, "mse")["loss"].item() == pytest.approx(0.01)
    expected = 0.5 + 0.5 * (1 - similarity) + 0.5 * 0.01
    assert isp.losses(x, y, "vgg")["loss"].item() == pytest.approx(expected)
    expected = (1 - similarity) + 0.5 * 0.01
    assert isp.losses(x, y, "ssim")["loss"].item() == pytest.approx(expected)


def test_needs_are_checked() -> None:
    with pytest.raises(BenchError, match=r"no file /nowhere\.pth"):
        MicroISP(MicroISPConfig(vgg_weights="/nowhere.pth")).check_needs()
    MicroISP(SMALL).check_needs()


def test_small_crops_are_reflected() -> None:
    isp = MicroISP(MicroISPConfig(crop_size=32, vgg="off")).train()
    stage = stage_named(isp, "mse")
    losses = isp.training_step(pairs(2, 32), stage, isp.configure(stage, 1))
    assert losses["loss"].isfinite()


def test_the_rate_falls_to_zero_in_each_stage() -> None:
    isp = MicroISP()
    for stage in isp.stages():
        optimisation = isp.configure(stage, 10)
        adam = optimisation.optimizers["adam"]
        rates = []
        for _ in range(10):
            rates.append(adam.param_groups[0]["lr"])
            adam.step()
            optimisation.schedulers[0].step()
        assert rates[0] == 5e-4
        assert rates == sorted(rates, reverse=True)
        assert adam.param_groups[0]["lr"] == pytest.approx(0, abs=1e-12)


def test_training_learns_the_rendering() -> None:
    torch.manual_seed(0)
    isp = MicroISP(SMALL).eval()
    unseen = pairs(2, 80, seed=1)
    before = error(isp, unseen)
    train(isp, pairs(16, 80))
    assert error(isp, unseen) < before / 4  # measured: 9


def test_save_and_load(tmp_path: Path) -> None:
    first, second = MicroISP(), MicroISP()
    torch.save(first.state_dict(), tmp_path / "isp.pt")
    second.load_state_dict(torch.load(tmp_path / "isp.pt", weights_only=True))
    x = image(79, 79)
    with torch.no_grad():
        assert torch.equal(first.eval()(x), second.eval()(x))


def test_published_stages() -> None:
    stages = MicroISP().stages()
    assert [stage.name for stage in stages] == ["mse", "vgg", "ssim"]
    assert stage_named(MicroISP(), "vgg").batch_size == 32
