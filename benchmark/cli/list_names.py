"""`isp-bench list`: what there is."""

import argparse
import json

from benchmark.cli.options import Verbs, add_plugin_option, add_verb

EXAMPLES = """  isp-bench list
  isp-bench list mappers
  isp-bench list isps --json
"""
KINDS = ("mappers", "isps", "protocols", "data", "presets")


def add_parser(verbs: Verbs) -> None:
    """Adds the verb."""
    parser = add_verb(
        verbs, "list", "list mappers, ISPs, protocols, data sets and presets", EXAMPLES
    )
    parser.add_argument("kind", nargs="?", choices=KINDS, help="only these")
    parser.add_argument("--json", action="store_true", help="machine-readable")
    add_plugin_option(parser)
    parser.set_defaults(execute=execute)


def execute(args: argparse.Namespace) -> int:
    """Runs the verb."""
    from benchmark.preset import load_preset, preset_names
    from benchmark.registry import DATASETS, ISPS, MAPPERS, PROTOCOLS, Registry, load_plugin

    for file in getattr(args, "plugin", ()):
        load_plugin(file)
    registries: dict[str, Registry] = {
        "mappers": MAPPERS,
        "isps": ISPS,
        "protocols": PROTOCOLS,
        "data": DATASETS,
    }
    found: dict[str, list[dict[str, str]]] = {}
    for kind in (args.kind,) if args.kind else KINDS:
        if kind == "presets":
            found[kind] = [
                {"name": name, "title": load_preset(name).description} for name in preset_names()
            ]
            continue
        infos = [registries[kind].info(name) for name in registries[kind].names()]
        found[kind] = [
            {"name": i.name, **({"learns from": i.supervision} if kind == "mappers" else {}),
             "title": i.title}
            for i in infos
        ]  # fmt: skip
    if args.json:
        print(json.dumps(found, indent=1))
        return 0
    for kind, lines in found.items():
        print(f"{kind}:")
        for line in lines:
            learns = f"{line['learns from']:10}" if "learns from" in line else ""
            print(f"  {line['name']:18}{learns}{line['title']}")
    return 0
