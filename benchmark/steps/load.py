"""Loading fitted mappers and trained ISPs from a store."""

from collections.abc import Mapping
from typing import Any, TypeVar

import torch
from safetensors.torch import load_model

from benchmark.config import field_names
from benchmark.errors import BenchError
from benchmark.registry import ISPS, MAPPERS, Registry
from benchmark.seeds import seed_of
from benchmark.steps.context import Context
from benchmark.store.step import WEIGHTS, FitMapper, Training, TrainISP
from isp_models.base import DeepISP
from mappers.base import Mapper

T = TypeVar("T", bound=Training)


def create_mapper(spec: FitMapper, setting: Mapping[str, Any] | None = None) -> Mapper:
    """A mapper before its fit, initialised from the seed of its step.

    Args:
        spec: its step.
        setting: values that replace those in the step's config.
    """
    with torch.random.fork_rng():
        torch.manual_seed(seed_of("init", spec.seed, spec.method))
        return MAPPERS.create(spec.method, **{**_config(MAPPERS, spec), **(setting or {})})


def load_mapper(key: str, context: Context, setting: Mapping[str, Any] | None = None) -> Mapper:
    """A fitted mapper from the store, ready to map.

    Args:
        key: of its step.
        context: where the store is, and the device.
        setting: changed values of the config fields that it declares as test-time ones.

    Raises:
        BenchError: the key is not that of a mapper, or the weights are damaged.
    """
    mapper = create_mapper(_of_kind(FitMapper, key, context), setting)
    load_model(mapper, context.store.verified(key, WEIGHTS))
    return mapper.to(context.device).eval()


def load_isp(key: str, context: Context) -> DeepISP:
    """A trained ISP from the store, ready to develop.

    Raises:
        BenchError: the key is not that of an ISP, or the weights are damaged.
    """
    spec = _of_kind(TrainISP, key, context)
    isp = ISPS.create(spec.method, **_config(ISPS, spec))
    load_model(isp, context.store.verified(key, WEIGHTS))
    return isp.to(context.device).eval()


def _config(registry: Registry[Any], spec: Training) -> dict[str, Any]:
    """The settings of a step that the method still has.

    Earlier versions had others for the length of a training, which no trained weight needs. What
    decides a network cannot be missed: its weights would not fit.
    """
    known = field_names(registry.get(spec.method).Config)
    return {key: value for key, value in spec.config.items() if key in known}


def _of_kind(kind: type[T], key: str, context: Context) -> T:
    spec = context.store.spec(key)
    if not isinstance(spec, kind):
        raise BenchError(f"The step {key} ({spec.title}) is of kind '{spec.kind}'.")
    return spec
