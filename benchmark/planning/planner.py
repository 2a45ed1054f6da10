"""From what a user asks to one graph of steps, in which equal steps are one node."""

import dataclasses
import inspect
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import benchmark
import isp_models
import mappers
import protocols
from benchmark.cameras import Direction
from benchmark.data.base import DataSource
from benchmark.errors import BenchError
from benchmark.files import sha256_of
from benchmark.planning.graph import NONE, Cell, Plan
from benchmark.planning.lengths import config_of
from benchmark.planning.preset import Preset
from benchmark.planning.run_config import RunConfig, resolve_names, selected_protocols
from benchmark.planning.validation import validates
from benchmark.registry import DATASETS, ISPS, MAPPERS, PROTOCOLS, Registry
from benchmark.store.step import (
    DISTANCES,
    DataIdentity,
    FitMapper,
    MapRaw,
    Score,
    StepSpec,
    TrainISP,
)
from protocols.base import Evaluation, Protocol, RawSource

BUILTIN = tuple(Path(m.__path__[0]) for m in (benchmark, isp_models, mappers, protocols))


@dataclass(frozen=True)
class _Mapper:
    """A mapper to compare: its name, and settings in which it differs from others of that name."""

    name: str
    setting: dict[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def label(self) -> str:
        """For titles of steps."""
        return " ".join([self.name, *(f"{key}={value}" for key, value in self.setting.items())])


@dataclass(frozen=True)
class _Fitted:
    """The key of a mapper's step, and the values of its test-time fields that are not default."""

    key: str
    setting: dict[str, Any]
    label: str


def identity_of(source: DataSource) -> DataIdentity:
    """The identity of a data set that was created but perhaps not prepared."""
    config = {k: _json(v) for k, v in dataclasses.asdict(source.config).items()}
    return DataIdentity(source.info.name, config, source.fingerprint())


class Planner:
    """Builds the graph of one run.

    Args:
        config: what the user asks for.
        preset: its budget.
        data: the data set.
        has: parts the data set has, see `DataSource.parts`.
        extractor: names the weights behind FID and KID; None without weights.
        lpips: names the weights behind LPIPS; None without weights.
    """

    def __init__(
        self,
        config: RunConfig,
        preset: Preset,
        data: DataIdentity,
        has: frozenset[str],
        extractor: str | None,
        lpips: str | None = None,
    ) -> None:
        self._config = config
        self._preset = preset
        self._data = data
        self._has = has
        self._extractor = extractor
        self._lpips = lpips
        self._steps: dict[str, StepSpec] = {}
        self._skipped: list[str] = []
        self._named = {
            "mapper": resolve_names(MAPPERS, config.mapper),
            "isp": resolve_names(ISPS, config.isp),
        }
        self._overrides = {
            kind: config.overrides(kind, names) for kind, names in self._named.items()
        }
        self._sweeps = config.sweeps(self._named["mapper"])

    def plan(self) -> Plan:
        """The whole graph.

        Raises:
            BenchError: an unknown name or key, or a method whose data the data set lacks.
        """
        names = selected_protocols(self._config)
        chosen = [PROTOCOLS.create(name) for name in names]
        named, calibrations = self._mappers()
        variants = [_Mapper(n, setting) for n in named for setting in self._sweeps[n]]
        variants += [_Mapper(name) for name in calibrations]
        cells = []
        for protocol in chosen:
            uses_mapper = protocol.evaluation("a2b").uses_mapper
            for mapper in variants if uses_mapper else [_Mapper(NONE)]:
                cells += self._cells(protocol, mapper)
        for name in self._preset.references.protocols if self._config.references else ():
            reference = PROTOCOLS.create(name)
            if name not in names and any(p.needs_isp == reference.needs_isp for p in chosen):
                cells += self._cells(reference, _Mapper(NONE))
        if self._config.lpips_weights and "renderings" not in self._has:
            self._skipped.append(
                "LPIPS compares developed pictures with what the reference camera renders from "
                f"the same place, which the data set '{self._data.name}' does not know; it is "
                "left out."
            )
        return Plan(self._steps, tuple(cells), tuple(dict.fromkeys(self._skipped)))

    def _mappers(self) -> tuple[list[str], list[str]]:
        named = list(self._named["mapper"])
        calibrations = [m for m in self._preset.references.mappers if m not in named]
        if not self._config.references:
            calibrations = []
        for mapper in (*named, *calibrations):
            if MAPPERS.info(mapper).supervision != "anchors" or "anchors" in self._has:
                continue
            reason = (
                f"The mapper '{mapper}' needs pixel-aligned anchor pairs, and the data set "
                f"'{self._data.name}' has none"
            )
            if mapper in calibrations or "all" in self._config.mapper:
                self._skipped.append(f"{reason}; it is left out.")
                (calibrations if mapper in calibrations else named).remove(mapper)
            else:
                raise BenchError(
                    f"{reason}. Choose a mapper that learns from unpaired pictures. "
                    f"{self._pairs_help}".rstrip()
                )
        return named, calibrations

    def _cells(self, protocol: Protocol, mapper: _Mapper) -> list[Cell]:
        part = self._part(protocol)
        return [
            self._cell(protocol, part, mapper, isp, direction, seed)
            for isp in (self._named["isp"] if protocol.needs_isp else (NONE,))
            for direction in self._config.direction
            for seed in self._seeds(protocol, mapper)
        ]

    def _seeds(self, protocol: Protocol, mapper: _Mapper) -> tuple[int, ...]:
        """The seeds of the run; one of them where none would change anything."""
        seeds = self._config.seed
        if protocol.needs_isp or mapper.name == NONE or MAPPERS.get(mapper.name).depends_on_seed:
            return seeds
        return (min(seeds),)

    def _part(self, protocol: Protocol) -> str:
        """The part with the test pairs; without aligned pairs, raws are compared by charts."""
        by_charts = "aligned" not in self._has and {"scenes", "charts"} <= self._has
        wanted = "scenes" if protocol.needs_isp or by_charts else "aligned"
        if wanted not in self._has:
            raise BenchError(
                f"The protocol '{protocol.info.name}' needs test pairs ('{wanted}'), and the data "
                f"set '{self._data.name}' has none. {self._pairs_help}".rstrip()
            )
        return wanted

    @property
    def _pairs_help(self) -> str:
        """How the user gives the data set the pairs that it lacks."""
        source: Any = DATASETS.get(self._data.name)
        return source.pairs_help

    def _cell(
        self,
        protocol: Protocol,
        part: str,
        mapper: _Mapper,
        isp: str,
        direction: Direction,
        seed: int,
    ) -> Cell:
        evaluation = protocol.evaluation(direction)
        pixels = evaluation.train is not None and "renderings" in self._has
        fitted = self._mapper(mapper, seed) if evaluation.uses_mapper else None
        spec = Score(
            title=f"score {protocol.info.name} {mapper.label} {isp} {direction} seed {seed}",
            data=self._data,
            isp=self._isp(isp, evaluation, fitted, seed) if evaluation.train else None,
            raw=self._map(evaluation.test, part, fitted, seed) if evaluation.test.mapped else None,
            protocol=protocol.info.name,
            version=protocol.info.version,
            part=part,
            camera=evaluation.test.camera,
            reference=evaluation.reference,
            oracle=evaluation.oracle,
            extractor=self._extractor if evaluation.train else None,
            lpips=self._lpips if pixels else None,
            images=self._config.save_images,
            pixels=pixels,
            distances=DISTANCES if evaluation.train else 1,
        )
        place = (protocol.info.name, mapper.name, isp, direction, seed)
        setting = tuple((key, _json(value)) for key, value in mapper.setting.items())
        return Cell(*place, self._add(spec), spec.configuration, setting)

    def _mapper(self, mapper: _Mapper, seed: int) -> _Fitted:
        """The step that fits a mapper; settings that only matter at test time are left out."""
        cls = MAPPERS.get(mapper.name)
        method = self._method("mapper", MAPPERS, mapper.name, mapper.setting)
        usual = dataclasses.asdict(cls.Config())
        default = {key: _json(usual[key]) for key in cls.test_time}
        config = method["config"]
        setting = {key: config[key] for key in default if config[key] != default[key]}
        trained = {k: v for k, v in mapper.setting.items() if k not in default}
        spec = FitMapper(
            title=f"fit {_Mapper(mapper.name, trained).label} seed {seed}",
            data=self._data,
            seed=seed,
            **{**method, "config": {**config, **default}},
        )
        return _Fitted(self._add(spec), setting, mapper.label)

    def _map(self, source: RawSource, part: str, mapper: _Fitted | None, seed: int) -> str:
        assert mapper is not None
        assert source.mapped is not None
        spec = MapRaw(
            title=f"map {part} of camera {source.camera} by {mapper.label} seed {seed}",
            data=self._data,
            mapper=mapper.key,
            part=part,
            camera=source.camera,
            direction=source.mapped,
            setting=mapper.setting,
        )
        return self._add(spec)

    def _isp(self, name: str, evaluation: Evaluation, mapper: _Fitted | None, seed: int) -> str:
        assert evaluation.train is not None
        method = self._method("isp", ISPS, name)
        looks = validates(name, method["config"], self._data.name, self._has)
        raw, validation, on = None, None, ""
        if evaluation.train.mapped is not None:
            assert mapper is not None
            raw = self._map(evaluation.train, "train", mapper, seed)
            if looks:
                validation = self._map(evaluation.train, "validation", mapper, seed)
            on = f" on mapped raw ({mapper.label})"
        spec = TrainISP(
            title=f"train {name} for camera {evaluation.reference}{on} seed {seed}",
            data=self._data,
            seed=seed,
            look=evaluation.reference,
            raw=raw,
            validation=validation,
            **method,
        )
        return self._add(spec)

    def _method(
        self, kind: str, registry: Registry[Any], name: str, setting: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """The fields of :class:`Training` that name a method with its full config."""
        cls = registry.get(name)
        own = {**self._overrides[kind].get(name, {}), **(setting or {})}
        config = config_of(kind, cls, own, self._preset, self._config.budget)
        file = plugin_file(cls)
        return {
            "method": name,
            "version": cls.info.version,
            "config": {k: _json(v) for k, v in dataclasses.asdict(config).items()},
            "precision": self._config.precision,
            "source": None if file is None else sha256_of(file),
        }

    def _add(self, spec: StepSpec) -> str:
        self._steps.setdefault(spec.key, spec)
        return spec.key


def plugin_file(cls: type) -> Path | None:
    """The file that defines a method or data set of a plug-in; None for a built-in one."""
    file = Path(inspect.getfile(cls))
    return None if any(file.is_relative_to(folder) for folder in BUILTIN) else file


def _json(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_json(v) for v in value]
    return str(value) if isinstance(value, Path) else value
