"""Presets: the budget of a run, from `benchmark/planning/presets/*.yaml` or a user's own file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, PositiveInt

from benchmark.config import field_names, read_yaml, validated
from benchmark.errors import BenchError, unknown_name

LENGTH_FIELDS = ("budget", "steps", "stage_steps", "pretrain_steps")  # of methods' configs
FOLDER = Path(__file__).parent / "presets"


class References(BaseModel):
    """What is run with the methods a user names, so that there is always something to compare with.

    Attributes:
        protocols: reference protocols (floor, ceiling, oracles); each is run with those named
            protocols that use an ISP if it does, or use none if it does not.
        mappers: calibration mappers.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    protocols: tuple[str, ...] = ()
    mappers: tuple[str, ...] = ()


class EqualBudget(BaseModel):
    """What `--budget equal` gives every method: crops seen in all stages together.

    Attributes:
        mapper: crops of each camera.
        isp: crops.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    mapper: PositiveInt
    isp: PositiveInt


class Preset(BaseModel):
    """A budget.

    Attributes:
        name: the file's stem.
        description: one sentence.
        reduced: what is smaller than published, for the footnote of every table; empty where
            the published recipes run in full.
        references: what is run with the named methods, to compare them with.
        equal: the lengths of trainings under `--budget equal`; None: it has none.
        data: config values by data set.
        mapper: config values for every mapper that has such a field.
        mappers: config values by mapper; they win over `mapper`.
        isp: config values for every ISP that has such a field.
        isps: config values by ISP; they win over `isp`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    former: ClassVar[dict[str, str]] = {"beside": "references"}

    name: str
    description: str
    reduced: str = ""
    references: References = References()
    equal: EqualBudget | None = None
    data: dict[str, dict[str, Any]] = {}
    mapper: dict[str, Any] = {}
    mappers: dict[str, dict[str, Any]] = {}
    isp: dict[str, Any] = {}
    isps: dict[str, dict[str, Any]] = {}

    def values(self, kind: str, name: str, config: type) -> dict[str, Any]:
        """Config values of a method: the general ones it has a field for, then its own.

        Args:
            kind: "mapper" or "isp".
            name: the method.
            config: its config dataclass.
        """
        general: Mapping[str, Any] = getattr(self, kind)
        own: Mapping[str, Any] = getattr(self, f"{kind}s").get(name, {})
        known = field_names(config)
        return {**{k: v for k, v in general.items() if k in known}, **own}


def preset_names() -> list[str]:
    """Names of the built-in presets."""
    return sorted(file.stem for file in FOLDER.glob("*.yaml"))


def load_preset(name: str) -> Preset:
    """A built-in preset by name, or one from a YAML file.

    Raises:
        BenchError: no such preset, or a file that is not a valid one.
    """
    if name.endswith((".yaml", ".yml")):
        file = Path(name)
        if not file.is_file():
            raise BenchError(f"--preset {name}: there is no such file.")
    else:
        file = FOLDER / f"{name}.yaml"
        if not file.is_file():
            raise unknown_name("preset", name, preset_names())
    return validated(Preset, {"name": file.stem, **read_yaml(file)}, str(file))
