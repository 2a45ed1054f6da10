"""Checks of a method's contract, for `isp-bench check` and the test-suite.

They use the settings of the smoke preset, so that they end in under a minute.
"""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors.torch import load_model, save_model
from torch import Tensor

from benchmark.cameras import DIRECTIONS
from benchmark.config import build, field_names
from benchmark.errors import BenchError
from benchmark.methods.pictures import awkward, camera_pair, noise
from benchmark.planning.preset import load_preset
from benchmark.registry import ISPS, MAPPERS, Registry
from benchmark.stage import Stage, Trainable
from benchmark.training.batches import Batches, PairedBatches, UnpairedBatches
from benchmark.training.mapper_data import DeclaredData
from isp_models.base import DeepISP
from mappers.base import Mapper

SIZES = ((32, 32), (33, 47), (64, 40))  # packed pixels
SEED = 1
SIDE = 48  # packed pixels, of the training pictures unless a stage needs larger ones

M = TypeVar("M", Mapper, DeepISP)


@dataclass(frozen=True)
class CheckResult:
    """One check.

    Attributes:
        name: what was checked.
        problem: what is wrong; None if nothing is.
        warning: what may be a mistake; None if nothing is.
    """

    name: str
    problem: str | None = None
    warning: str | None = None


def check_mapper(name: str) -> Iterator[CheckResult]:
    """Checks a mapper; every check is tried even when an earlier one failed.

    Raises:
        BenchError: there is no such mapper.
    """
    make = partial(_create, MAPPERS, "mapper", name)
    mapper, created = _created(make, MAPPERS.info(name).name)
    yield created
    if mapper is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        data = camera_pair(Path(folder), _side(mapper))
        declared = DeclaredData(data, name, mapper.info.supervision)
        yield _run("fits from the data it declares", lambda: mapper.fit(declared))

        def batches(stage: Stage) -> Batches:
            anchors = declared.anchor_set()
            return UnpairedBatches(data.train["a"], data.train["b"], anchors, stage, SEED)

        yield _run("trains: finite losses, changed weights", lambda: _train(mapper, batches))
    mapper.eval()
    for direction in DIRECTIONS:
        maps = partial(mapper, direction=direction)
        for size in SIZES:
            yield _run(
                f"maps {direction} at {size[0]}x{size[1]}: shape, range, determinism",
                partial(_check_picture, maps, noise(size), (1, 4, *size)),
            )
        bare = partial(mapper.map, direction=direction)
        yield _run(f"maps {direction} awkward pictures: finite", partial(_check_awkward, bare))
        yield _run(f"maps {direction} without changing its input", partial(_check_input, bare))
    yield _check_directions(mapper)
    yield _run(
        "saves and loads to the same outputs",
        lambda: _reload(mapper, make, lambda m: m(noise((40, 40)), "a2b")),
    )
    yield _run("refuses an unknown direction", lambda: _check_refusal(mapper))


