"""`meta.json` and `split.json` of an LSMI camera: where the charts are, and the official split.

Both may be missing, hold NaN, or hold numbers as strings. What they do not say is looked for in
the folder `separate_json_files` of the data set's share, in files that name the camera in their
path or name and "meta" or "split" in their name.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from benchmark.data.charts import Points

FALL_BACK = "separate_json_files"
Split = Literal["train", "val", "test"]


@dataclass(frozen=True)
class Metadata:
    """What is known about the places of a camera.

    Attributes:
        charts: place to the charts with usable corners, by name ("mcc1", ...), each (4, 2): x and
            y of TL, TR, BR, BL in pixels of the mosaic.
        splits: place to its part of the official split.
        findings: what is missing or unusable, a sentence each.
    """

    charts: Mapping[str, Mapping[str, Points]]
    splits: Mapping[str, Split]
    findings: tuple[str, ...]


def read_metadata(root: Path, camera: str) -> Metadata:
    """Reads both files of a camera; never fails, but says what it could not use."""
    findings: list[str] = []
    charts: dict[str, dict[str, Points]] = {}
    doubtful: dict[tuple[str, str], Path] = {}  # place and chart to the first file of bad corners
    for file, places in _tables(root, camera, "meta", findings):
        for place, entry in places.items():
            for name, corners in _chart_entries(entry):
                if name in charts.get(place, {}):
                    continue
                chart = _chart(corners)
                if chart is None:
                    doubtful.setdefault((place, name), file)
                else:
                    charts.setdefault(place, {})[name] = chart
    findings += [
        f"{file}: {place} {name} has no four corners TL, TR, BR, BL; the chart is not used."
        for (place, name), file in doubtful.items()
        if name not in charts.get(place, {})
    ]
    splits: dict[str, Split] = {}
    for file, groups in _tables(root, camera, "split", findings):
        for group, members in groups.items():
            part = group.rsplit("_", 1)[-1]
            if part not in get_args(Split) or not isinstance(members, list):
                findings.append(f"{file}: '{group}' is not a list of train, val or test; not used.")
                continue
            for place in members:
                splits.setdefault(str(place), part)  # type: ignore[arg-type]
    return Metadata(charts, splits, tuple(findings))


def _tables(
    root: Path, camera: str, kind: str, findings: list[str]
) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """The readable json files of a kind, the camera's own first."""
    own = root / camera / f"{kind}.json"
    others = [
        file
        for folder in (root / FALL_BACK, root / camera / FALL_BACK)
        for file in sorted(folder.rglob(f"*{kind}*.json"))
        if camera in str(file.relative_to(root)).lower()
    ]
    readable = 0
    for file in (own, *others):
        if not file.is_file():
            continue
        try:
            table = json.loads(file.read_text(encoding="utf-8-sig"))
        except (OSError, ValueError) as error:
            findings.append(f"{file} cannot be read as json: {error}.")
            continue
        if not isinstance(table, dict):
            findings.append(f"{file} holds no table of places, but {str(table)[:20]}.")
            continue
        readable += 1
        yield file, table
    if not readable:
        findings.append(
            f"{camera} has no {kind}.json that can be used: take it from the folder {FALL_BACK} "
            f"of the share, as {root / FALL_BACK / camera / f'{kind}.json'}."
        )


def _chart_entries(entry: Any) -> list[tuple[str, Any]]:
    coordinates = entry.get("MCCCoord") if isinstance(entry, dict) else None
    return sorted(coordinates.items()) if isinstance(coordinates, dict) else []


def _chart(corners: Any) -> Points | None:
    """Four corners as numbers, (4, 2); None if they are not a quadrangle seen from the front."""
    try:
        points = np.asarray(corners, dtype=np.float64)  # also reads strings
    except (TypeError, ValueError):
        return None
    if points.shape != (4, 2) or not np.isfinite(points).all():
        return None
    edges = np.roll(points, -1, axis=0) - points
    x, y = edges.T
    turns = x * np.roll(y, -1) - y * np.roll(x, -1)  # all positive: convex, clockwise on screen
    return points if (turns > 0).all() else None
