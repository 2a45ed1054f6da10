"""Numbers of a table from records: means over ISPs, seeds and pictures, with their intervals."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmark.errors import BenchError
from benchmark.metrics.metric import METRICS, Metric
from benchmark.metrics.statistics import (
    FEWEST,
    Interval,
    bootstrap_mean,
    jackknife_interval,
    paired_bootstrap_difference,
    paired_jackknife_difference,
    std_over_seeds,
    with_seeds,
)
from benchmark.records.record import Record


@dataclass(frozen=True)
class Score:
    """One number of a table.

    Attributes:
        metric: what was measured.
        interval: the mean over ISPs and seeds, with its interval over pictures or scenes and over
            seeds.
        spread: standard deviation over seeds of the mean over ISPs; NaN for one seed.
        by_seed: seed to the mean over ISPs.
        trained: keys of the trainings behind it.
        resampled: mean over ISPs and seeds of the value per picture ("image" metrics) or of the
            value without each scene ("set" metrics); the basis of paired intervals.
    """

    metric: Metric
    interval: Interval
    spread: float
    by_seed: dict[int, float]
    trained: frozenset[str]
    resampled: NDArray[np.float64]

    @property
    def value(self) -> float:
        """The number itself."""
        return self.interval.value

    @property
    def seeds(self) -> int:
        """Number of seeds."""
        return len(self.by_seed)


def score(records: Sequence[Record], metric_key: str) -> Score | None:
    """The mean of one metric over records that differ in ISP and seed only.

    None where a record lacks the metric. Every seed must have the same ISPs.

    Raises:
        BenchError: the records were measured on different test pictures.
    """
    metric = METRICS[metric_key]
    present = [r for r in records if metric_key in (*r.per_image, *r.sets)]
    if not records or len(present) < len(records):
        return None
    _require_same_pictures(records)
    if metric.per == "image":
        resampled = np.mean([r.per_image[metric_key] for r in records], axis=0)
        interval = bootstrap_mean(resampled, (metric_key,))
    else:
        resampled = np.mean([r.sets[metric_key].leave_one_out for r in records], axis=0)
        value = float(np.mean([r.sets[metric_key].value for r in records]))
        interval = jackknife_interval(value, resampled)
    values: dict[int, list[float]] = {}
    for record in records:
        values.setdefault(record.seed, []).append(_value(record, metric))
    by_seed = {seed: float(np.mean(values[seed])) for seed in sorted(values)}
    scores = list(by_seed.values())
    trained = frozenset[str]().union(*(record.trained for record in records))
    interval = with_seeds(interval, scores)
    return Score(metric, interval, std_over_seeds(scores), by_seed, trained, resampled)


def _value(record: Record, metric: Metric) -> float:
    if metric.per == "image":
        return float(np.mean(record.per_image[metric.key]))
    return record.sets[metric.key].value


def _require_same_pictures(records: Sequence[Record]) -> None:
    first = records[0]
    for other in records[1:]:
        if other.ids != first.ids:
            raise BenchError(
                f"The records of {first.label} (seed {first.seed}) and {other.label} (seed "
                f"{other.seed}) in {first.protocol} {first.direction} were measured on different "
                f"test pictures ({first.n} and {other.n}), so there is no mean over them. Run one "
                "of them again, or keep them in run folders of their own."
            )


def bold_entries(scores: Sequence[Score | None]) -> list[bool]:
    """Which of the scores of one column are bold.

    The best, and those ranked after it up to, but without, the first whose paired interval of
    the difference from the best excludes zero. If every score were compared with the best on its
    own, an erratic method, whose interval is wide, could be bold below a better one that is not.
    Nothing is bold with fewer than two scores, with too few pictures for intervals, or where one
    seed must stand for trainings that the best and another one do not share: what another seed
    would change is not known.
    """
    ranked = [(i, s) for i, s in enumerate(scores) if s is not None and not np.isnan(s.value)]
    ranked.sort(key=lambda item: item[1].metric.penalty(item[1].value))
    bold = [False] * len(scores)
    if len(ranked) < 2 or ranked[0][1].interval.n < FEWEST:
        return bold
    best = ranked[0][1]
    if any(_noise_is_unknown(other, best) for _, other in ranked):
        return bold
    for i, other in ranked:
        if _differs(other, best):
            break
        bold[i] = True
    return bold


def _noise_is_unknown(one: Score, best: Score) -> bool:
    """Whether trainings set them apart whose noise the seeds do not show."""
    paired = one.by_seed.keys() == best.by_seed.keys() and one.seeds > 1
    return one.trained != best.trained and not paired


def _differs(one: Score, best: Score) -> bool:
    if one.value == best.value and np.array_equal(one.resampled, best.resampled):
        return False  # infinite values have no difference
    if one.metric.per == "image":
        difference = paired_bootstrap_difference(one.resampled, best.resampled, (one.metric.key,))
    else:
        difference = paired_jackknife_difference(
            one.value, one.resampled, best.value, best.resampled
        )
    if one.by_seed.keys() == best.by_seed.keys():
        by_seed = [value - best.by_seed[seed] for seed, value in one.by_seed.items()]
        difference = with_seeds(difference, by_seed)
    return difference.excludes_zero or not difference.known
