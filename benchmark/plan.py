"""From what a user asks to one graph of steps, in which equal steps are one node."""

import dataclasses
import hashlib
import inspect
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import isp_models
import mappers
import protocols
from benchmark.config import build
from benchmark.data.base import DataSource
from benchmark.errors import BenchError
from benchmark.preset import Preset
from benchmark.registry import ISPS, MAPPERS, PROTOCOLS, Registry
from benchmark.run_config import RunConfig, resolve_names, selected_protocols
from benchmark.store import StepSpec
from protocols.base import Evaluation, Protocol, RawSource

NONE = "none"  # the mapper of floor and ceiling, the ISP of raw-to-raw
BUILTIN = tuple(Path(m.__path__[0]) for m in (isp_models, mappers, protocols))


@dataclass(frozen=True)
class Cell:
    """The unit that gets a score.

    Attributes:
        protocol, mapper, isp, direction, seed: its place in the grid; `mapper` and `isp` are
            "none" where the protocol has none.
        score: key of its last step.
        configuration: hash of all that decides the rendered pictures, whatever is measured on
            them; a record of the same cell with another one is another configuration.
    """

    protocol: str
    mapper: str
    isp: str
    direction: str
    seed: int
    score: str
    configuration: str

    @property
    def title(self) -> str:
        """For people."""
        names = [n for n in (self.protocol, self.mapper, self.isp) if n != NONE]
        return f"{' '.join(names)} {self.direction} seed {self.seed}"


@dataclass(frozen=True)
class Plan:
    """The graph of a run: steps in an order in which inputs come first, and its cells."""

    steps: dict[str, StepSpec]
    cells: tuple[Cell, ...]
    skipped: tuple[str, ...] = ()  # sentences on what was left out and why


@dataclass(frozen=True)
class DataIdentity:
    """What decides the pixels of a data set."""

    name: str
    config: dict[str, Any]
    fingerprint: str

    @staticmethod
    def of(source: DataSource) -> "DataIdentity":
        """The identity of a data set that was created but perhaps not prepared."""
        config = {k: _json(v) for k, v in dataclasses.asdict(source.config).items()}
        return DataIdentity(source.info.name, config, source.fingerprint())


