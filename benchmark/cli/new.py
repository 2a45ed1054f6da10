"""`isp-bench new`: the files of a method to start from."""

import argparse
import shlex
from pathlib import Path

from benchmark.cli.options import Verbs, add_verb

EXAMPLES = """  isp-bench new mapper my-mapper
  isp-bench new isp my-isp -o methods
  isp-bench new mapper my-mapper --package
"""


def add_parser(verbs: Verbs) -> None:
    """Adds the verb."""
    parser = add_verb(
        verbs, "new", "write a mapper or an ISP that trains, with its test, to start from", EXAMPLES
    )
    parser.add_argument("kind", choices=("mapper", "isp"))
    parser.add_argument("name", help="its name, e.g. my-mapper")
    parser.add_argument(
        "--package",
        action="store_true",
        help="write a package with an entry point, not a plug-in: installed, it needs no --plugin",
    )
    parser.add_argument(
        "-o", "--output", type=Path, default=Path(), metavar="FOLDER",
        help="where to write (default: here); nothing is overwritten",
    )  # fmt: skip
    parser.set_defaults(execute=execute)


def execute(args: argparse.Namespace) -> int:
    """Runs the verb."""
    from benchmark.methods.scaffold import new_method, write_new

    files = new_method(args.kind, args.name, args.package)
    write_new(files, args.output)
    paths = [str(args.output / file) for file in files]
    print("Written:", *paths, sep="\n  ")
    print("It trains as it is. Next:")
    project = str(args.output / args.name)
    plugin = () if args.package else ("--plugin", paths[0])
    commands = [
        ("isp-bench", "check", args.name, *plugin),
        ("python", "-m", "pytest", project if args.package else paths[1]),
        ("isp-bench", "run", *plugin, f"--{args.kind}", args.name),
    ]
    if args.package:
        commands.insert(0, ("pip", "install", "-e", f"{project}[dev]"))
    for command in commands:
        print(" ", shlex.join(command))
    return 0
