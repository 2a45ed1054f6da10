import math
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from benchmark.config import build
from benchmark.errors import BenchError
from benchmark.registry import ISPS
from isp_models.networks.pynet import TENSORFLOW, PyNETNetwork, PyNETVariant
from isp_models.networks.zurich import shrink, zurich_order
from isp_models.pynet import PyNET, PyNETConfig
from isp_models.training.perceptual import PerceptualConfig
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

SMALL = PyNETConfig(
    width=1 / 8,
    crop_size=32,
    batch_size=4,
    stage_steps=(16, 2, 2, 2, 16, 40),
    learning_rate=1e-2,
    vgg="off",
)
GOLDEN = {  # level: mean, std, corner, centre
    5: (0.508738, 0.151516, (0.49803, 0.62434, 0.61259), (0.54314, 0.50762, 0.76963)),
    4: (0.514619, 0.162746, (0.79426, 0.77146, 0.43896), (0.43303, 0.50650, 0.40276)),
    3: (0.508307, 0.183181, (0.42209, 0.29399, 0.67177), (0.56537, 0.40132, 0.25049)),
    2: (0.498451, 0.161156, (0.61518, 0.52352, 0.27323), (0.45271, 0.49620, 0.39496)),
    1: (0.495798, 0.083180, (0.32978, 0.58144, 0.48766), (0.51722, 0.43339, 0.56875)),
    0: (0.505160, 0.042293, (0.51956, 0.48263, 0.51703), (0.47241, 0.60952, 0.49583)),
}
TRAINED = {  # level: parameters that receive a gradient
    5: 18_895_171,
    4: 28_333_635,
    3: 36_349_123,
    2: 43_202_563,
    1: 47_523_747,
    0: 47_527_939,
}


@pytest.fixture(scope="module")
def filled() -> PyNETNetwork:
    return fill(PyNETNetwork(), gain=1.2)


@pytest.mark.parametrize(
    ("variant", "count"),
    [
        (PyNETVariant(), 47_554_738),
        (PyNETVariant(l1_in=False), 47_551_666),
        (TENSORFLOW, 47_548_170),
    ],
)
def test_parameter_count(variant: PyNETVariant, count: int) -> None:
    with torch.device("meta"):
        assert parameter_count(PyNETNetwork(variant)) == count


def test_picture_start_brings_the_raw_planes_to_the_head_of_level_0() -> None:
    isp = PyNET(PyNETConfig(width=0.25, level0_channels=64, init="picture"))
    seen: list[torch.Tensor] = []
    isp.network.heads[0].register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    raw = torch.rand(2, 4, 32, 48)
    isp(raw)
    planes = F.interpolate(zurich_order(raw), (64, 96), mode="bilinear", align_corners=True)
    torch.testing.assert_close(seen[0][:, :4], planes)
    assert (seen[0][:, 4:].abs().amax((0, 2, 3)) > 0).all(), "the other features start as ever"


def test_picture_start_shows_each_colour_of_the_raw_in_its_own_channel() -> None:
    isp = PyNET(PyNETConfig(width=0.25, level0_channels=64, init="picture"))
    raw = torch.rand(1, 4, 32, 32)
    before = isp(raw)
    for planes, channel in (([0], 0), ([1, 2], 1), ([3], 2)):
        brighter = raw.clone()
        brighter[:, planes] += 0.5
        gain = (isp(brighter) - before).mean((0, 2, 3))
        assert int(gain.argmax()) == channel


@pytest.mark.parametrize("settings", [{"width": 0.125}, {"upsample": "tconv"}])
def test_picture_start_refuses_what_it_cannot_do(settings: dict[str, Any]) -> None:
    with pytest.raises(BenchError, match=r"init = picture .* width above 0.125 and upsample = bil"):
        PyNET(PyNETConfig(init="picture", **settings))


@pytest.mark.parametrize(("variant", "giga"), [(PyNETVariant(), 111.7163), (TENSORFLOW, 109.626)])
def test_multiply_adds(variant: PyNETVariant, giga: float) -> None:
    # The reference also evaluates the heads of levels 5 to 1: 111.744 GMAC.
    with torch.device("meta"):
        network, x = PyNETNetwork(variant), torch.empty(1, 4, 128, 128)
    with FlopCounterMode(display=False) as counter:
        network(x)
    assert counter.get_total_flops() / 2e9 == pytest.approx(giga, abs=5e-4)


