"""Finding trained mappers and ISPs in a store, by a user's description."""

import dataclasses
import json
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from benchmark.cameras import Camera
from benchmark.config import build
from benchmark.errors import BenchError
from benchmark.planning.preset import load_preset, preset_names
from benchmark.planning.run_config import split_data
from benchmark.registry import DATASETS, ISPS, MAPPERS, Registry
from benchmark.store.step import DataIdentity, FitMapper, Training, TrainISP
from benchmark.store.store import Store

T = TypeVar("T", FitMapper, TrainISP)
REGISTRIES: dict[type[Training], Registry[Any]] = {FitMapper: MAPPERS, TrainISP: ISPS}
NOUNS: dict[type[Training], str] = {FitMapper: "fitted mapper", TrainISP: "trained ISP"}
KEY = re.compile("[0-9a-f]{6,20}")  # a step's key, or its beginning
MOST_SHOWN = 5  # steps in one message


@dataclass(frozen=True)
class Wanted:
    """A user's description of trained methods; None for anything.

    Attributes:
        isp: an ISP; or the key of its step, or the beginning of that key, which decides alone.
        mapper: the same for a mapper.
        camera: the camera an ISP was trained for, on that camera's own raw.
        data: data set, "name" or "name:argument", as for `isp-bench run`.
        preset: the preset whose settings method and data have, a name or a YAML file.
        seed: seed of the training.
    """

    isp: str | None = None
    mapper: str | None = None
    camera: Camera = "a"
    data: str | None = None
    preset: str | None = None
    seed: int | None = None

    def fits(self, spec: Training) -> bool:
        """Whether the description fits a step."""
        if isinstance(spec, TrainISP) and (spec.look != self.camera or spec.raw is not None):
            return False
        if self.seed is not None and spec.seed != self.seed:
            return False
        if self.data is not None and not _is_data(self.data, spec.data):
            return False
        return self.preset is None or _has_preset(self.preset, spec, self.data)

    def command(self, store: Path) -> str:
        """The command that trains it."""
        named = (("isp", ISPS, self.isp), ("mapper", MAPPERS, self.mapper))
        options = {k: v for k, registry, v in named if v and not _is_key(registry, v)}
        if self.isp is None:
            options["protocol"] = "raw-to-raw"
        else:
            options["direction"] = "a2b" if self.camera == "a" else "b2a"
        others = {"data": self.data, "preset": self.preset, "seed": self.seed, "store": store}
        options |= {k: str(v) for k, v in others.items() if v is not None}
        words = [word for key, value in options.items() for word in (f"--{key}", value)]
        return shlex.join(["isp-bench", "run", *words])


