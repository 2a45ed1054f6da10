"""Tests of a method's contract, for `isp-bench check` and the test-suite.

They run with the budget of the smoke preset, so that they end in under a minute.
"""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_model, save_model
from torch import Tensor, nn

from benchmark.errors import BenchError
from benchmark.planning.preset import load_preset
from benchmark.registry import ISPS, MAPPERS
from isp_models.base import DeepISP, ISPBatch
from mappers.base import DIRECTIONS, AnchorPair, Direction, Mapper, MapperBatch

SIZES = ((32, 32), (33, 47), (64, 40))
SEED = 1


@dataclass(frozen=True)
class CheckResult:
    """One test: its name, and what is wrong; None if nothing is."""

    name: str
    problem: str | None


class _Pictures:
    """Random training data; the fields a mapper did not declare raise, as in a run."""

    def __init__(self, supervision: str) -> None:
        self._supervision = supervision
        self._pictures = [_raw((48, 48), seed)[0] for seed in range(8)]

    def _require(self, field: str, *allowed: str) -> None:
        if self._supervision not in allowed:
            raise BenchError(f"reads '{field}' but declares supervision '{self._supervision}'")

    @property
    def unpaired_a(self) -> list[Tensor]:
        self._require("unpaired_a", "unpaired", "anchors")
        return self._pictures[:4]

    @property
    def unpaired_b(self) -> list[Tensor]:
        self._require("unpaired_b", "unpaired", "anchors")
        return self._pictures[4:]

    @property
    def anchors(self) -> list[AnchorPair]:
        self._require("anchors", "anchors")
        return [AnchorPair(p, (0.8 * p).clamp(0, 1)) for p in self._pictures[:4]]


def check_mapper(name: str) -> Iterator[CheckResult]:
    """Tests a mapper; every test is tried even when one before it failed.

    Raises:
        BenchError: there is no such mapper, or it cannot be created.
    """
    mapper = _create(MAPPERS, "mapper", name)
    supervision = mapper.info.supervision

    def fit() -> None:
        mapper.fit(_Pictures(supervision))

    yield _run("fits from the data it declares", fit)
    yield _run("trains: finite losses, changed weights", lambda: _train_mapper(mapper))
    mapper.eval()
    for direction in DIRECTIONS:
        for size in SIZES:
            yield _run(
                f"maps {direction} at {size[0]}x{size[1]}: shape, range, determinism",
                lambda d=direction, s=size: _map_once(mapper, d, s),  # type: ignore[misc]
            )
    yield _run("saves and loads to the same outputs", lambda: _reload(
        mapper, lambda m: m(_raw((40, 40)), "a2b"), lambda: _create(MAPPERS, "mapper", name)
    ))  # fmt: skip
    yield _run("refuses an unknown direction", lambda: _refuses(
        lambda: mapper(_raw((32, 32)), "sideways")
    ))  # fmt: skip


def check_isp(name: str) -> Iterator[CheckResult]:
    """Tests an ISP; every test is tried even when one before it failed.

    Raises:
        BenchError: there is no such ISP, or it cannot be created.
    """
    isp = _create(ISPS, "isp", name)
    yield _run("trains: finite losses, changed weights", lambda: _train_isp(isp))
    isp.eval()
    for size in SIZES:
        yield _run(
            f"develops {size[0]}x{size[1]}: shape, range, determinism",
            lambda s=size: _develop_once(isp, s),  # type: ignore[misc]
        )
    yield _run("saves and loads to the same outputs", lambda: _reload(
        isp, lambda m: m(_raw((48, 48))), lambda: _create(ISPS, "isp", name)
    ))  # fmt: skip


def _create(registry: Any, kind: str, name: str) -> Any:
    values = load_preset("smoke").values(kind, name, registry.get(name).Config)
    with torch.random.fork_rng():
        torch.manual_seed(SEED)
        return registry.create(name, **values)


def _raw(size: tuple[int, int], seed: int = 0, count: int = 1) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(count, 4, *size, generator=generator)


def _run(name: str, test: Callable[[], None]) -> CheckResult:
    try:
        test()
    except Exception as error:
        return CheckResult(name, str(error) or type(error).__name__)
    return CheckResult(name, None)


def _require(condition: bool, problem: str) -> None:
    if not condition:
        raise BenchError(problem)


def _map_once(mapper: Mapper, direction: Direction, size: tuple[int, int]) -> None:
    raw = _raw(size)
    with torch.inference_mode():
        first, second = mapper(raw, direction), mapper(raw, direction)
    _check_picture(first, second, raw.shape)


def _develop_once(isp: DeepISP, size: tuple[int, int]) -> None:
    raw = _raw(size)
    with torch.inference_mode():
        first, second = isp(raw), isp(raw)
    _check_picture(first, second, torch.Size((1, 3, 2 * size[0], 2 * size[1])))


def _check_picture(first: Tensor, second: Tensor, shape: torch.Size) -> None:
    _require(first.shape == shape, f"gives shape {tuple(first.shape)}, not {tuple(shape)}")
    _require(first.dtype == torch.float32, f"gives {first.dtype}, not float32")
    _require(bool(torch.isfinite(first).all()), "gives NaN or infinity")
    _require(bool(((first >= 0) & (first <= 1)).all()), "gives values outside [0, 1]")
    _require(torch.equal(first, second), "gives another output when asked again")


def _train_mapper(mapper: Mapper) -> None:
    anchors = mapper.info.supervision == "anchors"
    for stage in mapper.stages():
        n, side = stage.batch_size, (stage.crop_size, stage.crop_size)
        crops = [_raw(side, seed, n) for seed in range(3)]
        batch = MapperBatch(crops[0], crops[1])
        if anchors:
            batch = replace(batch, anchor_a=crops[2], anchor_b=(0.8 * crops[2]).clamp(0, 1))
        _step(mapper, stage, batch)


def _train_isp(isp: DeepISP) -> None:
    for stage in isp.stages():
        n, side = stage.batch_size, stage.crop_size
        srgb = torch.rand(n, 3, 2 * side, 2 * side, generator=torch.Generator().manual_seed(2))
        _step(isp, stage, ISPBatch(_raw((side, side), 1, n), srgb))


def _step(model: Any, stage: Any, batch: Any) -> None:
    before = [p.detach().clone() for p in model.parameters()]
    model.train()
    optimisation = model.configure(stage, 4)
    for _ in range(2):
        losses = model.training_step(batch, stage, optimisation)
        for name, value in losses.items():
            finite = bool(torch.isfinite(torch.as_tensor(value)))
            _require(finite, f"{stage.name}: the loss '{name}' is {value}")
    changed = any(not torch.equal(a, b) for a, b in zip(before, model.parameters(), strict=True))
    _require(changed, f"{stage.name}: two training steps change no weight")


def _reload(model: nn.Module, call: Callable[[Any], Tensor], create: Callable[[], Any]) -> None:
    with tempfile.TemporaryDirectory() as folder, torch.inference_mode():
        file = Path(folder) / "weights.safetensors"
        save_model(model, str(file))
        other = create().eval()
        load_model(other, file)
        _require(torch.equal(call(model), call(other)), "other outputs after loading")


def _refuses(call: Callable[[], object]) -> None:
    try:
        call()
    except BenchError:
        return
    raise BenchError("takes it; derive from Mapper and implement `map`, not `forward`")
