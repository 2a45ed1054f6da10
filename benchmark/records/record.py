"""Records: one JSON file per scored cell, never changed; tables are made from these alone."""

import json
import re
from array import array
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, PlainSerializer, ValidationError

from benchmark.cameras import Camera, Direction
from benchmark.errors import BenchError
from benchmark.files import write_atomic
from benchmark.planning.graph import NONE, Cell
from benchmark.planning.preset import Preset
from benchmark.planning.run_config import Budget
from benchmark.records.changes import Changes, changed_settings
from benchmark.records.environment import environment
from benchmark.registry import MAPPERS, PROTOCOLS
from benchmark.store.step import MEASURES
from benchmark.store.store import Store

FORMAT = 1
COMMON = (
    "title", "cameras", "data", "reduced", "changed", "ids", "sizes", "born", "extractor",
    "missing", "environment",
)  # fmt: skip  # what many records of a run have in common


# 8 bytes each, a quarter of a tuple's: tables of 10,000 records hold some million of them.
Values = Annotated[
    Sequence[float], AfterValidator(partial(array, "d")), PlainSerializer(tuple[float, ...])
]


class SetMetric(BaseModel):
    """A metric of a whole set of pictures, with the values without each scene in turn."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    value: float
    leave_one_out: Values


class Record(BaseModel):
    """What is known about one scored cell.

    Attributes:
        format: version of this layout.
        protocol, mapper, isp, direction, seed: the cell; "none" where there is no mapper or ISP.
        setting: swept config values of the mapper.
        supervision: the data the mapper learns from; empty where there is none.
        adds: another mapper, and the part that this one adds to it; see `MethodInfo`.
        reference: True for floor, ceiling and oracles: shown, never ranked.
        role: "named" for what the user asked for; "beside" for the references, run to compare with.
        title: the protocol's title.
        cameras: names of camera A and camera B.
        data: name, config and fingerprint of the data set.
        preset: name of the preset.
        reduced: what the preset makes smaller than published; empty for nothing.
        changed: settings that differ from the preset and are not swept, by owner ("mapper cstpp",
            "isp pynet", "data simulated") and name. Empty in older records.
        n: test pictures.
        ids: their names.
        sizes: their distinct (height, width) in packed pixels. Empty in older records.
        born: the camera that took each pair, where the other camera's raw was made from its; empty
            where both took theirs.
        per_image: metric to one value per picture, in the order of `ids`.
        sets: Fréchet and kernel distances.
        extractor: what they were computed with; None without weights.
        missing: metric to the reason why it could not be measured.
        score: key of the score step.
        configuration: hash of all that decides the pictures, whatever is measured on them.
        budget: "own" if each method trained for a share of its own published length, "equal" if
            all saw as many crops.
        steps: per trained part: method, version, config, key, steps trained, crops seen (of each
            camera for a mapper), crops of the published length, seconds, parameters, peak memory.
        environment: commit, packages, python, system, device.
        time: when it was recorded, UTC.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, ser_json_inf_nan="constants")

    format: int = FORMAT
    protocol: str
    mapper: str
    isp: str
    direction: Direction
    seed: int
    setting: dict[str, Any] = {}
    supervision: str = ""
    adds: tuple[str, str] | None = None
    reference: bool
    role: Literal["named", "beside"]
    title: str
    cameras: tuple[str, str]
    data: dict[str, Any]
    preset: str
    reduced: str
    changed: Changes = {}
    n: int
    ids: tuple[str, ...]
    sizes: tuple[tuple[int, int], ...] = ()
    born: tuple[Camera | None, ...] = ()
    per_image: dict[str, Values]
    sets: dict[str, SetMetric]
    extractor: dict[str, Any] | None
    missing: dict[str, str]
    score: str
    configuration: str
    budget: Budget = "own"
    steps: dict[str, dict[str, Any]]
    environment: dict[str, Any]
    time: str

    @property
    def trained(self) -> frozenset[str]:
        """Keys of the steps behind it that trained in steps, and so depend on the seed."""
        return frozenset(key for key, facts in self.steps.items() if facts.get("steps"))

    @property
    def cell(self) -> tuple[str, str, str, str, int, str]:
        """Its place in the grid, see :attr:`Cell.place`."""
        setting = json.dumps(sorted(self.setting.items()))
        return (self.protocol, self.mapper, self.isp, self.direction, self.seed, setting)

    @property
    def label(self) -> str:
        """The mapper as tables name it, with its swept values."""
        swept = ", ".join(f"{key} = {value}" for key, value in self.setting.items())
        return f"{self.mapper} ({swept})" if swept else self.mapper

    def half(self, born: Camera) -> "Record":
        """A copy with the per-image metrics of the pairs that one camera took, and no others."""
        chosen = [i for i, camera in enumerate(self.born) if camera == born]
        values = {m: array("d", (v[i] for i in chosen)) for m, v in self.per_image.items()}
        ids = tuple(self.ids[i] for i in chosen)
        changes = {"n": len(ids), "ids": ids, "born": (born,) * len(ids), "per_image": values}
        return self.model_copy(update={**changes, "sets": {}})


