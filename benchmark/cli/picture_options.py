"""Options of the verbs that run trained methods on a user's own picture."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmark.cli.options import add_plugin_option
from benchmark.errors import BenchError


def add_picture_options(parser: argparse.ArgumentParser, output: str) -> None:
    """The picture, the result, and which trained methods are meant."""
    parser.add_argument(
        "image", type=Path, help="a camera raw file (DNG, NEF, ARW, ...), or a 16-bit TIFF or PNG "
        "with a levels.yaml beside it",
    )  # fmt: skip
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help=output)
    which = parser.add_argument_group("which of several trained ones (default: the newest)")
    which.add_argument("--data", metavar="NAME[:ARGUMENT]", help="trained on it, as for run")
    which.add_argument("--preset", metavar="NAME|FILE", help="trained with it, as for run")
    which.add_argument("--seed", type=int, metavar="N", help="trained with it")
    parser.add_argument("--store", type=Path, metavar="FOLDER", help="as for run")
    parser.add_argument("--device", default="auto", metavar="NAME", help="as for run")
    add_plugin_option(parser)


def check_output(image: Path, output: Path, suffixes: Sequence[str]) -> None:
    """Whether the result can be written; asked before any long work.

    Raises:
        BenchError: an unknown kind of file, no such folder, or the picture itself.
    """
    if output.suffix.lower() not in suffixes:
        raise BenchError(f"-o {output}: the name must end in one of {', '.join(suffixes)}.")
    if not output.parent.is_dir():
        raise BenchError(f"-o {output}: there is no folder {output.parent}.")
    if output.is_dir() or output.resolve() == image.resolve():
        raise BenchError(f"-o {output}: this is a folder or the picture itself; choose another.")


def open_trained(args: argparse.Namespace, progress: Any) -> tuple[Any, Any]:
    """The :class:`TrainedSteps` that are meant, and the :class:`Context` to load them with."""
    from dataclasses import fields

    from benchmark.registry import load_plugin
    from benchmark.steps.context import Context
    from benchmark.steps.find import TrainedSteps, Wanted
    from benchmark.store.store import Store, default_store
    from benchmark.training.device import pick_device

    for file in getattr(args, "plugin", ()):
        load_plugin(file)
    store = Store(args.store or default_store())
    given = {f.name: getattr(args, f.name) for f in fields(Wanted) if hasattr(args, f.name)}
    return TrainedSteps(store, Wanted(**given)), Context(store, pick_device(args.device), progress)
