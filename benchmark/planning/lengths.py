"""How long a training is in crops seen, and how long it is in the source of its method."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from benchmark.config import build
from benchmark.errors import BenchError
from benchmark.planning.preset import LENGTH_FIELDS, Preset
from benchmark.planning.run_config import Budget
from benchmark.registry import ISPS, MAPPERS, Registry
from benchmark.stage import Stage, Trainable
from benchmark.store.step import Training


@dataclass(frozen=True)
class Length:
    """Crops seen in a training, all stages together.

    Attributes:
        steps: optimisation steps; None where that depends on the number of training pictures.
        crops: crops seen (of each camera for a mapper); None where that depends on the number of
            training pictures.
        published: the same in the method's source; None for a method without a published length.
    """

    steps: int | None
    crops: int | None
    published: int | None

    @property
    def ratio(self) -> float | None:
        """Crops seen as a share of the published ones."""
        if self.crops is None or self.published is None:
            return None
        return self.crops / self.published


def bare_method(spec: Training) -> Trainable[Any]:
    """The method of a step without any memory for its weights: for what follows from its config.

    The same object for steps that differ in neither method nor config.
    """
    return _bare(spec.kind, spec.method, json.dumps(spec.config))


@lru_cache(maxsize=64)
def _bare(kind: str, name: str, config: str) -> Trainable[Any]:
    return on_meta(MAPPERS if kind == "mapper" else ISPS, name, **json.loads(config))


def on_meta(registry: Registry[Any], name: str, **config: Any) -> Trainable[Any]:
    """A method whose weights have shapes and no values."""
    registry.get(name)  # loads its module outside, or its constants would be on that device too
    with torch.device("meta"), _NoValues():
        method: Trainable[Any] = registry.create(name, **config)
    return method


class _NoValues(TorchFunctionMode):
    """Draws no initial weights: on the meta device torch imports its compiler for that."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        initial = getattr(func, "__module__", None) == torch.nn.init.__name__
        if initial or func in (Tensor.normal_, Tensor.uniform_):
            return args[0] if args else kwargs["tensor"]
        return func(*args, **(kwargs or {}))


def length_of(method: Trainable[Any]) -> Length:
    """The length of a method's training."""
    stages = method.stages()
    published = sum(length.crops for length in method.published.values())
    steps = _sum(stage.steps for stage in stages)
    return Length(steps, _sum(_crops(stage) for stage in stages), published or None)


def config_of(
    kind: str, cls: type[Trainable[Any]], own: dict[str, Any], preset: Preset, budget: Budget
) -> Any:
    """A method's config: the preset's values under the user's own, its length as asked for.

    Args:
        kind: "mapper" or "isp".
        cls: the method.
        own: values that the user has set; they win over equal lengths too.
        preset: the preset.
        budget: whether the method's own length counts, or one that is equal for all.

    Raises:
        BenchError: an unknown key, or equal budgets asked for and not to be had.
    """
    where = f"{kind} '{cls.info.name}' in preset '{preset.name}'"
    values = {**preset.values(kind, cls.info.name, cls.Config), **own}
    if budget == "own" or not cls.published:
        return build(cls.Config, values, where)
    if preset.equal is None:
        raise BenchError(
            f"--budget equal: the preset '{preset.name}' does not say how many crops that is. "
            "Add `equal: {mapper: CROPS, isp: CROPS}` to its file."
        )
    free = {k: v for k, v in values.items() if k not in LENGTH_FIELDS or k in own}
    with torch.device("meta"), _NoValues():  # only its stages matter
        whole = cls(build(cls.Config, {**free, "budget": 1.0}, where))
    crops = length_of(whole).crops
    assert crops
    share = getattr(preset.equal, kind) / crops
    return build(cls.Config, {"budget": share, **free}, where)


def _crops(stage: Stage) -> int | None:
    return None if stage.steps is None else stage.steps * stage.batch_size


def _sum(values: Iterable[int | None]) -> int | None:
    total = 0
    for value in values:
        if value is None:
            return None
        total += value
    return total
