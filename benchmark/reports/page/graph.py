"""The plan's graph, drawn: equal kinds of steps are one box, seeds and directions together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmark.errors import BenchError
from benchmark.records.record import Record
from benchmark.reports.page.charts import Line
from benchmark.store.step import KINDS, Kind, StepSpec
from benchmark.store.store import Store
from benchmark.units import readable_time

BOX = (196, 40)  # width and height, pixels
GAP = (64, 10)  # between columns and between boxes
VERBS: dict[Kind, str] = {"mapper": "fit", "map": "map", "isp": "train", "score": "score"}
SWEEPS = 4  # passes that move boxes towards those they are joined with

Name = tuple[Kind, str]


@dataclass(frozen=True)
class Box:
    """Steps of one kind.

    Attributes:
        title: what they do.
        about: how many there are, and how long they took.
        kind: of the steps.
        x: of the left edge, pixels.
        y: of the upper edge, pixels.
    """

    title: str
    about: str
    kind: Kind
    x: float
    y: float


@dataclass(frozen=True)
class Graph:
    """The drawing.

    Attributes:
        boxes: from the first steps to the last.
        edges: from a box to one that reads its products; `points` are a path as SVG takes it.
        width, height: pixels.
        about: a sentence for those who cannot see it.
    """

    boxes: Sequence[Box]
    edges: Sequence[Line]
    width: float
    height: float
    about: str


def graph_of(records: Sequence[Record], store: Store) -> Graph | None:
    """The graph of all steps behind the records; None where the store no longer knows them."""
    facts = {key: step for record in records for key, step in record.steps.items()}
    try:
        specs = {key: store.spec(key) for key in facts}
    except BenchError:
        return None
    names = {key: _name(spec, specs) for key, spec in specs.items()}
    inputs: dict[Name, set[Name]] = {name: set() for name in names.values()}
    for key, spec in specs.items():
        inputs[names[key]] |= {names[k] for k in spec.inputs.values()} - {names[key]}
    columns = _columns(inputs)
    y = {name: top for column in columns for name, top in _stacked(column)}
    x = {name: i * (BOX[0] + GAP[0]) for i, column in enumerate(columns) for name in column}
    boxes = [
        Box(f"{VERBS[name[0]]} {name[1]}", _about(name, names, facts), name[0], x[name], y[name])
        for column in columns
        for name in column
    ]
    edges = [
        Line("", _path(x[a] + BOX[0], y[a] + BOX[1] / 2, x[b], y[b] + BOX[1] / 2))
        for b, needed in inputs.items()
        for a in sorted(needed)
    ]
    counts = {kind: sum(spec.kind == kind for spec in specs.values()) for kind in KINDS}
    about = ", ".join(f"{count} to {VERBS[kind]}" for kind, count in counts.items() if count)
    return Graph(
        boxes,
        edges,
        len(columns) * (BOX[0] + GAP[0]) - GAP[0],
        max(map(len, columns)) * (BOX[1] + GAP[1]) - GAP[1],
        f"{len(specs)} steps: {about}.",
    )


def _name(spec: StepSpec, specs: Mapping[str, StepSpec]) -> Name:
    """What a step does, whatever its seed and direction."""
    fields = spec.fields
    if spec.kind == "score":
        return spec.kind, str(fields["protocol"])
    if spec.kind == "map":
        return spec.kind, f"by {specs[spec.inputs['mapper']].fields['method']}"
    method = str(fields["method"])
    return spec.kind, f"{method} on mapped raw" if spec.inputs else method


def _columns(inputs: Mapping[Name, set[Name]]) -> list[list[Name]]:
    """Boxes in columns: each one to the right of all that it reads, near them in height."""
    depth: dict[Name, int] = {}

    def depth_of(name: Name) -> int:
        if name not in depth:
            depth[name] = max((depth_of(needed) + 1 for needed in inputs[name]), default=0)
        return depth[name]

    columns: list[list[Name]] = []
    for name in sorted(inputs):
        while len(columns) <= depth_of(name):
            columns.append([])
        columns[depth_of(name)].append(name)
    joined = {name: set(needed) for name, needed in inputs.items()}
    for name, needed in inputs.items():
        for other in needed:
            joined[other].add(name)
    for _ in range(SWEEPS):
        for column in columns:
            at = {name: top for c in columns for name, top in _stacked(c)}
            column.sort(key=lambda name: _mean([at[other] for other in joined[name]], at[name]))
    return columns


def _stacked(column: Iterable[Name]) -> list[tuple[Name, float]]:
    return [(name, i * (BOX[1] + GAP[1])) for i, name in enumerate(column)]


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _about(name: Name, names: Mapping[str, Name], facts: Mapping[str, dict[str, Any]]) -> str:
    own = [facts[key] for key, other in names.items() if other == name]
    seconds = sum(max(s.get("seconds", 0.0), s.get("wall_seconds", 0.0)) for s in own)
    steps = "1 step" if len(own) == 1 else f"{len(own)} steps"
    return f"{steps}, {readable_time(seconds)}"


def _path(x1: float, y1: float, x2: float, y2: float) -> str:
    middle = (x1 + x2) / 2
    return f"M{x1:g} {y1:g}C{middle:g} {y1:g} {middle:g} {y2:g} {x2:g} {y2:g}"
