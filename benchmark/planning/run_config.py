"""What a user asks for: one run, from the command line and an optional YAML file."""

from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from benchmark.cameras import Direction
from benchmark.config import field_names
from benchmark.errors import BenchError, unknown_name
from benchmark.plugin import load_plugin
from benchmark.registry import DATASETS, ISPS, MAPPERS, PROTOCOLS, Registry

FidMode = Literal["fid_clean", "fid"]
# Most likely what the paper computed: in alphabetical order, its reference [30] is clean-fid's.
FID_MODE: FidMode = "fid_clean"
Budget = Literal["own", "equal"]
WHAT, ON, HOW, WHERE = "what to run", "on what, and with what budget", "how to run it", "where"


@dataclass(frozen=True)
class Option:
    """How a field of :class:`RunConfig` looks on the command line; its description is the help.

    Attributes:
        group: the heading it appears under.
        metavar: placeholder for its value; None where the choices are listed, and for switches.
        default: description of the default, where the value itself does not explain it.
    """

    group: str
    metavar: str | None = None
    default: str | None = None


class RunConfig(BaseModel):
    """A run. The fields are the long options of `isp-bench run` and the keys of a run file.

    Attributes:
        former: keys of earlier versions, which are still read, and what they are called now.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    former: ClassVar[dict[str, str]] = {"beside": "references"}

    protocol: Annotated[tuple[str, ...], Option(WHAT, "NAME")] = Field(
        ("adaptation",),
        description="protocols to run: adaptation, augmentation, raw-to-raw, or all",
    )
    mapper: Annotated[tuple[str, ...], Option(WHAT, "NAME")] = Field(
        ("cstpp",), description="mappers to compare, or all"
    )
    isp: Annotated[tuple[str, ...], Option(WHAT, "NAME")] = Field(
        ("pynet",), description="deep ISPs, or all"
    )
    direction: Annotated[tuple[Direction, ...], Option(WHAT, default="both")] = Field(
        ("a2b", "b2a"),
        description="a2b: what was made for camera A is brought to camera B; b2a: the reverse",
    )
    seed: Annotated[tuple[int, ...], Option(WHAT, "N")] = Field(
        (0,), description="seeds; each makes a cell of its own"
    )
    references: Annotated[bool, Option(WHAT)] = Field(
        True,
        description="run the preset's references too: floor, ceiling, oracles and calibration "
        "mappers",
    )
    data: Annotated[tuple[str, ...], Option(ON, "NAME[:ARGUMENT]")] = Field(
        ("simulated",),
        description="data set: simulated, simulated:pair=phones, simulated-multi (several lights), "
        "simulated:camera_a=FILE,camera_b=FILE, simulated:scenes=FOLDER (photographs as scenes), "
        "raw2raw:FOLDER, lsmi:FOLDER or folder:PATH; with several, each has its tables, and one "
        "table has all with mean ranks",
    )
    preset: Annotated[str, Option(ON, "NAME|FILE")] = Field(
        "quick",
        description="budget: smoke (seconds), quick (minutes on a laptop), lab (published sizes, "
        "a part of the published lengths: a day on a GPU), paper (published sizes and lengths), "
        "or a YAML file",
    )
    budget: Annotated[Budget, Option(ON)] = Field(
        "own",
        description="how long each method trains: own: the share of its own published length "
        "that the preset gives; equal: as many crops as every other, for comparisons at equal "
        "cost",
    )
    set: Annotated[dict[str, Any], Option(ON, "KEY=VALUE")] = Field(
        default_factory=dict,
        description="change the config of methods: mapper.KEY=VALUE or isp.KEY=VALUE",
    )
    sweep: Annotated[dict[str, tuple[Any, ...]], Option(ON, "KEY=VALUE,VALUE")] = Field(
        default_factory=dict,
        description="compare values of a mapper's config, e.g. mapper.downsample=1,2,4",
    )
    plugin: Annotated[tuple[str, ...], Option(ON, "FILE")] = Field(
        (), description="Python files with your own mappers or ISPs"
    )
    fid_weights: Annotated[
        Path | None, Option(ON, "FILE", "those in torch hub's cache, else downloaded")
    ] = Field(None, description="Inception weights for FID")
    fid_mode: Annotated[FidMode, Option(ON)] = Field(
        FID_MODE,
        description="the FID that tables show, with pictures resized as in clean-fid (fid_clean) "
        "or pytorch-fid (fid); both are recorded",
    )
    lpips_weights: Annotated[
        Path | None, Option(ON, "FILE", "those in torch hub's cache, else LPIPS is left out")
    ] = Field(None, description="AlexNet weights for LPIPS, as torchvision has them")
    precision: Annotated[Literal["float32", "bfloat16"], Option(ON)] = Field(
        "float32", description="precision of trainings; bfloat16 is faster on GPUs"
    )
    device: Annotated[str, Option(HOW, "NAME")] = Field(
        "auto", description="where networks run: auto, cpu, cuda, cuda:1, mps"
    )
    workers: Annotated[
        Annotated[int, Field(ge=1)] | None,
        Option(HOW, "N", "one per GPU; without GPUs, as many as there are trainings and cores"),
    ] = Field(None, description="how many steps run at once, each in a process of its own")
    executor: Annotated[Literal["local", "ray", "slurm"], Option(HOW)] = Field(
        "local",
        description="run steps on this machine, on a Ray cluster, or as Slurm jobs; all machines "
        "of a cluster share the store",
    )
    address: Annotated[
        str | None, Option(HOW, "ADDRESS", "the cluster on this machine, started if there is none")
    ] = Field(None, description="address of the Ray cluster, HOST:PORT or auto")
    slurm: Annotated[dict[str, str | int], Option(HOW, "KEY=VALUE", "time=4:00:00")] = Field(
        default_factory=dict,
        description="long options of sbatch, e.g. partition=gpu gres=gpu:1 time=8:00:00; for one "
        "kind of step (mapper, map, isp, score): score.time=30. A training that reaches its time "
        "limit is queued again",
    )
    time_limit: Annotated[
        Annotated[float, Field(gt=0)] | None, Option(HOW, "MINUTES", "no limit")
    ] = Field(None, description="stop a step that takes longer; its training is saved")
    name: Annotated[str | None, Option(WHERE, "NAME", "DATA-PRESET")] = Field(
        None, description="name of the run's folder"
    )
    overwrite: Annotated[Literal["never", "only-missing", "always"], Option(WHERE)] = Field(
        "never",
        description="if that folder holds results of another configuration: never is an error, "
        "only-missing keeps them, always replaces them",
    )
    results: Annotated[Path, Option(WHERE, "FOLDER", "./results")] = Field(
        Path("results"), description="where runs go: records, tables, pictures"
    )
    store: Annotated[
        Path | None, Option(WHERE, "FOLDER", "$ISP_BENCH_HOME, else the user's cache folder")
    ] = Field(None, description="where trained weights and prepared data go")
    save_images: Annotated[bool, Option(WHERE)] = Field(
        False, description="write every developed test picture and its truth as PNG"
    )

    def by_data_set(self) -> "dict[str, RunConfig]":
        """A run for each data set, by a label; several share a folder.

        Raises:
            BenchError: a data set was given twice, or there is none of that name.
        """
        if len(set(self.data)) < len(self.data):
            raise BenchError(f"--data {' '.join(self.data)}: a data set is there twice.")
        if len(self.data) == 1:
            return {self.data[0]: self}
        self.load_plugins()
        labels = [data_label(text) for text in self.data]
        twins = {label for label in labels if labels.count(label) > 1}
        labels = [f"{n}-{i}" if n in twins else n for i, n in enumerate(labels, 1)]
        folder = self.name or f"{'+'.join(labels)}-{Path(self.preset).stem}"
        return {
            label: self.model_copy(update={"data": (text,), "name": f"{folder}/{label}"})
            for label, text in zip(labels, self.data, strict=True)
        }

    def load_plugins(self) -> None:
        """Runs the plug-in files that the user named."""
        for file in self.plugin:
            load_plugin(file)

    def overrides(self, kind: str, names: tuple[str, ...]) -> dict[str, dict[str, Any]]:
        """The changed config values of each method.

        Args:
            kind: "mapper" or "isp".
            names: the methods the user named; a value is set in each of them that has the key.

        Raises:
            BenchError: no named method has the key.
        """
        registry = MAPPERS if kind == "mapper" else ISPS
        configs = {name: registry.get(name).Config for name in names}
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
        fields = {name: field_names(MAPPERS.get(name).Config) for name in names}
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
    registry: Registry[Any], given: tuple[str, ...], except_names: tuple[str, ...] = ()
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
    """The protocols of a run; "all" does not include the references, which come with any run."""
    references = tuple(n for n in PROTOCOLS.names() if PROTOCOLS.info(n).reference)
    return resolve_names(PROTOCOLS, config.protocol, references)


def data_label(text: str) -> str:
    """A short name of a `--data` text: the data set and, where it has one, its own label."""
    name, argument = split_data(text)
    return "-".join(filter(None, (name, DATASETS.get(name).label(argument))))


def split_data(text: str) -> tuple[str, str]:
    """The parts of "name:argument", the name checked; a path alone stands for its data set."""
    from benchmark.data.locate import full_name

    name, _, argument = full_name(text).partition(":")
    return name, argument