class Planner:
    """Builds the graph of one run.

    Args:
        config: what the user asks for.
        preset: its budget.
        data: the data set.
        has: parts the data set has, of "anchors", "aligned", "scenes".
        extractor: names the weights behind the Fréchet distances; None without weights.
    """

    def __init__(
        self,
        config: RunConfig,
        preset: Preset,
        data: DataIdentity,
        has: frozenset[str],
        extractor: str | None,
    ) -> None:
        self._config = config
        self._preset = preset
        self._data = dataclasses.asdict(data)
        self._has = has
        self._extractor = extractor
        self._steps: dict[str, StepSpec] = {}
        self._skipped: list[str] = []
        self._named = {
            "mapper": resolve_names(MAPPERS, config.mapper),
            "isp": resolve_names(ISPS, config.isp),
        }
        self._overrides = {
            kind: config.overrides(kind, names) for kind, names in self._named.items()
        }

    def plan(self) -> Plan:
        """The whole graph.

        Raises:
            BenchError: an unknown name or key, or a method that needs data there is not.
        """
        names = selected_protocols(self._config)
        cells = []
        for name in names:
            protocol: Protocol = PROTOCOLS.create(name)
            named, beside = self._mappers()
            for mapper in (*named, *beside):
                cells += self._cells(protocol, mapper)
        if self._config.beside:
            needs_isp = any(PROTOCOLS.create(n).needs_isp for n in names)
            for name in self._preset.beside.protocols if needs_isp else ():
                cells += self._cells(PROTOCOLS.create(name), NONE)
        return Plan(self._steps, tuple(cells), tuple(dict.fromkeys(self._skipped)))

    def _mappers(self) -> tuple[list[str], list[str]]:
        named = list(self._named["mapper"])
        beside = [m for m in self._preset.beside.mappers if m not in named]
        if not self._config.beside:
            beside = []
        for mapper in (*named, *beside):
            if MAPPERS.info(mapper).supervision != "anchors" or "anchors" in self._has:
                continue
            reason = (
                f"The mapper '{mapper}' needs pixel-aligned anchor pairs, and the data set "
                f"'{self._data['name']}' has none"
            )
            if mapper in beside or "all" in self._config.mapper:
                self._skipped.append(f"{reason}; it is left out.")
                (beside if mapper in beside else named).remove(mapper)
            else:
                raise BenchError(f"{reason}. Choose a mapper that learns from unpaired pictures.")
        return named, beside

    def _cells(self, protocol: Protocol, mapper: str) -> list[Cell]:
        part = "scenes" if protocol.needs_isp else "aligned"
        if part not in self._has:
            raise BenchError(
                f"The protocol '{protocol.info.name}' needs test pairs ('{part}'), and the data "
                f"set '{self._data['name']}' has none."
            )
        return [
            self._cell(protocol, mapper, isp, direction, seed)
            for isp in (self._named["isp"] if protocol.needs_isp else (NONE,))
            for direction in self._config.direction
            for seed in self._config.seed
        ]

    def _cell(self, protocol: Protocol, mapper: str, isp: str, direction: str, seed: int) -> Cell:
        evaluation = protocol.evaluation(direction)  # type: ignore[arg-type]
        mapper_key = self._mapper(mapper, seed) if evaluation.uses_mapper else None
        inputs = {}
        if evaluation.train is not None:
            inputs["isp"] = self._isp(isp, evaluation, mapper_key, seed)
        fields = {
            "protocol": protocol.info.name,
            "version": protocol.info.version,
            "part": "scenes" if protocol.needs_isp else "aligned",
            "camera": evaluation.test.camera,
            "reference": evaluation.reference,
        }
        if evaluation.test.mapped is not None:
            inputs["raw"] = self._map(evaluation.test, str(fields["part"]), mapper_key, seed)
        title = f"score {protocol.info.name} {mapper} {isp} {direction} seed {seed}"
        bare = StepSpec("score", title, fields, inputs, self._data)
        measured = {**fields, "extractor": self._extractor, "images": self._config.save_images}
        score = self._add(StepSpec("score", title, measured, inputs, self._data))
        return Cell(protocol.info.name, mapper, isp, direction, seed, score, bare.key)

    def _mapper(self, name: str, seed: int) -> str:
        fields = {**self._method("mapper", MAPPERS, name), "seed": seed}
        return self._add(StepSpec("mapper", f"fit {name} seed {seed}", fields, {}, self._data))

    def _map(self, source: RawSource, part: str, mapper: str | None, seed: int) -> str:
        assert mapper is not None
        fields = {
            "part": part,
            "camera": source.camera,
            "direction": source.mapped,
        }
        name = self._steps[mapper].fields["method"]
        title = f"map {part} of camera {source.camera} by {name} seed {seed}"
        return self._add(StepSpec("map", title, fields, {"mapper": mapper}, self._data))

    def _isp(self, name: str, evaluation: Evaluation, mapper: str | None, seed: int) -> str:
        assert evaluation.train is not None
        look = evaluation.reference
        fields = {
            **self._method("isp", ISPS, name),
            "seed": seed,
            "look": look,
        }
        inputs = {}
        title = f"train {name} for camera {look}"
        if evaluation.train.mapped is not None:
            inputs["raw"] = self._map(evaluation.train, "train", mapper, seed)
            title += f" on mapped raw ({self._steps[str(mapper)].fields['method']})"
        return self._add(StepSpec("isp", f"{title} seed {seed}", fields, inputs, self._data))

    def _method(self, kind: str, registry: Registry, name: str) -> dict[str, Any]:
        """Name, version and full config of a method; for a plug-in its source counts too."""
        cls: Any = registry.get(name)
        values = {
            **self._preset.values(kind, name, cls.Config),
            **self._overrides[kind].get(name, {}),
        }
        config = build(cls.Config, values, f"{kind} '{name}' in preset '{self._preset.name}'")
        fields = {
            "method": name,
            "version": cls.info.version,
            "config": {k: _json(v) for k, v in dataclasses.asdict(config).items()},
        }
        file = Path(inspect.getfile(cls))
        if file.parent not in BUILTIN:
            fields["source"] = hashlib.sha256(file.read_bytes()).hexdigest()
        return fields

    def _add(self, spec: StepSpec) -> str:
        self._steps.setdefault(spec.key, spec)
        return spec.key


def _json(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_json(v) for v in value]
    return str(value) if isinstance(value, Path) else value
