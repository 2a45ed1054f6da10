"""What a board says of a line besides its numbers."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from benchmark.metrics.metric import METRICS
from benchmark.records.record import Record
from benchmark.records.submission import SEEDS
from benchmark.records.verdicts import Remembered, Verdicts, scores_of
from benchmark.registry import ISPS, MAPPERS, Registry
from benchmark.reports.notes import SPREAD, changes
from benchmark.store.step import TRAININGS

LEGEND = (
    f"Seeds {', '.join(map(str, SEEDS))} count, so that nobody chooses the best. {SPREAD}",
    "Re-scored: whoever made this page computed the scores again from the submitted weights, and "
    "they came out the same. That does not show how the weights were trained; several people who "
    "trained the same method do.",
    "Code: version and commit of ISP-Bench; + stands for changes that are not in the commit.",
)


def rescored(records: Sequence[Record], shown: Iterable[str], verdicts: Verdicts) -> str:
    """Whether the scores of records came out again, in words.

    Args:
        records: the scores.
        shown: the metrics that matter.
        verdicts: by `scores_of` their records.
    """
    of_records = [verdicts.get(scores_of(record)) for record in records]
    same = [verdict for verdict in of_records if verdict is not None and verdict.verdict == "same"]
    if len(same) < len(records):
        return f"{len(same)} of {len(records)}" if same else "no"
    left = sorted({m for r, v in zip(records, same, strict=True) for m in _left_out(r, v, shown)})
    return f"yes, without {', '.join(METRICS[m].title for m in left)}" if left else "yes"


def _left_out(record: Record, verdict: Remembered, shown: Iterable[str]) -> set[str]:
    """The metrics that were recorded and not compared."""
    return set(shown) & {*record.per_image, *record.sets} - set(verdict.compared)


def code_of(environment: Mapping[str, Any]) -> str:
    """Version and commit of ISP-Bench."""
    commit = str(environment.get("commit") or "")
    mark = "+" if commit.endswith("+") else ""
    return f"{environment.get('isp-bench', '')} {commit[:7].rstrip('+')}{mark}".strip()


def notes_on(records: Sequence[Record]) -> list[str]:
    """Other settings than the preset's, plug-ins, and other versions than this installation's."""
    found = changes(records)
    trained = [s for r in records for s in r.steps.values() if s["kind"] in TRAININGS]
    for step in trained:
        name = step["method"]
        registry: Registry[Any] = MAPPERS if step["kind"] == "mapper" else ISPS
        if step.get("source"):
            found.append(f"plug-in {name}, SHA-256 {step['source'][:8]}")
        elif name not in registry:
            found.append(f"{name} is not known here")
        elif registry.info(name).version != step["version"]:
            found.append(f"{name} version {step['version']}")
        if step.get("precision", "float32") != "float32":
            found.append(f"{name} trained in {step['precision']}")
    return list(dict.fromkeys(found))