@pytest.mark.parametrize("level", [5, 4, 3, 2, 1, 0])
def test_golden(filled: PyNETNetwork, level: int) -> None:
    with torch.no_grad():
        y = filled(golden_input(1, 4, 64, 64), level)
    assert y.shape == (1, 3, 128 // 2**level, 128 // 2**level)
    assert_golden(y, *GOLDEN[level])


@pytest.mark.parametrize("level", [5, 4, 3, 2, 1, 0])
def test_a_level_uses_only_what_it_needs(level: int) -> None:
    with torch.device("meta"):
        network = PyNETNetwork()
        network(torch.empty(1, 4, 32, 32), level).sum().backward()
    assert gradient_count(network) == TRAINED[level]


def test_tensorflow_variant_runs() -> None:
    network = PyNETNetwork(PyNETVariant(**{**vars(TENSORFLOW), "width": 1 / 16}))
    with torch.no_grad():
        y = network(image(32, 48))
    assert y.shape == (1, 3, 64, 96)
    assert not any(isinstance(part, nn.InstanceNorm2d) for part in network.level1.modules())


@pytest.mark.parametrize("size", [(33, 47), (1, 32), (64, 32), (20, 90)])
def test_any_size(size: tuple[int, int]) -> None:
    isp = PyNET(PyNETConfig(width=1 / 16)).eval()
    with torch.no_grad():
        srgb = isp(image(*size))
    assert srgb.shape == (1, 3, 2 * size[0], 2 * size[1])
    assert srgb.min() >= 0
    assert srgb.max() <= 1


def test_planes_go_in_the_order_of_the_reference() -> None:
    raw = torch.arange(4.0).reshape(1, 4, 1, 1)  # R, Gr, Gb, B
    assert zurich_order(raw).flatten().tolist() == [3, 1, 0, 2]  # phases (1,1) (0,1) (0,0) (1,0)


def test_targets_keep_flat_colours_and_do_not_alias() -> None:
    stripes = torch.tensor([0.0, 1.0]).repeat(32).expand(1, 3, 64, 64)
    small = shrink(stripes, 8)
    assert small.shape == (1, 3, 8, 8)
    assert torch.allclose(small, torch.full_like(small, 0.5), atol=0.02)


def test_published_stages() -> None:
    stages = PyNET(PyNETConfig(width=1 / 32)).stages()
    assert [stage.name for stage in stages] == [f"level {n}" for n in (5, 4, 3, 2, 1, 0)]
    steps = [stage.total_steps(46_839) for stage in stages]
    assert steps == [7_488, 7_488, 15_912, 15_912, 73_175, 195_150]
    assert {stage.crop_size for stage in stages} == {224}


def test_overridden_stages() -> None:
    stages = PyNET(SMALL).stages()
    assert [stage.steps for stage in stages] == list(SMALL.stage_steps or ())
    assert {stage.batch_size for stage in stages} == {4}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"crop_size": 40}, "multiple of 16"),
        ({"crop_size": 16}, "at least 32"),
        ({"stage_steps": (1, 2)}, "6 lengths"),
        ({"batch_size": 0}, "batch_size = 0"),
        ({"vgg_weights": "/nowhere/vgg19.pth", "vgg": "required"}, "no file /nowhere/vgg19.pth"),
        ({"vgg_weights": __file__, "vgg": "required", "crop_size": 48}, "at least 64"),
    ],
)
def test_a_config_that_cannot_be_trained_is_reported(values: dict, message: str) -> None:
    isp = PyNET(PyNETConfig(**{"width": 1 / 32, "vgg": "off", **values}))
    with pytest.raises(BenchError, match=message):
        isp.check_needs()


def test_losses_of_the_levels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("isp_models.pynet.perceptual", lambda *_: torch.tensor(0.5))
    isp = PyNET(PyNETConfig(width=1 / 32))
    prediction, target = torch.full((1, 3, 32, 32), 0.6), torch.full((1, 3, 32, 32), 0.5)
    expected = {5: 0.01, 4: 0.01, 3: 0.6, 2: 0.6, 1: 0.6}
    for level, value in expected.items():
        assert isp.losses(prediction, target, level)["loss"].item() == pytest.approx(value)
    finest = isp.losses(prediction, target, 0)
    similarity = finest["ms_ssim"].item()
    assert 0 < similarity < 1
    assert finest["loss"].item() == pytest.approx(0.01 + 0.5 + 0.4 * (1 - similarity))
    assert list(finest) == ["loss", "mse", "vgg", "ms_ssim"]


def test_without_vgg_the_term_is_left_out() -> None:
    x = torch.rand(1, 3, 16, 16)
    assert list(PyNET(SMALL).losses(x, x, 3)) == ["loss", "mse"]


def test_a_level_trains_on_from_the_one_below_with_nothing_frozen() -> None:
    isp = PyNET(SMALL).train()
    stage = stage_named(isp, "level 3")
    before = {name: tensor.clone() for name, tensor in isp.state_dict().items()}
    isp.training_step(pairs(2, 32), stage, isp.configure(stage, 1))
    changed = {n for n, t in isp.state_dict().items() if not torch.equal(t, before[n])}
    assert any(name.startswith("network.encoder.0.") for name in changed)
    assert any(name.startswith("network.level5.") for name in changed)
    assert any(name.startswith("network.level3.") for name in changed)
    assert not any(name.startswith(("network.level2", "network.heads.5")) for name in changed)


def test_training_learns_the_rendering() -> None:
    torch.manual_seed(0)
    isp = PyNET(SMALL).eval()
    unseen = pairs(4, 32, seed=1)
    before = error(isp, unseen)
    log = train(isp, pairs(16, 32))
    assert log["level 5"][-1]["mse"] < log["level 5"][0]["mse"] / 1.5
    assert error(isp, unseen) < before / 1.5  # measured: 2.2
    assert all(math.isfinite(v) for lines in log.values() for line in lines for v in line.values())


def test_save_and_load(tmp_path: Path) -> None:
    first, second = PyNET(SMALL).eval(), PyNET(SMALL).eval()
    torch.save(first.state_dict(), tmp_path / "isp.pt")
    second.load_state_dict(torch.load(tmp_path / "isp.pt", weights_only=True))
    x = image(32, 32)
    with torch.no_grad():
        assert torch.equal(first(x), second(x))


def test_registered_with_a_config_from_text() -> None:
    assert ISPS.info("pynet").needs == ("VGG-19 weights",)
    config = build(PyNETConfig, {"stage_steps": [1, 1, 1, 1, 1, 1], "vgg": "off"}, "test")
    assert config.stage_steps == (1, 1, 1, 1, 1, 1)
    assert isinstance(config, PerceptualConfig)
    with pytest.raises(BenchError, match="upsample"):
        build(PyNETConfig, {"upsample": "nearest"}, "test")
