"""Work counted on the meta device against hand calculation and torch's own counter."""

from dataclasses import dataclass, replace

import pytest
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from benchmark.costs.count import Work, count, inference_work, training_work
from benchmark.planning.preset import load_preset
from benchmark.registry import ISPS, MAPPERS
from benchmark.stage import Optimisation, Stage, descend
from isp_models.base import DeepISP, ISPBatch, ISPConfig
from mappers.base import MapperBatch

SMOKE = load_preset("smoke")
LEARNED = [name for name in MAPPERS.names() if MAPPERS.get(name).published]


def bare(registry, kind, name, **changes):
    with torch.device("meta"):
        return registry.create(
            name, **SMOKE.values(kind, name, registry.get(name).Config), **changes
        )


def chain(*layers: nn.Module) -> nn.Sequential:
    return nn.Sequential(*layers).to("meta")


def test_a_convolution_is_counted_as_written_on_paper():
    convolution = chain(nn.Conv2d(3, 5, 3, padding=1))
    raw = torch.empty(2, 3, 8, 6, device="meta")
    forward = 2 * (2 * 8 * 6) * 5 * 3 * 9  # multiply-adds are two operations
    with torch.no_grad():
        assert count(lambda: convolution(raw), convolution).flop == forward
    both = count(lambda: convolution(raw).sum().backward(), convolution)
    assert both.flop == 2 * forward  # the gradient of the weights; none of the input


def test_few_channels_are_counted_apart():
    raw = torch.empty(1, 4, 16, 16, device="meta")
    thin, wide = chain(nn.Conv2d(4, 8, 3)), chain(nn.Conv2d(4, 64, 3))
    for network, share in ((thin, 1), (wide, 0)):  # 4 x 9 terms, and 8 or 64 channels
        output = network(raw)
        work = count(output.sum().backward, network)
        assert work.thin == share * work.flop > -1
    tokens = torch.empty(100, 64, device="meta")
    few, many = chain(nn.Linear(64, 16)), chain(nn.Linear(64, 48))
    assert count(lambda: few(tokens), few).thin == 2 * 100 * 64 * 16
    assert count(lambda: many(tokens), many).thin == 0


def test_bytes_are_those_of_inputs_and_outputs():
    image = torch.empty(1000, device="meta")
    work = count(lambda: image + image, nn.Module())
    assert (work.bytes, work.calls) == (3 * 4000, 1)
    assert count(lambda: image.view(10, 100), nn.Module()) == Work()


def test_the_peak_is_what_the_backward_pass_needs_at_once():
    network = chain(nn.Conv2d(4, 4, 1), nn.Sigmoid(), nn.Conv2d(4, 4, 1), nn.Sigmoid())
    image = torch.empty(1, 4, 64, 64, device="meta")
    size = 4 * image.numel()

    def twice_in_turn():
        for _ in range(2):
            network(image).sum().backward()

    # Kept: the input and both sigmoids, by the second convolution's too; the largest operator
    # has two maps and the weights in hand, or in the backward pass three.
    kept, largest = 3 * size, (2 * size, 4 * size)
    for call in (lambda: network(image).sum().backward(), twice_in_turn):
        assert kept + largest[0] <= count(call, network).peak <= kept + largest[1]

    def side_by_side():
        (network(image) + network(image)).sum().backward()

    assert count(side_by_side, network).peak >= 5 * size + largest[0]


def test_the_count_is_that_of_a_real_step():
    config = {**SMOKE.values("mapper", "cyclegan", MAPPERS.get("cyclegan").Config),
              "width": 8, "blocks": 2, "discriminator_width": 8, "crop_size": 32}  # fmt: skip
    real = MAPPERS.create("cyclegan", **config)
    (stage,) = real.stages()
    batch = MapperBatch(*torch.rand(2, stage.batch_size, 4, 32, 32))
    optimisation = real.configure(stage, 1)
    with FlopCounterMode(display=False) as counter:
        real.training_step(batch, stage, optimisation)
    with torch.device("meta"):
        method = MAPPERS.create("cyclegan", **config)
    assert training_work(method, stage).flop == counter.get_total_flops()


@pytest.mark.parametrize("name", LEARNED)
def test_every_learned_mapper_can_be_counted(name):
    method = bare(MAPPERS, "mapper", name)
    for stage in method.stages():
        work = training_work(bare(MAPPERS, "mapper", name), replace(stage, batch_size=1))
        assert min(work.flop, work.bytes, work.calls, work.peak) > 0
    assert inference_work(bare(MAPPERS, "mapper", name), 96, 64).flop > 0


@pytest.mark.parametrize("name", ISPS.names())
def test_every_isp_can_be_counted_without_any_weights(name):
    config = ISPS.get(name).Config
    changes = {"vgg": "required"} if hasattr(config, "vgg") else {}
    values = {**SMOKE.values("isp", name, config), "crop_size": 128, **changes}
    with torch.device("meta"):
        method = ISPS.create(name, **values)
    for stage in method.stages():
        work = training_work(method, stage)
        assert min(work.flop, work.bytes, work.calls, work.peak) > 0
    assert inference_work(method, 96, 64).flop > 0


def test_pynet_needs_the_memory_that_its_saved_maps_take():
    """39 GiB at level 2 in batches of 50, by an independent count of saved activations."""
    with torch.device("meta"):
        pynet = ISPS.create("pynet")
    level = next(stage for stage in pynet.stages() if stage.name == "level 2")
    assert 37 < training_work(pynet, level).peak / 2**30 < 47


@dataclass(frozen=True)
class OneConfig(ISPConfig):
    pass


class One(DeepISP):
    """A convolution that learns with Adam."""

    Config = OneConfig

    def __init__(self, ema: float = 0.0) -> None:
        super().__init__(OneConfig())
        self.layer = nn.Conv2d(4, 12, 1)
        self.ema = ema

    def develop(self, raw: Tensor) -> Tensor:
        return nn.functional.pixel_shuffle(self.layer(raw), 2)

    def configure(self, stage: Stage, total_steps: int) -> Optimisation:
        return Optimisation({"adam": torch.optim.Adam(self.parameters())}, ema=self.ema)

    def training_step(self, batch: ISPBatch, stage: Stage, optimisation: Optimisation):
        descend(optimisation.optimizers["adam"], (self.unclamped(batch.raw) - batch.srgb).sum())
        return {}


def test_optimiser_and_average_are_part_of_the_peak():
    stage = Stage("only", batch_size=1, crop_size=8, steps=1)
    with torch.device("meta"):
        without, average = One(), One(ema=0.9)
    weights = 4 * sum(p.numel() for p in without.parameters())
    difference = training_work(average, stage).peak - training_work(without, stage).peak
    assert difference == weights
