"""One self-contained page per run: tables, pictures, training curves, and where it all is from."""

import base64
import io
import json
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

from PIL import Image

from benchmark.files import write_atomic
from benchmark.records.record import Record
from benchmark.reports.html import grid, page, table_html
from benchmark.reports.table import Table
from benchmark.store.step import TRAININGS

FILE = "report.html"
QUALITY = 88  # of the embedded JPEGs
WIDTH, HEIGHT = 170, 60  # of a curve, pixels

Curves = dict[tuple[str, str], dict[int, float]]  # (stage, loss) to step to value


def write_report(
    folder: Path, records: Sequence[Record], tables: Sequence[Table], steps: Path
) -> Path:
    """Writes `report.html` into a run's folder.

    Args:
        folder: of the run; comparison pictures in it are embedded.
        records: of the run.
        tables: made of them.
        steps: folder of the store's steps; curves of trainings that are not in it are left out.
    """
    body = [
        f"<h1>{escape(folder.name)}</h1>",
        f"<p>{escape(_summary(records))}</p>",
        *map(table_html, tables),
        *_section("Pictures", _pictures(folder)),
        *_section("Training curves", _curves(records, steps)),
        *_section("Provenance", _provenance(records)),
    ]
    file = folder / FILE
    write_atomic(file, page(f"ISP-Bench: {folder.name}", "\n".join(body)))
    return file


def _summary(records: Sequence[Record]) -> str:
    first = records[0]
    cameras = " and ".join(first.cameras)
    return f"{len(records)} cells on {first.data['name']} ({cameras}), preset {first.preset}."


def _section(title: str, parts: Iterator[str]) -> list[str]:
    """A heading and what stands under it; nothing where there is nothing."""
    found = list(parts)
    return [f"<h2>{title}</h2>", *found] if found else []


def _pictures(folder: Path) -> Iterator[str]:
    for file in sorted((*folder.glob("comparison-*.png"), *folder.glob("comparison-*.jpg"))):
        packed = io.BytesIO()
        with Image.open(file) as picture:
            picture.convert("RGB").save(packed, "JPEG", quality=QUALITY)
        title = escape(file.stem.removeprefix("comparison-"))
        data = base64.b64encode(packed.getvalue()).decode()
        yield f'<h3>{title}</h3>\n<img alt="{title}" src="data:image/jpeg;base64,{data}">'


def _trained(records: Sequence[Record]) -> dict[str, dict[str, Any]]:
    """Every mapper and ISP behind the records, by key."""
    steps = {key: step for record in records for key, step in record.steps.items()}
    chosen = {key: step for key, step in steps.items() if step["kind"] in TRAININGS}
    return dict(sorted(chosen.items(), key=lambda item: item[1]["title"]))


def _curves(records: Sequence[Record], steps: Path) -> Iterator[str]:
    for key, step in _trained(records).items():
        curves = _read_log(steps / key / "log.jsonl")
        if curves:
            yield f"<h3>{escape(step['title'])}</h3>"
            yield "".join(_curve(f"{stage}: {loss}", c) for (stage, loss), c in curves.items())


def _read_log(file: Path) -> Curves:
    """Losses from a training's log; a step that was run again after a stop counts once."""
    curves: Curves = {}
    if not file.is_file():
        return curves
    for text in file.read_text(encoding="utf-8").splitlines():
        try:
            line = json.loads(text)
        except json.JSONDecodeError:  # cut off by a kill
            continue
        stage, step = line.pop("stage"), line.pop("step")
        for loss, value in line.items():
            curves.setdefault((stage, loss), {})[step] = value
    return curves


def _curve(title: str, values: dict[int, float]) -> str:
    """One loss over steps as a small drawing, its range and last value below."""
    steps, low, high = sorted(values), min(values.values()), max(values.values())
    width, height = max(steps[-1] - steps[0], 1), (high - low) or 1.0
    points = " ".join(
        f"{(step - steps[0]) / width * WIDTH:.1f},"
        f"{2 + (high - values[step]) / height * (HEIGHT - 4):.1f}"
        for step in steps
    )
    about = f"{title}, {low:.3g} to {high:.3g}, last {values[steps[-1]]:.3g} at step {steps[-1]}"
    return (
        f'<figure><svg width="{WIDTH}" height="{HEIGHT}" role="img"><title>{escape(about)}</title>'
        f'<polyline points="{points}" fill="none" stroke="#1f5fa8"/></svg>'
        f"<figcaption>{escape(title)}<br>{low:.3g} … {high:.3g}</figcaption></figure>"
    )


def _provenance(records: Sequence[Record]) -> Iterator[str]:
    first = records[0]
    facts = [
        ("data", f"{first.data['name']}, fingerprint {first.data['fingerprint']}"),
        ("data config", json.dumps(first.data["config"])),
        ("preset", f"{first.preset}: {first.reduced}" if first.reduced else first.preset),
        ("recorded", f"{min(r.time for r in records)} to {max(r.time for r in records)}"),
    ]
    for key in dict.fromkeys(key for r in records for key in r.environment):
        values = dict.fromkeys(_text(r.environment.get(key)) for r in records)
        facts.append((key, "; ".join(values)))
    yield grid(("", ""), facts)
    heads = ("trained", "version", "parameters", "steps", "seconds", "peak MB", "device", "key")
    yield grid(heads, [_step_line(key, step) for key, step in _trained(records).items()])


def _step_line(key: str, step: dict[str, Any]) -> tuple[str, ...]:
    seconds, memory = f"{step.get('seconds', 0):.0f}", _text(step.get("peak_mb"))
    steps = _text(step.get("steps", {})) or "closed form"
    parameters = f"{step.get('parameters', 0):,}"
    device = _text(step.get("device"))
    return (
        step["title"],
        _text(step.get("version")),
        parameters,
        steps,
        seconds,
        memory,
        device,
        key,
    )


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_text(part)}" for key, part in value.items())
    if isinstance(value, float):
        return f"{value:.0f}"
    return "–" if value is None else str(value)
