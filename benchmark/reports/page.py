"""One self-contained page per run: tables, pictures, training curves and provenance."""

import base64
import io
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from benchmark.files import write_atomic
from benchmark.records.record import Record
from benchmark.reports.html import render
from benchmark.reports.table import Table
from benchmark.store.step import TRAININGS
from benchmark.units import readable_size, readable_time

FILE = "report.html"
QUALITY = 88  # of the embedded JPEGs
WIDTH, HEIGHT = 170, 60  # of a curve, pixels
TRAINING_HEADS = (
    "Training", "Version", "Parameters", "Steps", "Time", "Peak memory", "Device", "Key",
)  # fmt: skip

Losses = dict[tuple[str, str], dict[int, float]]  # (stage, loss) to step to value


@dataclass(frozen=True)
class Picture:
    """A comparison picture.

    Attributes:
        title: what it compares.
        jpeg: the picture as JPEG, in base 64.
    """

    title: str
    jpeg: str


@dataclass(frozen=True)
class Curve:
    """One loss over the steps of a training, drawn.

    Attributes:
        title: stage and loss.
        about: the same in a sentence, for those who cannot see the drawing.
        range: smallest and largest value.
        points: corners of the line as SVG takes them, in pixels.
        width: of the drawing, pixels.
        height: of the drawing, pixels.
    """

    title: str
    about: str
    range: str
    points: str
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True)
class Report:
    """What `report.html.j2` shows.

    Attributes:
        name: of the run.
        summary: one sentence.
        tables: of the run.
        pictures: comparison pictures.
        curves: title of a training to its losses; trainings without a log are left out.
        facts: name and value: data, preset, versions, machine.
        training_heads: headings of `trainings`.
        trainings: a line per trained mapper or ISP.
    """

    name: str
    summary: str
    tables: Sequence[Table]
    pictures: Sequence[Picture]
    curves: dict[str, list[Curve]]
    facts: Sequence[tuple[str, str]]
    training_heads: Sequence[str]
    trainings: Sequence[tuple[str, ...]]


def write_report(
    folder: Path, records: Sequence[Record], tables: Sequence[Table], steps: Path
) -> Path:
    """Writes `report.html` into a run's folder.

    Args:
        folder: of the run; comparison pictures in it are embedded.
        records: of the run.
        tables: made from them.
        steps: folder of the store's steps; curves of trainings that are not in it are left out.
    """
    trained = _trained(records)
    report = Report(
        name=folder.name,
        summary=_summary(records),
        tables=tables,
        pictures=list(_pictures(folder)),
        curves=_curves(trained, steps),
        facts=list(_facts(records)),
        training_heads=TRAINING_HEADS,
        trainings=[_training_line(key, step) for key, step in trained.items()],
    )
    file = folder / FILE
    write_atomic(file, render("report.html.j2", report=report))
    return file


def _summary(records: Sequence[Record]) -> str:
    first = records[0]
    cameras = " and ".join(first.cameras)
    return f"{len(records)} cells on {first.data['name']} ({cameras}), preset {first.preset}."


def _pictures(folder: Path) -> Iterator[Picture]:
    for file in sorted((*folder.glob("comparison-*.png"), *folder.glob("comparison-*.jpg"))):
        packed = io.BytesIO()
        with Image.open(file) as picture:
            picture.convert("RGB").save(packed, "JPEG", quality=QUALITY)
        title = file.stem.removeprefix("comparison-")
        yield Picture(title, base64.b64encode(packed.getvalue()).decode())


def _trained(records: Sequence[Record]) -> dict[str, dict[str, Any]]:
    """Every mapper and ISP behind the records, by key."""
    steps = {key: step for record in records for key, step in record.steps.items()}
    chosen = {key: step for key, step in steps.items() if step["kind"] in TRAININGS}
    return dict(sorted(chosen.items(), key=lambda item: item[1]["title"]))


def _curves(trained: dict[str, dict[str, Any]], steps: Path) -> dict[str, list[Curve]]:
    curves: dict[str, list[Curve]] = {}
    for key, step in trained.items():
        losses = _read_log(steps / key / "log.jsonl")
        if losses:
            drawn = [_curve(f"{stage}: {loss}", values) for (stage, loss), values in losses.items()]
            curves.setdefault(step["title"], []).extend(drawn)
    return curves


def _read_log(file: Path) -> Losses:
    """Losses from a training's log; a step that was run again after a stop counts once."""
    losses: Losses = {}
    if not file.is_file():
        return losses
    for text in file.read_text(encoding="utf-8").splitlines():
        try:
            line = json.loads(text)
        except json.JSONDecodeError:  # cut off by a kill
            continue
        stage, step = line.pop("stage"), line.pop("step")
        for loss, value in line.items():
            if math.isfinite(value):
                losses.setdefault((stage, loss), {})[step] = value
    return losses


def _curve(title: str, values: dict[int, float]) -> Curve:
    steps, low, high = sorted(values), min(values.values()), max(values.values())
    width, height = max(steps[-1] - steps[0], 1), (high - low) or 1.0
    points = " ".join(
        f"{(step - steps[0]) / width * WIDTH:.1f},"
        f"{2 + (high - values[step]) / height * (HEIGHT - 4):.1f}"
        for step in steps
    )
    about = f"{title}, {low:.3g} to {high:.3g}, last {values[steps[-1]]:.3g} at step {steps[-1]}"
    return Curve(title, about, f"{low:.3g} … {high:.3g}", points)


def _facts(records: Sequence[Record]) -> Iterator[tuple[str, str]]:
    first = records[0]
    yield "data", f"{first.data['name']}, fingerprint {first.data['fingerprint']}"
    yield "data config", json.dumps(first.data["config"], ensure_ascii=False)
    yield "preset", f"{first.preset}: {first.reduced}" if first.reduced else first.preset
    yield "recorded", f"{min(r.time for r in records)} to {max(r.time for r in records)}"
    for key in dict.fromkeys(key for r in records for key in r.environment):
        yield key, "; ".join(dict.fromkeys(_text(r.environment.get(key)) for r in records))


def _training_line(key: str, step: dict[str, Any]) -> tuple[str, ...]:
    memory = {where: readable_size(mb * 1e6) for where, mb in step.get("peak_mb", {}).items()}
    return (
        step["title"],
        _text(step.get("version")),
        f"{step.get('parameters', 0):,}",
        _text(step.get("steps") or "closed form"),
        readable_time(step.get("seconds", 0)),
        _text(memory or None),
        _text(step.get("device")),
        key,
    )


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_text(part)}" for key, part in value.items())
    return "–" if value is None else str(value)
