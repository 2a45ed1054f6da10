"""`isp-bench info NAME`: what is known about a method."""

from __future__ import annotations

import argparse
import dataclasses
import json
from typing import TYPE_CHECKING, Any

from benchmark.cli.options import Verbs, add_run_option, add_verb

if TYPE_CHECKING:
    from torch import nn

    from benchmark.registry import Registry

EXAMPLES = """  isp-bench info cstpp
  isp-bench info pynet --json
"""


def add_parser(verbs: Verbs) -> None:
    """Adds the verb."""
    parser = add_verb(
        verbs, "info", "show a method's source, licence, size, needs and settings", EXAMPLES
    )
    parser.add_argument("name", help="a mapper, ISP, protocol or data set")
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_run_option(parser, "plugin")
    parser.set_defaults(execute=execute)


def execute(args: argparse.Namespace) -> int:
    """Runs the verb."""
    from benchmark.plugin import load_plugin

    for file in getattr(args, "plugin", ()):
        load_plugin(file)
    facts = describe(args.name)
    if args.json:
        print(json.dumps(facts, indent=1, default=str))
        return 0
    config = facts.pop("config")
    for key, value in facts.items():
        if value not in ("", (), None, "none") or key == "licence":
            separator = "; " if key == "published length" else ", "
            shown = separator.join(value) if isinstance(value, tuple) else value
            print(f"{key + ':':18}{shown}")
    if config:
        print("config (published values; change with --set):")
        for key, value in config.items():
            print(f"  {key + ':':22}{value}")
    return 0


def describe(name: str) -> dict[str, Any]:
    """All facts about a method.

    Raises:
        BenchError: nothing has that name.
    """
    from benchmark.errors import unknown_name
    from benchmark.registry import DATASETS, ISPS, MAPPERS, PROTOCOLS

    trained: dict[str, Registry[Any]] = {"mapper": MAPPERS, "ISP": ISPS}
    registries = {**trained, "protocol": PROTOCOLS, "data set": DATASETS}
    for kind, registry in registries.items():
        if name not in registry:
            continue
        cls = registry.get(name)
        facts: dict[str, Any] = {"kind": kind, **dataclasses.asdict(registry.info(name))}
        facts["description"] = (cls.__doc__ or "").strip().partition("\n")[0]
        if kind in trained:
            method = registry.create(name)
            facts["parameters"] = _parameters(method)
            facts["published length"] = tuple(
                f"{stage}: {length.steps:,} steps of {length.batch_size} crops of "
                f"{length.crop_size} ({length.source})"
                for stage, length in method.published.items()
            )
        else:
            facts.pop("supervision")
        if kind == "data set":
            source = DATASETS.get(name)
            facts["licence"], facts["citation"] = source.license, source.citation
        has_fields = dataclasses.fields(cls.Config)
        facts["config"] = {f.name: _default(f) for f in has_fields}
        return facts
    known = [n for registry in registries.values() for n in registry.names()]
    raise unknown_name("method", name, known)


def _parameters(method: nn.Module) -> str:
    """All trained parameters, and the share of each part; shared ones count once in a part."""
    from benchmark.training.trainer import parameter_count

    parts = {part: parameter_count(child) for part, child in method.named_children()}
    shares = ", ".join(f"{part} {count:,}" for part, count in parts.items() if count)
    return f"{parameter_count(method):,}" + (f" ({shares})" if shares else "")


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default is not dataclasses.MISSING:
        return field.default
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return "(required)"
