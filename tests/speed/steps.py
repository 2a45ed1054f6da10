"""Training steps on one thread: crops of 64 packed pixels, four per camera, as in `quick`."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from typing import Any

import torch

import mappers.cstpp
from benchmark.costs.count import training_work
from benchmark.registry import ISPS, MAPPERS
from benchmark.stage import Optimisation, Stage, Trainable, descend
from isp_models.base import DeepISP, ISPBatch
from isp_models.networks.syenet import RepConv
from mappers.base import DIRECTIONS, Mapper, MapperBatch, source_of, target_of
from mappers.cut import CUT, OneSided
from mappers.cycle import CycleMapper
from mappers.networks.patchwise import transform_plainly
from tests.speed.case import Case, Floor, Growth, Work
from tests.speed.plain import cut as plain_cut
from tests.speed.plain import cycle as plain_cycle

CROPS, SIDE = 4, 64
TOTAL = 1_000_000  # steps that the schedules are made for
WIDTHS = {"full width": 64, "half width": 32, "quarter width": 16}
CSTPP: dict[str, dict[str, Any]] = {
    name: {"width": width, "dim": 4 * width, "discriminator_width": width, "discriminator": "map"}
    for name, width in WIDTHS.items()
}
NARROW: dict[str, dict[str, Any]] = {
    "chai": {"width": 16, "discriminator_width": 16},
    "cyclegan": {"width": 16, "blocks": 6, "discriminator_width": 32},
    "cut": {"width": 16, "blocks": 6, "discriminator_width": 32},
    "swin-unit": {"width": 24, "blocks": 4, "discriminator_width": 32},
    "uvcgan": {"widths": (24, 48, 96, 96), "blocks": 4, "heads": 4, "discriminator_width": 32},
    "cmkan": {"discriminator_width": 32},
}


def cases() -> Iterator[Case]:
    """Mappers in the widths of `quick` and in full, ISPs, batch sizes, and new shapes."""
    for name, config in CSTPP.items():
        yield _mapper_case(f"cstpp, {name}", "cstpp", config)
    for name, config in NARROW.items():
        yield _mapper_case(f"{name}, narrow", name, config)
    for name in ("cyclegan", "cut"):
        yield _mapper_case(f"{name}, full width", name, {})

    yield _isp_case("syenet, crops of 64", "syenet", {}, 64, separate_branches)
    yield _isp_case("syenet, crops of 128", "syenet", {}, 128, separate_branches)
    yield _isp_case("pynet, level 0, an eighth", "pynet", {"width": 0.125}, SIDE)
    yield _isp_case("pynet, level 0, a quarter", "pynet", {"width": 0.25}, SIDE)
    yield _isp_case("microisp", "microisp", {}, SIDE)
    yield _isp_case("pynet-v2", "pynet-v2", {}, SIDE)

    for crops in (1, 2, 4, 8, 16):
        yield Case(
            "cstpp, half width, batches",
            partial(mapper_step, "cstpp", {**CSTPP["half width"], "batch_size": crops}),
            threads=1,
            growth=Growth("crops", crops),
        )
    yield Case(
        "cstpp, quarter width, a shape seen before and a new one",
        partial(mapper_step, "cstpp", CSTPP["quarter width"]),
        partial(mapper_step, "cstpp", CSTPP["quarter width"], sizes=count(SIDE + 32, 32)),
        threads=1,
        seconds=1,
        note="plain: each step with larger crops than the last",
    )


def _mapper_case(title: str, name: str, config: dict[str, Any]) -> Case:
    ours = partial(mapper_step, name, config)
    plain = partial(mapper_step, name, config, plain=True)
    return Case(title, ours, plain, partial(counted, partial(made, name, config)), threads=1)


def _isp_case(
    title: str,
    name: str,
    config: dict[str, Any],
    side: int,
    plainly: Callable[[], None] | None = None,
) -> Case:
    ours = partial(isp_step, name, config, side)
    plain = partial(isp_step, name, config, side, plainly) if plainly else None
    floor = partial(counted, partial(made_isp, name, config, side))
    return Case(title, ours, plain, floor, threads=1)


def counted(make: Callable[[], Trainable[Any]]) -> Floor:
    """The operations of convolutions and matrix products in our step, counted without doing it."""
    with torch.device("meta"):
        method = make()
    return Floor(flop=training_work(method, method.stages()[-1]).flop)


def made(name: str, config: dict[str, Any]) -> Mapper:
    """A mapper with the crops that all cases have."""
    torch.manual_seed(0)
    return MAPPERS.create(name, **{"batch_size": CROPS, "crop_size": SIDE, **config})


def made_isp(name: str, config: dict[str, Any], side: int) -> DeepISP:
    """An ISP without perceptual loss, whose weights cannot be had everywhere."""
    torch.manual_seed(0)
    config = {"batch_size": CROPS, "crop_size": side, **config}
    if hasattr(ISPS.get(name).Config, "vgg"):
        config["vgg"] = "off"
    return ISPS.create(name, **config)


def mapper_step(
    name: str,
    config: dict[str, Any],
    plain: bool = False,
    sizes: Iterator[int] | None = None,
) -> Work:
    """A step of the last stage; the plain way calls a network once per term of the loss."""
    mapper = made(name, config).train()
    stage = mapper.stages()[-1]
    optimisation = mapper.configure(stage, TOTAL)
    step: Callable[..., object] = mapper.training_step
    if plain:
        setattr(mappers.cstpp, "transform_patchwise", transform_plainly)  # noqa: B010  # of this process
        if isinstance(mapper, CUT):
            step = partial(plain_cut_step, mapper)
        elif isinstance(mapper, CycleMapper):
            losses = partial(plain_cycle.generator_losses, mapper)
            mapper.generator_losses = losses  # type: ignore[method-assign]

    def work() -> object:
        side = next(sizes) if sizes else SIDE
        crops = torch.rand(2, stage.batch_size, 4, side, side)
        return step(MapperBatch(*crops), stage, optimisation)

    return work


def plain_cut_step(
    mapper: CUT, batch: MapperBatch, stage: Stage, optimisation: Optimisation
) -> None:
    """A step of CUT, one call of a network per term."""
    crops = {"a": 2 * batch.a - 1, "b": 2 * batch.b - 1}
    for direction in DIRECTIONS:
        side = mapper.sides[direction]
        assert isinstance(side, OneSided)
        source, target = crops[source_of(direction)], crops[target_of(direction)]
        losses = plain_cut.losses(side, source, target, mirrored=False)
        judged = losses.pop("discriminator")
        total = torch.stack(list(losses.values())).sum()
        descend(optimisation.optimizers[f"generator_{direction}"], total)
        descend(optimisation.optimizers[f"discriminator_{direction}"], judged)


def isp_step(
    name: str,
    config: dict[str, Any],
    side: int,
    make_plain: Callable[[], None] | None = None,
) -> Work:
    """A step of the last stage."""
    if make_plain is not None:
        make_plain()
    isp = made_isp(name, config, side).train()
    stage = isp.stages()[-1]
    optimisation = isp.configure(stage, TOTAL)
    batch = ISPBatch(torch.rand(CROPS, 4, side, side), torch.rand(CROPS, 3, 2 * side, 2 * side))
    return lambda: isp.training_step(batch, stage, optimisation)


def separate_branches() -> None:
    """Lets SYENet compute every branch of its training form, in this process."""
    RepConv.forward = RepConv.branches  # type: ignore[method-assign]
