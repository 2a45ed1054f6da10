"""What scoring again has shown, remembered by the scores themselves.

So a verdict holds for every bundle with the same records, with or without weights, and for no
record whose numbers were edited.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from benchmark import __version__
from benchmark.errors import BenchError
from benchmark.files import write_atomic
from benchmark.records.record import Record
from benchmark.records.reproduce import Verdict

FILE = "rescored.json"


class Remembered(BaseModel):
    """The verdict on one record.

    Attributes:
        verdict: whether the scores came out again.
        compared: the metrics that were compared.
        differences: a sentence each.
        tolerance: up to which values of a picture counted as equal.
        version: of ISP-Bench, that scored again.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    verdict: Literal["same", "differs"]
    compared: tuple[str, ...]
    differences: tuple[str, ...]
    tolerance: float
    version: str


Verdicts = Mapping[str, Remembered]
_FILE = TypeAdapter(dict[str, Remembered])


def scores_of(record: Record) -> str:
    """A hash of the scores of a record and of the step that made them."""
    per_image = {name: list(values) for name, values in record.per_image.items()}
    sets = {name: (found.value, list(found.leave_one_out)) for name, found in record.sets.items()}
    text = json.dumps([record.score, record.ids, per_image, sets], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def remembered(
    records: Iterable[Record], verdicts: Iterable[Verdict], tolerance: float
) -> dict[str, Remembered]:
    """Verdicts by `scores_of` their records; what could not be scored has none."""
    return {
        scores_of(record): Remembered(
            verdict="differs" if verdict.differences else "same",
            compared=verdict.compared,
            differences=verdict.differences,
            tolerance=tolerance,
            version=__version__,
        )
        for record, verdict in zip(records, verdicts, strict=True)
        if not verdict.obstacle
    }


def read_verdicts(folder: Path) -> dict[str, Remembered]:
    """The verdicts that are kept with a board; none where there is no board yet.

    Raises:
        BenchError: the file is not one of ours.
    """
    file = folder / FILE
    if not file.is_file():
        return {}
    try:
        return _FILE.validate_json(file.read_bytes())
    except ValidationError as error:
        raise BenchError(
            f"{file} cannot be read as verdicts. Delete it, and score again with --verify."
        ) from error


def write_verdicts(folder: Path, verdicts: Verdicts) -> None:
    """Keeps verdicts with a board."""
    write_atomic(folder / FILE, _FILE.dump_json(dict(verdicts), indent=1).decode() + "\n")
