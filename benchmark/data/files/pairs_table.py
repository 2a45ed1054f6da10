"""The table of pairs, `pairs.csv`: which pictures of two cameras belong together, and what for."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmark.cameras import Camera
from benchmark.data.files.listing import Pictures, meant, plain_name
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


def read_pairs(table: Path, pictures: Pictures) -> tuple[list[PairRow], list[str]]:
    """The rows of a table of pairs, and what is wrong with the other lines, a sentence each.

    Args:
        table: a `pairs.csv`.
        pictures: all that its names may mean.

    Raises:
        BenchError: it is not such a table.
    """
    try:
        reader = csv.reader(io.StringIO(table.read_text(encoding="utf-8-sig"), newline=""))
        lines = [(reader.line_num, line) for line in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BenchError(f"{table} is not a comma-separated table in UTF-8: {error}.") from error
    columns = [column.strip() for column in lines[0][1]] if lines else []
    for column in columns:
        if column not in COLUMNS:
            raise unknown_name("column", column, COLUMNS, where=str(table))
    if not {"a", "b"} <= set(columns):
        raise BenchError(
            f"{table} has the columns {columns}; it needs a and b, and may have role "
            f"({', '.join(ROLES)}): file names of camera A and of camera B, a pair to a line."
        )
    stems: dict[Camera, dict[str, str]] = {
        camera: {n: f.stem for f in own.values() for n in (f.stem, plain_name(f.raw.name))}
        for camera, own in pictures.items()
    }
    pairs, faults = [], []
    for number, line in lines[1:]:
        cells = dict(zip(columns, (cell.strip() for cell in line), strict=False))
        if any(cells.values()):
            try:
                pairs.append(_pair(cells, stems))
            except BenchError as error:
                faults.append(f"{table}, line {number}: {error}")
    return pairs, [*faults, *(f"{table}: {misuse}" for misuse in _misuses(pairs))]


def pairs_table(rows: Iterable[tuple[str, str, str]]) -> str:
    """The text of a `pairs.csv`: names of two files and their role, a pair to a line."""
    table = io.StringIO()
    csv.writer(table, lineterminator="\n").writerows((COLUMNS, *rows))
    return table.getvalue()


def _pair(cells: Mapping[str, str], stems: Mapping[Camera, Mapping[str, str]]) -> PairRow:
    role = cells.get("role") or "scene"
    if role not in ROLES:
        raise unknown_name("role", role, ROLES)
    a, b = (
        known[meant(cells.get(camera, ""), known, f"camera {camera.upper()} has no raw file")]
        for camera, known in stems.items()
    )
    return PairRow(a, b, role)


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
            faults.append(
                f"{where} is in two lines of the same role; each pair needs its own picture."
            )
        if "anchor" in roles and len(set(roles)) > 1:
            faults.append(
                f"{where} is an anchor (training) and in a test pair; it can only be one of them."
            )
    return faults
