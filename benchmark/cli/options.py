"""Options that several verbs share, and how they become a run's config."""

import argparse
from pathlib import Path
from typing import Any

import yaml

from benchmark.errors import BenchError

Verbs = argparse._SubParsersAction

# Options left out must not override the run file, so none has a default here.
UNSET = argparse.SUPPRESS


def add_verb(verbs: Verbs, name: str, summary: str, examples: str) -> argparse.ArgumentParser:
    """A verb with worked examples under its help."""
    return verbs.add_parser(
        name,
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}.",
        epilog=f"examples:\n{examples}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def add_plugin_option(parser: argparse.ArgumentParser) -> None:
    """`--plugin`."""
    parser.add_argument(
        "--plugin", nargs="+", action="extend", metavar="FILE", default=UNSET,
        help="Python files with your own mappers or ISPs",
    )  # fmt: skip


def add_run_options(parser: argparse.ArgumentParser) -> None:
    """All options that make up a run."""
    what = parser.add_argument_group("what to run")
    what.add_argument(
        "--protocol",
        nargs="+",
        metavar="NAME",
        default=UNSET,
        help="adaptation, augmentation, raw-to-raw, or all (default: adaptation)",
    )
    what.add_argument(
        "--mapper",
        nargs="+",
        metavar="NAME",
        default=UNSET,
        help="mappers to compare, or all (default: cstpp)",
    )
    what.add_argument(
        "--isp", nargs="+", metavar="NAME", default=UNSET, help="deep ISPs, or all (default: pynet)"
    )
    what.add_argument(
        "--direction",
        nargs="+",
        choices=("a2b", "b2a"),
        default=UNSET,
        help="what was made for A is brought to B, or the reverse (default: both)",
    )
    what.add_argument(
        "--seed",
        nargs="+",
        type=int,
        metavar="N",
        default=UNSET,
        help="one cell per seed (default: 0)",
    )
    what.add_argument(
        "--no-beside",
        dest="beside",
        action="store_false",
        default=UNSET,
        help="leave out floor, ceiling and calibration that the preset puts beside",
    )
    how = parser.add_argument_group("on what, and how long")
    how.add_argument(
        "--data",
        metavar="NAME[:ARGUMENT]",
        default=UNSET,
        help="simulated (default), simulated:camera_a=FILE,camera_b=FILE, raw2raw:FOLDER, "
        "folder:PATH",
    )
    how.add_argument(
        "--preset",
        metavar="NAME|FILE",
        default=UNSET,
        help="smoke (seconds), quick (a laptop, minutes: the default), paper "
        "(published recipes in full), or a YAML file",
    )
    how.add_argument(
        "--set",
        nargs="+",
        action="extend",
        metavar="KEY=VALUE",
        default=UNSET,
        help="change a method's config: mapper.KEY=VALUE or isp.KEY=VALUE",
    )
    how.add_argument(
        "--sweep",
        nargs="+",
        action="extend",
        metavar="KEY=VALUE,VALUE",
        default=UNSET,
        help="compare values of a mapper's config, e.g. mapper.downsample=1,2,4",
    )
    how.add_argument(
        "--config",
        metavar="FILE",
        help="a YAML file with any of these options; the command line wins",
    )
    add_plugin_option(how)  # type: ignore[arg-type]
    how.add_argument(
        "--fid-weights",
        metavar="FILE",
        type=Path,
        default=UNSET,
        help="Inception weights for FID (default: torch hub's cache, else download)",
    )
    how.add_argument(
        "--device", metavar="NAME", default=UNSET, help="auto (default), cpu, cuda, cuda:1, mps"
    )
    how.add_argument(
        "--precision", choices=("float32", "bfloat16"), default=UNSET,
        help="of the arithmetic in trainings: bfloat16 is faster on GPUs (default: float32)",
    )  # fmt: skip
    how.add_argument(
        "--workers", metavar="N", type=int, default=UNSET,
        help="steps at a time, each in a process of its own (default: one per GPU; without one, "
        "as many as there are trainings and cores)",
    )  # fmt: skip
    how.add_argument(
        "--executor", choices=("local", "ray", "slurm"), default=UNSET,
        help="where steps run: on this machine (default), on a Ray cluster, or as jobs of Slurm; "
        "a cluster shares the store",
    )  # fmt: skip
    how.add_argument(
        "--address", metavar="ADDRESS", default=UNSET,
        help="of the Ray cluster, HOST:PORT or auto (default: the one of this machine, which is "
        "started if there is none)",
    )  # fmt: skip
    how.add_argument(
        "--slurm", nargs="+", action="extend", metavar="KEY=VALUE", default=UNSET,
        help="long options of sbatch, e.g. partition=gpu gres=gpu:1 time=8:00:00; for one kind of "
        "step (mapper, map, isp, score): score.time=30. A training that reaches its time is "
        "queued again (default: time=4:00:00)",
    )  # fmt: skip
    how.add_argument(
        "--time-limit", metavar="MINUTES", type=float, default=UNSET,
        help="stop a step that takes longer; its training is saved",
    )  # fmt: skip
    where = parser.add_argument_group("where")
    where.add_argument("--name", default=UNSET, help="the run's folder (default: DATA-PRESET)")
    where.add_argument(
        "--overwrite", choices=("never", "only-missing", "always"), default=UNSET,
        help="results of another configuration in that folder: an error (default), kept, replaced",
    )  # fmt: skip
    where.add_argument(
        "--results",
        metavar="FOLDER",
        type=Path,
        default=UNSET,
        help="where runs go: records, tables, pictures (default: ./results)",
    )
    where.add_argument(
        "--store",
        metavar="FOLDER",
        type=Path,
        default=UNSET,
        help="where trained weights and prepared data go (default: "
        "$ISP_BENCH_HOME, else the user's cache folder)",
    )
    where.add_argument("--save-images", action="store_true", default=UNSET,
                       help="write every developed test picture and its truth as PNG")  # fmt: skip


