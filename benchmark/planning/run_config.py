"""What a user asks for: one run, from the command line and an optional YAML file."""

from itertools import product
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from benchmark.cameras import Direction
from benchmark.config import field_names
from benchmark.errors import BenchError, unknown_name
from benchmark.registry import DATASETS, ISPS, MAPPERS, PROTOCOLS, Registry, load_plugin


class RunConfig(BaseModel):
    """A run. The fields are the long options of `isp-bench run` and the keys of a run file.

    Attributes:
        protocol: protocols to run.
        mapper: mappers to compare; "all" for every one.
        isp: deep ISPs; "all" for every one.
        direction: directions of the cells.
        seed: one cell per seed.
        data: data set, "name" or "name:argument".
        preset: budget, a name or a YAML file.
        set: changed config values, "mapper.KEY" or "isp.KEY".
        sweep: config values of mappers to compare, "mapper.KEY" to several of them.
        beside: whether floor, ceiling and calibration of the preset are run beside.
        plugin: Python files with methods of the user.
        fid_weights: Inception weights for FID.
        save_images: whether every test picture is written as PNG.
        device: "auto", "cpu", "cuda", "cuda:1", ...
        executor: where steps run: on this machine, on a Ray cluster, or as jobs of Slurm.
        address: of the Ray cluster, "auto" for the one of this machine; None for that one or, when
            there is none, a new one on this machine.
        slurm: long options of sbatch, for all steps ("partition") or one kind ("score.time").
        precision: of the arithmetic in trainings; "bfloat16" is torch's autocast.
        workers: steps at a time; None for one per GPU, or as many as there are trainings and
            cores.
        time_limit: minutes a step may take; None for any.
        name: name of the run's folder; by default made of data set and preset.
        overwrite: what happens to results of another configuration in that folder: "never" is
            an error, "only-missing" keeps them, "always" replaces them.
        results: where runs go.
        store: where trained weights and prepared data go; None for the user's cache folder.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    protocol: tuple[str, ...] = ("adaptation",)
    mapper: tuple[str, ...] = ("cstpp",)
    isp: tuple[str, ...] = ("pynet",)
    direction: tuple[Direction, ...] = ("a2b", "b2a")
    seed: tuple[int, ...] = (0,)
    data: str = "simulated"
    preset: str = "quick"
    set: dict[str, Any] = Field(default_factory=dict)
    sweep: dict[str, tuple[Any, ...]] = Field(default_factory=dict)
    beside: bool = True
    plugin: tuple[str, ...] = ()
    fid_weights: Path | None = None
    save_images: bool = False
    device: str = "auto"
    executor: Literal["local", "ray", "slurm"] = "local"
    address: str | None = None
    slurm: dict[str, str | int] = Field(default_factory=dict)
    precision: Literal["float32", "bfloat16"] = "float32"
    workers: Annotated[int, Field(ge=1)] | None = None
    time_limit: Annotated[float, Field(gt=0)] | None = None
    name: str | None = None
    overwrite: Literal["never", "only-missing", "always"] = "never"
    results: Path = Path("results")
    store: Path | None = None

    def load_plugins(self) -> None:
        """Runs the plug-in files that the user named."""
        for file in self.plugin:
            load_plugin(file)

    def overrides(self, kind: str, names: tuple[str, ...]) -> dict[str, dict[str, Any]]:
        """The changed config values of each method.

        Args:
            kind: "mapper" or "isp".
            names: the methods the user named; a value goes to every one that has the key.

        Raises:
            BenchError: no named method has the key.
        """
        registry = MAPPERS if kind == "mapper" else ISPS
        configs = {name: registry.get(name).Config for name in names}  # type: ignore[attr-defined]
        values: dict[str, dict[str, Any]] = {name: {} for name in names}
        for path, value in self.set.items():
            owner, _, key = path.partition(".")
            if owner not in ("mapper", "isp") or not key:
                raise BenchError(f"--set {path}={value}: write mapper.KEY=VALUE or isp.KEY=VALUE.")
            if owner != kind:
                continue
            takers = [name for name, config in configs.items() if key in field_names(config)]
            if not takers:
                known = sorted(set().union(*(field_names(c) for c in configs.values())))
                where = f"--set {path} ({kind} {', '.join(names)})"
                raise unknown_name("config key", key, known, where)
            for name in takers:
                values[name][key] = value
        return values

    def sweeps(self, names: tuple[str, ...]) -> dict[str, list[dict[str, Any]]]:
        """The swept config values of each mapper: all combinations of those it has a field for.

        Args:
            names: the mappers the user named.

        Raises:
            BenchError: a key that no named mapper has, or that is also set.
        """
        fields = {name: field_names(MAPPERS.get(name).Config) for name in names}  # type: ignore[attr-defined]
        swept: dict[str, tuple[Any, ...]] = {}
        for path, values in self.sweep.items():
            owner, _, key = path.partition(".")
            if owner != "mapper" or not key:
                raise BenchError(f"--sweep {path}: write mapper.KEY=VALUE,VALUE,...")
            if path in self.set:
                raise BenchError(f"{path} is both set and swept; leave one of them out.")
            if not any(key in known for known in fields.values()):
                every = sorted(set().union(*fields.values()))
                raise unknown_name("config key", key, every, f"--sweep {path}")
            swept[key] = values
        return {
            name: [
                dict(zip(keys, combination, strict=True))
                for combination in product(*(swept[key] for key in keys))
            ]
            for name, known in fields.items()
            for keys in [[key for key in swept if key in known]]
        }


def resolve_names(
    registry: Registry, given: tuple[str, ...], except_names: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """Names from the command line; "all" becomes every name but `except_names`.

    Raises:
        BenchError: an unknown name.
    """
    names: list[str] = []
    for name in given:
        if name == "all":
            names += [n for n in registry.names() if n not in except_names]
        else:
            registry.info(name)
            names.append(name)
    return tuple(dict.fromkeys(names))


def selected_protocols(config: RunConfig) -> tuple[str, ...]:
    """The protocols of a run; "all" leaves the references out, which come beside."""
    references = tuple(n for n in PROTOCOLS.names() if PROTOCOLS.info(n).reference)
    return resolve_names(PROTOCOLS, config.protocol, references)


def split_data(text: str) -> tuple[str, str]:
    """The parts of "name:argument", the name checked."""
    name, _, argument = text.partition(":")
    DATASETS.info(name)
    return name, argument
