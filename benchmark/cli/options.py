"""Options that several verbs share, and how they become a run's config."""

import argparse
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args, get_origin

from pydantic.fields import FieldInfo

from benchmark.config import key_values, pairs, read_yaml, scalar, validated
from benchmark.errors import BenchError
from benchmark.planning.run_config import ON, Option, RunConfig

Verbs: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

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


def add_run_option(parser: argparse._ActionsContainer, name: str) -> None:
    """A single option as `isp-bench run` has it; not given, it is left out of the arguments."""
    _add_option(parser, name, RunConfig.model_fields[name])


def add_run_options(parser: argparse.ArgumentParser) -> None:
    """All options that make up a run: one for each field of its config, and `--config`."""
    groups: dict[str, argparse._ArgumentGroup] = {}
    for name, field in RunConfig.model_fields.items():
        title = _option(field).group
        if title not in groups:
            groups[title] = parser.add_argument_group(title)
        _add_option(groups[title], name, field)
    groups[ON].add_argument(
        "--config", metavar="FILE",
        help="a YAML file with any of these options as keys; the command line wins",
    )  # fmt: skip
    parser.add_argument(
        "--no-beside", dest="references", action="store_false", default=UNSET,
        help=argparse.SUPPRESS,
    )  # fmt: skip


def _option(field: FieldInfo) -> Option:
    return next(item for item in field.metadata if isinstance(item, Option))


def _add_option(parser: argparse._ActionsContainer, name: str, field: FieldInfo) -> None:
    """The option of one field. Values stay text: the config itself converts and checks them."""
    option, kind = _option(field), field.annotation
    settings: dict[str, Any] = {"default": UNSET, "help": _help(option, field)}
    if kind is bool:
        settings["action"] = argparse.BooleanOptionalAction
    else:
        inner = kind
        if get_origin(kind) in (tuple, dict):
            settings |= {"nargs": "+", "action": "extend"}
            inner = get_args(kind)[0]
        if get_origin(inner) is Literal:
            settings["choices"] = get_args(inner)
        else:
            settings["metavar"] = option.metavar
    parser.add_argument(f"--{name.replace('_', '-')}", **settings)


def _help(option: Option, field: FieldInfo) -> str:
    """The description, and the default in words."""
    default = option.default
    if default is None and isinstance(field.default, tuple):
        default = " ".join(map(str, field.default))
    elif default is None and isinstance(field.default, bool):
        default = "yes" if field.default else "no"
    elif default is None and isinstance(field.default, str):
        default = field.default
    text = f"{field.description} (default: {default})" if default else f"{field.description}"
    return text.replace("%", "%%")


def run_config(args: argparse.Namespace) -> RunConfig:
    """The config of the options over the run file.

    Raises:
        BenchError: an unknown key or a wrong value, in the file or on the command line.
    """
    values = _run_file(Path(args.config)) if args.config is not None else {}
    given = {k: v for k, v in vars(args).items() if k in RunConfig.model_fields}
    if "set" in given:
        changes = key_values(given["set"], "--set", "mapper.KEY=VALUE or isp.KEY=VALUE")
        given["set"] = {**values.get("set", {}), **changes}
    if "sweep" in given:
        given["sweep"] = {**values.get("sweep", {}), **_sweeps(given["sweep"])}
    if "slurm" in given:  # kept as text: YAML reads 8:00:00 as a number to the base 60
        options = pairs(given["slurm"], "--slurm", "KEY=VALUE, KEY being a long option of sbatch")
        given["slurm"] = {**values.get("slurm", {}), **options}
    return validated(RunConfig, {**values, **given}, "the command line")


def describes_run(args: argparse.Namespace) -> bool:
    """Whether options say which run is meant, beyond where its store is and its plug-ins."""
    given = {name for name in vars(args) if name in RunConfig.model_fields}
    return args.config is not None or bool(given - {"store", "plugin"})


def _run_file(file: Path) -> dict[str, Any]:
    """The values of a run file, checked by themselves; one value may stand where a list may."""
    values: dict[str, Any] = {}
    for key, value in read_yaml(file).items():
        name = str(key).replace("-", "_")
        field = RunConfig.model_fields.get(name)
        many = field is not None and get_origin(field.annotation) is tuple
        values[name] = [value] if many and not isinstance(value, list) else value
    validated(RunConfig, values, str(file))
    return values


def _sweeps(parts: list[str]) -> dict[str, list[Any]]:
    form = "mapper.KEY=VALUE,VALUE"
    sweeps = {}
    for key, text in pairs(parts, "--sweep", form).items():
        values = text.split(",")
        if not all(values):
            raise BenchError(f"--sweep {key}={text}: write {form}.")
        sweeps[key] = [scalar(value, f"--sweep {key}={text}") for value in values]
    return sweeps
