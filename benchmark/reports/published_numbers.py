"""What papers report: the files in `published/`, which `results/published` shows, too."""

from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from benchmark.config import read_yaml, validated

FOLDER = Path(__file__).parent / "published"

Numbers = tuple[str | None, ...]  # as printed, one per metric; None for what is not known


class Reported(BaseModel):
    """One row of a published table.

    Attributes:
        mapper: as records label it, with swept values in brackets.
        name: as the paper calls it.
        a2b, b2a: the numbers of each direction; empty where none are known.
        by: who reports it, where it is not the paper of the table.
        differs: in what it differs from our protocol; empty for nothing.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    mapper: str
    name: str
    a2b: Numbers = ()
    b2a: Numbers = ()
    by: str = ""
    differs: str = ""


class Published(BaseModel):
    """A published table.

    Attributes:
        table: our table with the same metrics.
        by: who reports it.
        source: publication, table and page.
        data: name of the data set.
        metrics: keys of the numbers of a row, in their order.
        rows: from the top.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    table: str
    by: str
    source: str
    data: str
    metrics: tuple[str, ...]
    rows: tuple[Reported, ...]

    def number(self, row: Reported, direction: str, metric: str) -> str | None:
        """A number as printed; None where none is known."""
        numbers = {"a2b": row.a2b, "b2a": row.b2a}.get(direction)
        if not numbers or metric not in self.metrics:
            return None
        return numbers[self.metrics.index(metric)]


@cache
def published() -> tuple[Published, ...]:
    """All published tables, those of the paper after those of later papers."""
    files = sorted(FOLDER.glob("*.yaml"))
    return tuple(validated(Published, read_yaml(file), str(file)) for file in files)
