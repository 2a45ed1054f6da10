"""Loading fitted mappers and trained ISPs from a store."""

from typing import Any, cast

import torch
from safetensors.torch import load_model

from benchmark.registry import ISPS, MAPPERS
from benchmark.seeds import seed_of
from benchmark.steps.context import Context
from isp_models.base import DeepISP
from mappers.base import Mapper

WEIGHTS = "weights.safetensors"


def create_mapper(fields: dict[str, Any], seed: int) -> Mapper:
    """A mapper as it is before its fit, initialised from the seed of its step."""
    with torch.random.fork_rng():
        torch.manual_seed(seed_of("init", seed, fields["method"]))
        return cast(Mapper, MAPPERS.create(fields["method"], **fields["config"]))


def load_mapper(key: str, context: Context, setting: dict[str, Any] | None = None) -> Mapper:
    """A fitted mapper from the store, ready to map.

    Args:
        key: of its step.
        context: where the store is, and the device.
        setting: changed values of the config fields that it declares as test-time ones.
    """
    fields = context.store.spec(key).fields
    fields = {**fields, "config": {**fields["config"], **(setting or {})}}
    mapper = create_mapper(fields, fields["seed"])
    load_model(mapper, context.store.verified(key, WEIGHTS))
    return mapper.to(context.device).eval()


def load_isp(key: str, context: Context) -> DeepISP:
    """A trained ISP from the store, ready to develop."""
    fields = context.store.spec(key).fields
    isp = cast(DeepISP, ISPS.create(fields["method"], **fields["config"]))
    load_model(isp, context.store.verified(key, WEIGHTS))
    return isp.to(context.device).eval()
