"""Options of the verbs that take trained methods out of a store, most for a user's own picture."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmark.cli.options import add_run_option
from benchmark.errors import BenchError
from benchmark.files import check_writable

STOPPED = "Stopped. Nothing was written."


def add_picture_options(parser: argparse.ArgumentParser, output: str) -> None:
    """The picture, the result, and which trained methods are meant."""
    parser.add_argument(
        "image", type=Path, help="a camera raw file (DNG, NEF, ARW, ...), or a 16-bit TIFF or PNG "
        "with a levels.yaml next to it",
    )  # fmt: skip
    add_trained_options(parser, output)
    parser.add_argument("--device", default="auto", metavar="NAME", help="as for run")


def add_trained_options(parser: argparse.ArgumentParser, output: str) -> None:
    """The result, and which trained methods are meant."""
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help=output)
    which = parser.add_argument_group("to choose among several trained ones (default: the newest)")
    which.add_argument("--data", metavar="NAME[:ARGUMENT]", help="its data set, as for run")
    which.add_argument("--preset", metavar="NAME|FILE", help="its preset, as for run")
    which.add_argument("--seed", type=int, metavar="N", help="its seed")
    parser.add_argument("--store", type=Path, metavar="FOLDER", help="as for run")
    parser.add_argument(
        "--set", nargs="+", action="extend", default=[], metavar="mapper.KEY=VALUE",
        help="settings that the mapper obeys when it maps, e.g. mapper.tile=1024",
    )  # fmt: skip
    add_run_option(parser, "plugin")


def check_files(image: Path, output: Path, suffixes: Sequence[str]) -> None:
    """Checks that the picture exists and the result can be written, before the work.

    Raises:
        BenchError: there is no picture; or the result has an unknown suffix, is the picture itself,
            or has a name or folder that cannot be written.
    """
    try:
        if not image.is_file():
            raise BenchError(f"{image}: there is no such file.")
    except OSError as error:
        raise BenchError(f"{image} cannot be opened: {error.strerror}.") from error
    check_output(output, suffixes)
    if output.exists() and output.samefile(image):
        raise BenchError(f"-o {output} is the picture itself. Choose another name.")


def check_output(output: Path, suffixes: Sequence[str]) -> None:
    """Checks that a result can be written, before the work.

    Raises:
        BenchError: it has an unknown suffix, or a name or folder that cannot be written.
    """
    if output.suffix.lower() not in suffixes:
        raise BenchError(f"-o {output}: the name must end in one of {', '.join(suffixes)}.")
    check_writable(output, "-o")


def add_isp_options(parser: argparse.ArgumentParser, required: bool) -> None:
    """The ISP, the mapper before it, and the camera."""
    parser.add_argument(
        "--isp",
        required=required,
        metavar="NAME|KEY",
        help="a trained ISP, or the key of its step",
    )
    parser.add_argument(
        "--mapper",
        metavar="NAME|KEY",
        help="first map the raw, taken by the other camera, to the camera of the ISP",
    )
    parser.add_argument(
        "--camera",
        choices=("a", "b"),
        default="a",
        help="the camera whose ISP and look to use (default: a)",
    )


def isp_and_mapper(args: argparse.Namespace, trained: Any) -> tuple[list[Any], list[Any]]:
    """The ISPs that fit the options, newest first, and the mappers; none without `--mapper`.

    Raises:
        BenchError: nothing fits, or what is asked for makes no sense together.
    """
    from benchmark.store.step import TrainISP

    if args.mapper is None:
        if args.set:
            raise BenchError("--set changes settings of a mapper: give --mapper, too.")
        return trained.matching(TrainISP), []
    isps, mappers = trained.pair()
    if isps[0].raw is not None:
        raise BenchError(
            f"The ISP {isps[0].key} was trained on mapped raw, so it takes raw of the other "
            "camera as it is: leave --mapper out."
        )
    return isps, mappers


def open_trained(args: argparse.Namespace, progress: Any) -> tuple[Any, Any]:
    """The :class:`TrainedSteps` that are meant, and the :class:`Context` to load them with."""
    from dataclasses import fields

    from benchmark.plugin import load_plugin
    from benchmark.steps.context import Context
    from benchmark.steps.find import TrainedSteps, Wanted
    from benchmark.store.store import Store, default_store
    from benchmark.training.device import pick_device

    for file in getattr(args, "plugin", ()):
        load_plugin(file)
    store = Store(args.store or default_store())
    given = {f.name: getattr(args, f.name) for f in fields(Wanted) if hasattr(args, f.name)}
    return TrainedSteps(store, Wanted(**given)), Context(
        store, pick_device(getattr(args, "device", "cpu")), progress
    )


def load_chosen_mapper(args: argparse.Namespace, spec: Any, context: Any) -> Any:
    """A fitted mapper, with what `--set` changes.

    Raises:
        BenchError: a setting that has no effect when the mapper maps, or a wrong value; or the
            weights are damaged.
    """
    from benchmark.config import key_values
    from benchmark.registry import MAPPERS
    from benchmark.steps.load import load_mapper

    given = key_values(args.set, "--set", "mapper.KEY=VALUE")
    known = [f"mapper.{key}" for key in MAPPERS.get(spec.method).test_time]
    for key in given:
        if key not in known:
            raise BenchError(
                f"--set {key}: {spec.method} is fitted, and obeys "
                f"{' and '.join(known) or 'no setting'} when it maps."
            )
    setting = {key.removeprefix("mapper."): value for key, value in given.items()}
    return load_mapper(spec.key, context, setting)


def check_camera(image: Path, wanted: str, cameras: Any, instead: str, progress: Any) -> None:
    """Refuses a picture that was taken by the camera it would be mapped to.

    Args:
        image: the picture.
        wanted: "a" or "b", the camera that must have taken it.
        cameras: of the mapper's data set, as :func:`known_cameras` has them.
        instead: what to do with a picture of the other camera, as a sentence.
        progress: shows a warning when neither camera took it.

    Raises:
        BenchError: the other camera took it.
    """
    from benchmark.data.files.raw_writer import camera_of
    from benchmark.steps.taken_by import taken_by

    taken = taken_by(image, cameras)
    if taken is None or taken == wanted:
        return
    model = camera_of(image)
    if taken == "another":
        names = " nor ".join(f"{known.model} ({known.name})" for known in cameras.values())
        progress.say(
            f"{image} was taken by {model}, neither by {names}: the mapper has not been fitted to "
            "this camera, and the colours may be wrong."
        )
        return
    raise BenchError(
        f"{image} was taken by {model}: this is camera {taken.upper()} ({cameras[taken].name}) of "
        f"the data set itself; the mapper needs a picture of camera {wanted.upper()} "
        f"({cameras[wanted].name}). {instead}"
    )
