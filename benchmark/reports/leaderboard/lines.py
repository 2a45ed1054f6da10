"""What several people submitted, line by line, and which lines can be compared."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from benchmark.planning.graph import NONE
from benchmark.records.record import Record
from benchmark.records.submission import SEEDS, Submission


@dataclass(frozen=True)
class Line:
    """What one person submitted of one method, or of one reference.

    Attributes:
        by: the person.
        method: all that makes it this method, see :func:`method_of`.
        records: one per direction and seed.
    """

    by: str
    method: str
    records: tuple[Record, ...]

    @property
    def first(self) -> Record:
        """One of its records: they differ in direction, seed and scores only."""
        return self.records[0]

    @property
    def complete(self) -> bool:
        """Whether both directions have all seeds that count."""
        for direction in ("a2b", "b2a"):
            own = [r for r in self.records if r.direction == direction]
            seeds = {r.seed for r in own}
            if not own or (any(r.trained for r in own) and seeds != set(SEEDS)):
                return False
        return True


def lines_of(submissions: Iterable[Submission]) -> list[Line]:
    """The newest record of each cell, by person and method."""
    newest: dict[tuple[str, str, str, str, int], Record] = {}
    for submission in submissions:
        for record in submission.records:
            if record.trained and record.seed not in SEEDS:
                continue
            place = (submission.by, contest_of(record), method_of(record), record.direction)
            other = newest.get((*place, record.seed))
            if other is None or record.time >= other.time:
                newest[*place, record.seed] = record
    found: dict[tuple[str, str, str], list[Record]] = {}
    for (by, contest, method, _, _), record in newest.items():
        found.setdefault((by, contest, method), []).append(record)
    return [
        Line(by, method, tuple(sorted(own, key=lambda r: (r.direction, r.seed))))
        for (by, _, method), own in found.items()
    ]


def test_of(record: Record) -> str:
    """All that results must share to have the same references."""
    score = record.steps[record.score]
    facts = [
        record.data["fingerprint"], record.preset, record.budget, record.isp == NONE,
        score.get("distances", 1), record.cameras, record.ids,
    ]  # fmt: skip
    return json.dumps(facts)


def contest_of(record: Record) -> str:
    """All that results must share to be compared."""
    score = record.steps[record.score]
    return json.dumps([score["protocol"], score["version"], test_of(record)])


def method_of(record: Record) -> str:
    """All that makes it this method on this ISP, but the seed."""
    facts = ("kind", "method", "version", "config", "precision", "source", "setting")
    own = [s for s in record.steps.values() if s["kind"] != "score"]
    parts = sorted({json.dumps([s.get(f) for f in facts], sort_keys=True) for s in own})
    return json.dumps([record.protocol, record.label, record.isp, *parts])