def run_config(args: argparse.Namespace) -> Any:
    """The :class:`benchmark.planning.run_config.RunConfig` of the options over the run file.

    Raises:
        BenchError: an unknown key or a wrong value, in the file or on the command line.
    """
    from benchmark.config import read_yaml, validated
    from benchmark.planning.run_config import RunConfig

    values: dict[str, Any] = {}
    if args.config is not None:
        file = Path(args.config)
        values = {key.replace("-", "_"): value for key, value in read_yaml(file).items()}
        for key, value in values.items():
            if key in ("protocol", "mapper", "isp", "direction", "seed", "plugin"):
                values[key] = value if isinstance(value, list) else [value]
        validated(RunConfig, values, str(file))
    given = {k: v for k, v in vars(args).items() if k in RunConfig.model_fields}
    if "set" in given:
        given["set"] = {**values.get("set", {}), **_assignments(given["set"])}
    if "slurm" in given:
        given["slurm"] = {**values.get("slurm", {}), **_slurm_options(given["slurm"])}
    if "sweep" in given:
        given["sweep"] = {**values.get("sweep", {}), **_sweeps(given["sweep"])}
    return validated(RunConfig, {**values, **given}, "the command line")


def _slurm_options(parts: list[str]) -> dict[str, str]:
    options = {}
    for part in parts:  # kept as text: YAML reads 8:00:00 as a number to the base 60
        key, equals, value = part.partition("=")
        if not equals or not key:
            raise BenchError(f"--slurm {part}: write KEY=VALUE, KEY being a long option of sbatch.")
        options[key] = value
    return options


def _sweeps(parts: list[str]) -> dict[str, Any]:
    sweeps = {}
    for part in parts:
        key, equals, values = part.partition("=")
        if not equals or not key or not all(values.split(",")):
            raise BenchError(f"--sweep {part}: write mapper.KEY=VALUE,VALUE,...")
        sweeps[key] = [_assignments([f"{key}={value}"])[key] for value in values.split(",")]
    return sweeps


def _assignments(parts: list[str]) -> dict[str, Any]:
    assignments = {}
    for part in parts:
        key, equals, value = part.partition("=")
        if not equals or not key:
            raise BenchError(f"--set {part}: write mapper.KEY=VALUE or isp.KEY=VALUE.")
        try:
            assignments[key] = yaml.safe_load(value)
        except yaml.YAMLError as error:
            raise BenchError(f"--set {part}: '{value}' is not a YAML value.") from error
    return assignments