class TrainedSteps:
    """The finished mappers and ISPs of a store.

    Args:
        store: the store.
        wanted: the description.
    """

    def __init__(self, store: Store, wanted: Wanted) -> None:
        self._store = store
        self._wanted = wanted

    def matching(self, kind: type[T]) -> list[T]:
        """Finished steps that fit the description, newest first; at least one.

        Raises:
            BenchError: an unknown method, or nothing fits; it names the command that trains it.
        """
        name = self._wanted.isp if kind is TrainISP else self._wanted.mapper
        assert name is not None
        done = self._done(kind)
        if _is_key(REGISTRIES[kind], name):
            found = [spec for spec in done if spec.key.startswith(name)]
            if len(found) != 1:
                raise BenchError(
                    f"The store {self._store.folder} has {'several' if found else 'no'} "
                    f"{NOUNS[kind]}s with the key {name}.{self._shown(found or done)}"
                )
            return found
        REGISTRIES[kind].info(name)
        own = [spec for spec in done if spec.method == name]
        found = [spec for spec in own if self._wanted.fits(spec)]
        if not found:
            asked = [f"camera {self._wanted.camera}, on its own raw"] if kind is TrainISP else []
            for key in ("data", "preset", "seed"):
                value = getattr(self._wanted, key)
                asked += [] if value is None else [f"{key} {value}"]
            details = f" ({', '.join(asked)})" if asked else ""
            raise BenchError(
                f"The store {self._store.folder} holds no {NOUNS[kind]} '{name}'"
                f"{details}. Train it first:\n"
                f"  {self._wanted.command(self._store.folder)}{self._shown(own)}"
            )
        return found

    def pair(self) -> tuple[list[TrainISP], list[FitMapper]]:
        """ISPs and mappers that were trained on the same data, newest first.

        Mappers with the seed of the first ISP come first, as the cells of a run pair them.

        Raises:
            BenchError: as `matching`; or no two of them share their data.
        """
        isps, mappers = self.matching(TrainISP), self.matching(FitMapper)
        fitted = {spec.data.fingerprint for spec in mappers}
        together = [spec for spec in isps if spec.data.fingerprint in fitted]
        if not together:
            raise BenchError(
                "ISP and mapper were trained on different data, so the mapper does not lead to "
                "the camera of the ISP. Train them together:\n"
                f"  {self._wanted.command(self._store.folder)}"
                f"{self._shown(isps)}{self._shown(mappers)}"
            )
        data, seed = together[0].data.fingerprint, together[0].seed
        isps = [spec for spec in together if spec.data.fingerprint == data]
        mappers = [spec for spec in mappers if spec.data.fingerprint == data]
        return isps, [spec for spec in mappers if spec.seed == seed] or mappers

    def choice(self, found: Sequence[Training]) -> str:
        """A sentence that says which step is taken, the first, and what else would fit."""
        kind = found[0].kind
        text = f"{'Mapper' if kind == 'mapper' else 'ISP'}: {self._line(found[0])}"
        if len(found) == 1:
            return text
        others = "; ".join(self._line(spec) for spec in found[1 : MOST_SHOWN + 1])
        return (
            f"{text}\n  the newest of {len(found)} that fit; choose another by --seed, --preset, "
            f"--data or --{kind} KEY: {others}"
        )

    def _done(self, kind: type[T]) -> list[T]:
        """Finished steps of a kind, newest first, without those of older versions."""
        files = sorted(
            (self._store.folder / "steps").glob("*/done.json"),
            key=lambda file: file.stat().st_mtime_ns,
            reverse=True,
        )
        specs = (self._store.spec(file.parent.name) for file in files)
        return [spec for spec in specs if isinstance(spec, kind) and _is_current(spec)]

    def _line(self, spec: Training) -> str:
        """A step in one line."""
        done = self._store.step_folder(spec.key) / "done.json"
        when = datetime.fromtimestamp(done.stat().st_mtime).strftime("%Y-%m-%d %H:%M")
        presets = [name for name in preset_names() if _has_preset(name, spec)]
        settings = f"preset {' or '.join(presets)}" if presets else "own settings"
        path = spec.data.config.get("path")
        data = spec.data.name + (f":{path}" if path else "")
        return f"{spec.key} ({spec.title}, {settings}, data {data}, {when})"

    def _shown(self, specs: Sequence[Training]) -> str:
        """A list of the steps there are, for the end of an error."""
        if not specs:
            return ""
        lines = "\n  ".join(self._line(spec) for spec in specs[:MOST_SHOWN])
        more = f"\n  and {len(specs) - MOST_SHOWN} more" if len(specs) > MOST_SHOWN else ""
        return f"\nThere are these {NOUNS[type(specs[0])]}s:\n  {lines}{more}"


def _is_key(registry: Registry[Any], name: str) -> bool:
    """Whether a text names a step, not a method."""
    return name not in registry and KEY.fullmatch(name) is not None


def _is_current(spec: Training) -> bool:
    """Whether the step's method is known here in the version that was trained."""
    method, registry = spec.method, REGISTRIES[type(spec)]
    return method in registry and registry.info(method).version == spec.version


def _has_preset(preset: str, spec: Training, data: str | None = None) -> bool:
    """Whether method and data of a step have the settings of a preset.

    A `--data` text wins over the preset, as in a run.
    """
    name, budget = spec.method, load_preset(preset)
    config = REGISTRIES[type(spec)].get(name).Config
    values = budget.values(spec.kind, name, config)
    if _plain(build(config, values, f"preset '{preset}'")) != spec.config:
        return False
    own = _data_config(spec.data.name, budget.data.get(spec.data.name, {}))
    given = _argument(data) if data is not None else {}
    return all(spec.data.config.get(key) == own[key] for key in own.keys() - given.keys())


def _is_data(text: str, data: DataIdentity) -> bool:
    """Whether a data set is the one in a `--data` text; what the text leaves open may be any."""
    name, _ = split_data(text)
    own = _argument(text)
    return data.name == name and all(data.config.get(k) == v for k, v in own.items())


def _argument(text: str) -> dict[str, Any]:
    """Config values that a `--data` text gives."""
    name, argument = split_data(text)
    source = DATASETS.get(name)
    return _data_config(name, source.parse_argument(argument) if argument else {})


def _data_config(name: str, values: dict[str, Any]) -> dict[str, Any]:
    """Some config values of a data set, as the store's JSON has them."""
    if name not in DATASETS:
        return {}
    source = DATASETS.get(name)
    config = _plain(build(source.Config, values, f"data '{name}'"))
    return {key: config[key] for key in values}


def _plain(config: Any) -> dict[str, Any]:
    """A config as the store's JSON has it."""
    return json.loads(json.dumps(dataclasses.asdict(config), default=str))