def check_isp(name: str) -> Iterator[CheckResult]:
    """Checks an ISP; every check is tried even when an earlier one failed.

    Raises:
        BenchError: there is no such ISP.
    """
    make = partial(_create, ISPS, "isp", name)
    isp, created = _created(make, ISPS.info(name).name)
    yield created
    if isp is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        images = camera_pair(Path(folder), _side(isp)).train["a"]

        def batches(stage: Stage) -> Batches:
            return PairedBatches(images, images, stage, SEED)

        yield _run("trains: finite losses, changed weights", lambda: _train(isp, batches))
    isp.eval()
    for size in SIZES:
        yield _run(
            f"develops {size[0]}x{size[1]}: shape, range, determinism",
            partial(_check_picture, isp, noise(size), (1, 3, 2 * size[0], 2 * size[1])),
        )
    yield _run("develops awkward pictures: finite", lambda: _check_awkward(isp.unclamped))
    side = -(-max(SIDE, isp.minimum_size) // isp.size_multiple) * isp.size_multiple
    yield _run("develops without changing its input", lambda: _check_input(isp.develop, side))
    yield _run(
        "saves and loads to the same outputs",
        lambda: _reload(isp, make, lambda m: m(noise((48, 48)))),
    )


def _create(registry: Registry[M], kind: str, name: str) -> M:
    config = registry.get(name).Config
    values = load_preset("smoke").values(kind, name, config)
    with torch.random.fork_rng():
        torch.manual_seed(SEED)
        method = registry.create(name, **values)
    usual: object = config()
    given: object = build(config, values, name)
    _require(
        given == usual or method.config != usual,
        "ignores its settings: hand them on with super().__init__(config)",
    )
    unknown = set(getattr(method, "test_time", ())) - field_names(config)
    _require(not unknown, f"names settings in test_time that it does not have: {sorted(unknown)}")
    return method


def _created(make: Callable[[], M], name: str) -> tuple[M | None, CheckResult]:
    made: list[M] = []
    result = _run("is created from its settings", lambda: made.append(make()))
    return (made[0] if made else None), result


def _side(method: Trainable[Any]) -> int:
    """The least side of pictures that hold the training crops of every stage."""
    try:
        return max([SIDE, *(stage.crop_size for stage in method.stages())])
    except Exception:  # said by the check of the training
        return SIDE


def _run(name: str, check: Callable[[], object]) -> CheckResult:
    try:
        check()
    except BenchError as error:
        return CheckResult(name, str(error))
    except Exception as error:
        return CheckResult(name, f"{type(error).__name__}: {error}".rstrip(": "))
    return CheckResult(name)


def _require(condition: bool, problem: str) -> None:
    if not condition:
        raise BenchError(problem)


def _check_picture(call: Callable[[Tensor], Tensor], raw: Tensor, shape: tuple[int, ...]) -> None:
    with torch.inference_mode():
        first, second = call(raw), call(raw)
    _require(first.shape == shape, f"gives shape {tuple(first.shape)}, not {shape}")
    _require(first.dtype == torch.float32, f"gives {first.dtype}, not float32")
    _require(bool(torch.isfinite(first).all()), "gives NaN or infinity")
    _require(bool(((first >= 0) & (first <= 1)).all()), "gives values outside [0, 1]")
    _require(torch.equal(first, second), "gives another output when asked again")


def _check_awkward(call: Callable[[Tensor], Tensor]) -> None:
    for shown, raw in awkward((40, 40)).items():
        with torch.inference_mode():
            finite = bool(torch.isfinite(call(raw.clone())).all())
        _require(finite, f"gives NaN or infinity for a picture that is {shown}")


def _check_input(call: Callable[[Tensor], Tensor], side: int = 40) -> None:
    raw = noise((side, side))
    given = raw.clone()
    with torch.inference_mode():
        call(given)
    _require(
        torch.equal(given, raw),
        "changes its input in place; work on a copy (raw.clone()), or use operations that return "
        "a new tensor",
    )


def _check_directions(mapper: Mapper) -> CheckResult:
    name = "maps differently in the two directions"
    outputs: list[Tensor] = []

    def both() -> None:
        with torch.inference_mode():
            outputs.extend(mapper(noise((40, 40)), direction) for direction in DIRECTIONS)

    result = _run(name, both)
    if result.problem is None and torch.equal(*outputs):
        return replace(result, warning="gives the same output for a2b and b2a; is that meant?")
    return result


def _check_refusal(mapper: Mapper) -> None:
    sideways: Any = "sideways"
    try:
        mapper(noise((32, 32)), sideways)
    except BenchError:
        return
    raise BenchError("takes it; derive from Mapper and implement `map`, not `forward`")


def _train(method: Trainable[Any], batches: Callable[[Stage], Batches]) -> None:
    """Two steps of every stage: one on ordinary crops, one with a crop that is half black."""
    for stage in method.stages():
        before = [p.detach().clone() for p in method.parameters()]
        crops = batches(stage)
        method.train()
        optimisation = method.configure(stage, 4)
        for step in range(2):
            batch = crops.batch(step)
            if step:
                batch = _half_black(batch)
            for name, value in method.training_step(batch, stage, optimisation).items():
                finite = bool(torch.isfinite(torch.as_tensor(value)))
                where = f"{stage.name}, with a half black crop" if step else stage.name
                _require(finite, f"{where}: the loss '{name}' is {value}")
        after = list(method.parameters())
        changed = any(not torch.equal(a, b) for a, b in zip(before, after, strict=True))
        _require(changed, f"{stage.name}: two training steps change no weight")
        finite = all(bool(torch.isfinite(p).all()) for p in after)
        _require(finite, f"{stage.name}: two training steps make weights NaN or infinite")


def _half_black(batch: Any) -> Any:
    """The batch with the left half of every first crop set to 0."""
    changed = {}
    for field in fields(batch):
        crops = getattr(batch, field.name)
        if crops is not None:
            changed[field.name] = crops.clone()
            changed[field.name][0, ..., : crops.shape[-1] // 2] = 0
    return replace(batch, **changed)


def _reload(method: M, make: Callable[[], M], call: Callable[[M], Tensor]) -> None:
    with tempfile.TemporaryDirectory() as folder, torch.inference_mode():
        file = Path(folder) / "weights.safetensors"
        save_model(method, str(file))
        other = make().eval()
        load_model(other, file)
        _require(
            torch.equal(call(method), call(other)),
            "gives other outputs after loading; what `fit` finds must be kept in parameters or "
            "buffers",
        )
