"""The table of pairs, `pairs.csv`: which pictures of two cameras belong together, and what for."""

import csv
import difflib
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmark.cameras import Camera
from benchmark.data.files.listing import Pictures, complaint
from benchmark.errors import BenchError, unknown_name

ROLES = ("scene", "anchor", "aligned")
COLUMNS = ("a", "b", "role")


@dataclass(frozen=True)
class PairRow:
    """Stems of two pictures that belong together, and what for."""

    a: str
    b: str
    role: str

    def stem(self, camera: Camera) -> str:
        """The picture of one camera."""
        return self.a if camera == "a" else self.b


def read_pairs(table: Path, pictures: Pictures) -> list[PairRow]:
    """The rows of a table of pairs.

    Args:
        table: a `pairs.csv`.
        pictures: all that its names may mean.

    Raises:
        BenchError: it is no such table; all wrong lines are named.
    """
    try:
        lines = list(csv.reader(table.read_text(encoding="utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BenchError(f"{table} is no comma-separated table in UTF-8: {error}.") from error
    columns = [column.strip() for column in lines[0]] if lines else []
    for column in columns:
        if column not in COLUMNS:
            raise unknown_name("column", column, COLUMNS, where=str(table))
    if not {"a", "b"} <= set(columns):
        raise BenchError(
            f"{table} has the columns {columns}; it needs a and b, and may have role "
            f"({', '.join(ROLES)}): file names of camera A and of camera B, a pair to a line."
        )
    stems: dict[Camera, dict[str, str]] = {
        camera: {name: f.stem for f in own.values() for name in (f.stem, f.raw.name)}
        for camera, own in pictures.items()
    }
    pairs, faults = [], []
    for number, line in enumerate(lines[1:], 2):
        cells = dict(zip(columns, (cell.strip() for cell in line), strict=False))
        if any(cells.values()):
            try:
                pairs.append(_pair(cells, stems))
            except BenchError as error:
                faults.append(f"line {number}: {error}")
    faults += _misuses(pairs)
    if faults:
        raise complaint(table.parent, "The table pairs.csv", faults)
    return pairs


def pairs_table(rows: Iterable[tuple[str, str, str]]) -> str:
    """The text of a `pairs.csv`: names of two files and their role, a pair to a line."""
    table = io.StringIO()
    csv.writer(table, lineterminator="\n").writerows((COLUMNS, *rows))
    return table.getvalue()


def _pair(cells: Mapping[str, str], stems: Mapping[Camera, Mapping[str, str]]) -> PairRow:
    role = cells.get("role") or "scene"
    if role not in ROLES:
        raise unknown_name("role", role, ROLES)
    for camera, known in stems.items():
        name = cells.get(camera, "")
        if name not in known:
            nearest = difflib.get_close_matches(name, known, n=1)
            hint = f" Did you mean '{nearest[0]}'?" if nearest else ""
            raise BenchError(f"camera {camera.upper()} has no raw file '{name}'.{hint}")
    return PairRow(stems["a"][cells["a"]], stems["b"][cells["b"]], role)


def _misuses(pairs: Sequence[PairRow]) -> list[str]:
    """Pictures named twice for one thing, or for training as well as for testing."""
    uses: dict[tuple[str, str], list[str]] = {}
    for pair in pairs:
        uses.setdefault(("A", pair.a), []).append(pair.role)
        uses.setdefault(("B", pair.b), []).append(pair.role)
    faults = []
    for (camera, stem), roles in uses.items():
        where = f"'{stem}' of camera {camera}"
        if len(roles) > len(set(roles)):
            faults.append(f"{where} stands in two lines of the same role; each pair needs its own.")
        if "anchor" in roles and len(set(roles)) > 1:
            faults.append(
                f"{where} is an anchor (training) and in a test pair; it may be one only."
            )
    return faults
