"""Whether a record from elsewhere says what its steps say: their keys are hashes of that."""

import dataclasses
import json
from collections.abc import Iterator, Sequence

from benchmark.cameras import Direction
from benchmark.errors import BenchError
from benchmark.metrics.fid_weights import SHA256_PREFIX
from benchmark.metrics.metric import METRICS
from benchmark.planning.graph import NONE
from benchmark.planning.preset import load_preset, preset_names
from benchmark.records.bundle import Bundle
from benchmark.records.changes import Changes, changed_settings
from benchmark.records.record import Record
from benchmark.registry import ISPS, MAPPERS, PROTOCOLS
from benchmark.store.step import FitMapper, MapRaw, Score, StepSpec, Training, TrainISP
from protocols.base import Evaluation


def false_claims(record: Record, bundle: Bundle) -> list[str]:
    """What a record says that cannot be so, a sentence each.

    Its scores are not among it: only scoring again shows whether they are those of its weights.

    Args:
        record: of the bundle.
        bundle: with the steps behind it.
    """
    try:
        steps = [bundle.specs[key] for key in bundle.behind(record.score)]
    except BenchError as error:
        return [str(error)]
    score = steps[-1]
    if not isinstance(score, Score):
        return [f"its score {record.score} is not a score."]
    if score.protocol not in PROTOCOLS:
        return [f"there is no protocol '{score.protocol}' here."]
    return [*_cell_claims(record, score, steps), *_measure_claims(record)]


def _cell_claims(record: Record, score: Score, steps: Sequence[StepSpec]) -> Iterator[str]:
    """On the cell, and what was trained for it."""
    trained = [step for step in steps if isinstance(step, Training)]
    mappers = [step.method for step in trained if isinstance(step, FitMapper)]
    isps = [step.method for step in trained if isinstance(step, TrainISP)]
    true = {
        "protocol": score.protocol,
        "mapper": (mappers or [NONE])[0],
        "isp": (isps or [NONE])[0],
        "direction": _direction(score, steps),
        "seed": trained[0].seed if trained else record.seed,
        "setting": _setting(record, steps),
        "data": dataclasses.asdict(score.data),
        "configuration": score.configuration,
        "reference": PROTOCOLS.info(score.protocol).reference,
    }
    for name, value in true.items():
        claimed = getattr(record, name)
        if claimed != value:
            yield f"it says {name} {_shown(claimed)}, its steps {_shown(value)}."
    if len(set(mappers)) > 1 or len({(step.seed, step.data.fingerprint) for step in trained}) > 1:
        yield "its steps are of several mappers, seeds or data sets."
    if set(record.steps) != {step.key for step in steps}:
        yield "it names other steps than those behind its score."
        return
    for step in steps:
        told = {"kind": step.kind, **step.fields}
        if any(record.steps[step.key].get(key, value) != value for key, value in told.items()):
            yield f"what it says of the step '{step.title}' is not what the step says."


def _direction(score: Score, steps: Sequence[StepSpec]) -> Direction | None:
    """The direction of a cell with these steps; None where the protocol has no such cell."""
    protocol = PROTOCOLS.create(score.protocol)
    directions: tuple[Direction, ...] = ("a2b", "b2a")
    return next((d for d in directions if _fits(protocol.evaluation(d), score, steps)), None)


def _fits(evaluation: Evaluation, score: Score, steps: Sequence[StepSpec]) -> bool:
    by_key = {step.key: step for step in steps}

    def maps(key: str | None) -> tuple[Direction, str] | None:
        step = by_key.get(key or "")
        return (step.direction, step.part) if isinstance(step, MapRaw) else None

    test, train = evaluation.test, evaluation.train
    isp = by_key.get(score.isp or "")
    facts = (score.camera, score.reference, score.oracle, maps(score.raw), isp is None)
    mapped = (test.mapped, score.part) if test.mapped else None
    if facts != (test.camera, evaluation.reference, evaluation.oracle, mapped, train is None):
        return False
    if train is None or not isinstance(isp, TrainISP):
        return isp is None
    of_train = (train.mapped, "train") if train.mapped else None
    return (isp.look, maps(isp.raw)) == (evaluation.reference, of_train)


def _setting(record: Record, steps: Sequence[StepSpec]) -> dict[str, object]:
    """The values that the steps have for what the record says was swept."""
    values: dict[str, object] = {}
    for step in steps:
        if isinstance(step, FitMapper):
            values |= step.config
        elif isinstance(step, MapRaw):
            values |= step.setting
    return {key: values.get(key) for key in record.setting}


def _measure_claims(record: Record) -> Iterator[str]:
    """On what was measured."""
    measured = [*record.per_image, *record.sets]
    unknown = sorted(name for name in measured if name not in METRICS)
    if unknown:
        yield f"there is no metric '{unknown[0]}' here."
    lengths = {len(values) for values in record.per_image.values()}
    lengths |= {len(found.leave_one_out) for found in record.sets.values()}
    if not record.n or not measured or {record.n, len(record.ids), *lengths} != {record.n}:
        yield f"it does not have a value for each of its {record.n} test pictures."
    weights = str((record.extractor or {}).get("weights_sha256", SHA256_PREFIX))
    if not weights.startswith(SHA256_PREFIX):
        yield "its FID was measured with other weights than those that define FID."


def own_changes(record: Record, bundle: Bundle) -> Changes:
    """The settings that differ from the preset as this installation has it.

    The record's own word is taken where its preset or one of its methods is not here.
    """
    steps = {key: bundle.specs[key] for key in bundle.behind(record.score)}
    trained = [step for step in steps.values() if isinstance(step, Training)]
    known = all(
        step.method in (MAPPERS if isinstance(step, FitMapper) else ISPS) for step in trained
    )
    if record.preset not in preset_names() or not known:
        return record.changed
    facts = {key: {"kind": step.kind, **step.fields} for key, step in steps.items()}
    try:
        return changed_settings(
            facts,
            steps[record.score].data,
            load_preset(record.preset),
            record.setting,
            record.budget,
        )
    except BenchError:  # the data set is not here, or a setting is not
        return record.changed


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)[:80]
