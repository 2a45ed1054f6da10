"""Training steps of every method on a GPU, in published sizes, with each switch that may help.

The hours of the published lengths follow from the measured steps. Without a GPU there are no cases;
the tests try the same code on the CPU, in the sizes of the preset `quick`.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from benchmark.planning.preset import load_preset
from benchmark.registry import ISPS, MAPPERS
from benchmark.stage import Stage, Trainable
from isp_models.base import DeepISP, ISPBatch
from mappers.base import Mapper, MapperBatch
from tests.speed.case import Case, Work

SWITCHES = ("bfloat16", "channels_last", "compile")
TOTAL = 1_000_000  # steps that the schedules are made for


def cases() -> Iterator[Case]:
    """Every stage of every method that trains, as it is and with each switch."""
    if torch.cuda.is_available():
        yield from all_cases()


def all_cases() -> Iterator[Case]:
    """The same, whatever the machine."""
    for name, method in methods():
        for stage in method.stages():
            plain = partial(step, name, stage.name)
            yield Case(f"{name}, {stage.name}", plain, steps=published_steps(stage))
            for switch in SWITCHES:
                ours = partial(step, name, stage.name, switch)
                yield Case(f"{name}, {stage.name}, {switch}", ours, plain, note="plain: float32")


def methods() -> Iterator[tuple[str, Trainable[Any]]]:
    """The methods that train, on the meta device."""
    with torch.device("meta"):
        for registry in (MAPPERS, ISPS):
            for name in registry.names():
                method = made(name)
                if method.stages():
                    yield name, method


def made(name: str, **changes: Any) -> Mapper | DeepISP:
    """A method in the sizes for this machine, without losses whose weights must be downloaded."""
    registry: Any = MAPPERS if name in MAPPERS.names() else ISPS
    config: dict[str, Any] = {}
    if not torch.cuda.is_available():
        kind = "mapper" if registry is MAPPERS else "isp"
        config = load_preset("quick").values(kind, name, registry.get(name).Config)
    if hasattr(registry.get(name).Config, "vgg"):
        config["vgg"] = "off"
    return registry.create(name, **{**config, **changes})


def published_steps(stage: Stage) -> float | None:
    """How many steps of a stage see as many crops as was published."""
    return None if stage.published is None else stage.published.steps_of(stage.batch_size, 1.0)


def step(name: str, stage_name: str, switch: str = "", **changes: Any) -> Work:
    """One step of a stage."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(0)
    method = made(name, **changes).to(device).train()
    (stage,) = [stage for stage in method.stages() if stage.name == stage_name]
    optimisation = method.configure(stage, TOTAL)
    batch = batch_of(method, stage, device)
    if switch == "channels_last":
        method.to(memory_format=torch.channels_last)
        batch = type(batch)(*(_channels_last(tensor) for tensor in vars(batch).values()))
    if switch == "compile":
        for part in method.children():
            compiled(part)

    def work() -> None:
        with torch.autocast(device.type, torch.bfloat16, switch == "bfloat16"):
            method.training_step(batch, stage, optimisation)
        if device.type == "cuda":
            torch.cuda.synchronize()

    return work


def batch_of(method: Mapper | DeepISP, stage: Stage, device: torch.device) -> Any:
    """Random crops for a stage."""
    n, side = stage.batch_size, stage.crop_size
    make: Callable[..., Tensor] = partial(torch.rand, device=device)
    if isinstance(method, DeepISP):
        return ISPBatch(make(n, 4, side, side), make(n, 3, 2 * side, 2 * side))
    crops = [make(n, 4, side, side) for _ in range(4)]
    return MapperBatch(*crops) if method.info.supervision == "anchors" else MapperBatch(*crops[:2])


def compiled(part: nn.Module) -> None:
    """Compiles a network in place, or those in a collection."""
    if isinstance(part, nn.ModuleDict | nn.ModuleList):
        for network in part.children():
            compiled(network)
    else:
        part.compile()


def _channels_last(tensor: Tensor | None) -> Tensor | None:
    return None if tensor is None else tensor.contiguous(memory_format=torch.channels_last)