def record_file(folder: Path, cell: Cell) -> Path:
    """The file of a cell's record in a run's folder."""
    swept = "".join(f"-{key}={value}" for key, value in cell.setting)
    mapper = re.sub(r"[^\w.=-]", "_", cell.mapper + swept)
    name = f"{cell.protocol}__{mapper}__{cell.isp}__{cell.direction}__seed{cell.seed}"
    return folder / "records" / f"{name}__{cell.score[:8]}.json"


def write_record(
    folder: Path,
    cell: Cell,
    *,
    store: Store,
    preset: Preset,
    cameras: tuple[str, str],
    named: bool,
    budget: Budget,
    missing: dict[str, str],
    device: str,
    sizes: tuple[tuple[int, int], ...],
    replace: bool = False,
) -> None:
    """Collects what the store knows about a finished cell into its record.

    A record that is there stays as it is unless `replace` is given.
    """
    file = record_file(folder, cell)
    if file.is_file() and not replace:
        return
    spec = store.spec(cell.score)
    measures = json.loads(store.verified(cell.score, MEASURES).read_text(encoding="utf-8"))
    info = PROTOCOLS.info(cell.protocol)
    mapper = MAPPERS.info(cell.mapper) if cell.mapper != NONE else None
    steps = _steps(store, cell)
    record = Record(
        protocol=cell.protocol,
        mapper=cell.mapper,
        isp=cell.isp,
        direction=cell.direction,
        seed=cell.seed,
        setting=dict(cell.setting),
        supervision=mapper.supervision if mapper else "",
        adds=mapper.adds if mapper else None,
        reference=info.reference,
        role="named" if named else "beside",
        title=PROTOCOLS.get(cell.protocol).title,
        cameras=cameras,
        data=asdict(spec.data),
        preset=preset.name,
        reduced=preset.reduced,
        changed=changed_settings(steps, spec.data, preset, dict(cell.setting), budget),
        n=len(measures["ids"]),
        ids=measures["ids"],
        sizes=sizes,
        born=measures.get("born", ()),
        per_image=measures["per_image"],
        sets=measures["sets"],
        extractor=measures.get("extractor"),
        missing=missing if cell.isp != NONE else {},
        score=cell.score,
        configuration=cell.configuration,
        budget=budget,
        steps=steps,
        environment={**environment(), "device": device},
        time=datetime.now(UTC).isoformat(timespec="microseconds"),
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(file, record.model_dump_json(indent=1))


def _steps(store: Store, cell: Cell) -> dict[str, dict[str, Any]]:
    """Every step behind a cell, by key."""
    found: dict[str, dict[str, Any]] = {}
    waiting = [cell.score]
    while waiting:
        key = waiting.pop()
        spec = store.spec(key)
        waiting += spec.inputs.values()
        found[key] = {"kind": spec.kind, "title": spec.title, **spec.fields, **store.outcome(key)}
    return found


def read_records(folder: Path) -> list[Record]:
    """All records of a run, the newest of each cell.

    Raises:
        BenchError: no records, or a file that is not one.
    """
    records = records_so_far(folder)
    if not records:
        raise BenchError(
            f"{folder} holds no records. Name the folder of a run, e.g. results/simulated-quick."
        )
    return records


def records_so_far(folder: Path) -> list[Record]:
    """As :func:`read_records`; none where no cell was scored yet.

    Raises:
        BenchError: a file that is not a record.
    """
    newest: dict[tuple[str, str, str, str, int, str], Record] = {}
    known: dict[str, Any] = {}
    for file in sorted((folder / "records").glob("*.json")):
        record = _sharing(_read(file), known)
        other = newest.get(record.cell)
        if other is None or record.time >= other.time:
            newest[record.cell] = record
    return list(newest.values())


def _sharing(record: Record, known: dict[str, Any]) -> Record:
    """The record with its parts in place of which `known` has equal ones.

    Records of a run differ in little but their scores. Held once, the rest takes no memory.
    """

    def held(part: Any) -> Any:
        return known.setdefault(repr(part), part)

    shared = {name: held(getattr(record, name)) for name in COMMON}
    steps = {held(key): held(step) for key, step in record.steps.items()}
    return record.model_copy(update={**shared, "steps": steps})


def _read(file: Path) -> Record:
    try:
        return Record.model_validate_json(file.read_text(encoding="utf-8"))
    except (ValidationError, UnicodeDecodeError) as error:
        reason = error.errors()[0] if isinstance(error, ValidationError) else str(error)
        raise BenchError(
            f"{file} is not a record of this version ({reason}). Delete it and run again; the "
            "trained weights are kept in the store."
        ) from error
