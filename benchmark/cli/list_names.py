"""`isp-bench list`: the names of all methods, data sets and presets."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from benchmark.cli.options import Verbs, add_run_option, add_verb

if TYPE_CHECKING:
    from benchmark.registry import Registry

EXAMPLES = """  isp-bench list
  isp-bench list mappers
  isp-bench list isps --json
  isp-bench list mappers isps --format markdown > docs/methods.md
"""
KINDS = ("mappers", "isps", "protocols", "data", "presets")
TITLES = {"mappers": "Mappers", "isps": "ISPs", "protocols": "Protocols", "data": "Data sets"}


def add_parser(verbs: Verbs) -> None:
    """Adds the verb."""
    parser = add_verb(
        verbs, "list", "list mappers, ISPs, protocols, data sets and presets", EXAMPLES
    )
    # No `choices`: Python 3.11 compares the empty list with them when no kind is given.
    parser.add_argument("kind", nargs="*", metavar="KIND", help=f"only these: {', '.join(KINDS)}")
    parser.add_argument(
        "--format", choices=("text", "json", "markdown"), default="text",
        help="markdown measures parameters and operations of mappers and ISPs (default: text)",
    )  # fmt: skip
    parser.add_argument(
        "--json", dest="format", action="store_const", const="json", help="as --format json"
    )
    add_run_option(parser, "plugin")
    parser.set_defaults(execute=execute)


def execute(args: argparse.Namespace) -> int:
    """Runs the verb."""
    from benchmark.errors import unknown_name
    from benchmark.plugin import load_plugin

    for kind in args.kind:
        if kind not in KINDS:
            raise unknown_name("kind", kind, KINDS)
    for file in getattr(args, "plugin", ()):
        load_plugin(file)
    found = {kind: _named(kind) for kind in args.kind or KINDS}
    if args.format == "json":
        print(json.dumps(found, indent=1))
    elif args.format == "markdown":
        print(_markdown(found))
    else:
        _print_text(found)
    return 0


def _named(kind: str) -> list[dict[str, str]]:
    """Name and title of everything of a kind; for mappers, also what they learn from."""
    from benchmark.planning.preset import load_preset, preset_names
    from benchmark.registry import DATASETS, ISPS, MAPPERS, PROTOCOLS

    if kind == "presets":
        return [{"name": name, "title": load_preset(name).description} for name in preset_names()]
    registries: dict[str, Registry[Any]] = {
        "mappers": MAPPERS,
        "isps": ISPS,
        "protocols": PROTOCOLS,
        "data": DATASETS,
    }
    infos = [registries[kind].info(name) for name in registries[kind].names()]
    learns = kind == "mappers"
    return [
        {"name": i.name, **({"learns from": i.supervision} if learns else {}), "title": i.title}
        for i in infos
    ]


def _markdown(found: dict[str, list[dict[str, str]]]) -> str:
    from benchmark.methods.catalogue import HEADER, methods_table, names_table
    from benchmark.registry import ISPS, MAPPERS

    measured: dict[str, Registry[Any]] = {"mappers": MAPPERS, "isps": ISPS}
    sections = [
        methods_table(TITLES[kind], measured[kind])
        if kind in measured
        else names_table(TITLES.get(kind, kind.capitalize()), rows)
        for kind, rows in found.items()
    ]
    return "\n".join([HEADER, *sections]).rstrip()


def _print_text(found: dict[str, list[dict[str, str]]]) -> None:
    for kind, lines in found.items():
        print(f"{kind}:")
        for line in lines:
            learns = f"{line['learns from']:10}" if "learns from" in line else ""
            print(f"  {line['name']:18}{learns}{line['title']}")
