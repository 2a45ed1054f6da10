"""Numbers of a table from records: means over ISPs, seeds and pictures, with their intervals."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.metric import METRICS, Metric
from benchmark.metrics.statistics import (
    Interval,
    bootstrap_mean,
    jackknife_interval,
    over_seeds,
    paired_bootstrap_difference,
    paired_jackknife_difference,
)
from benchmark.records.record import Record


@dataclass(frozen=True)
class Score:
    """One number of a table.

    Attributes:
        metric: what was measured.
        interval: the mean over ISPs and seeds, with its interval over pictures or scenes.
        spread: standard deviation over seeds of the mean over ISPs; NaN for one seed.
        seeds: number of seeds.
        resampled: mean over ISPs and seeds of the value per picture ("image" metrics) or of the
            value without each scene ("set" metrics); the basis of paired intervals.
    """

    metric: Metric
    interval: Interval
    spread: float
    seeds: int
    resampled: NDArray[np.float64]

    @property
    def value(self) -> float:
        """The number itself."""
        return self.interval.value


def score(records: Sequence[Record], metric_key: str) -> Score | None:
    """The mean of one metric over records that differ in ISP and seed only.

    None where a record lacks the metric. Every seed must have the same ISPs.
    """
    metric = METRICS[metric_key]
    present = [r for r in records if metric_key in (*r.per_image, *r.sets)]
    if not records or len(present) < len(records):
        return None
    if metric.per == "image":
        resampled = np.mean([r.per_image[metric_key] for r in records], axis=0)
        interval = bootstrap_mean(resampled, (metric_key,))
    else:
        resampled = np.mean([r.sets[metric_key].leave_one_out for r in records], axis=0)
        value = float(np.mean([r.sets[metric_key].value for r in records]))
        interval = jackknife_interval(value, resampled)
    by_seed: dict[int, list[float]] = {}
    for record in records:
        by_seed.setdefault(record.seed, []).append(_value(record, metric))
    spread = over_seeds([float(np.mean(values)) for values in by_seed.values()])
    return Score(metric, interval, spread.std, spread.n, resampled)


def _value(record: Record, metric: Metric) -> float:
    if metric.per == "image":
        return float(np.mean(record.per_image[metric.key]))
    return record.sets[metric.key].value


def indistinguishable_from_best(scores: Sequence[Score | None]) -> list[bool]:
    """Which of the scores of one column are bold.

    The best, and every one whose paired interval of the difference to it contains zero. With
    fewer than two scores there is no comparison and nothing is bold.
    """
    present = [s for s in scores if s is not None and np.isfinite(s.value)]
    if len(present) < 2:
        return [False] * len(scores)
    best = present[0]
    for candidate in present[1:]:
        if candidate.metric.is_better(candidate.value, best.value):
            best = candidate
    return [s is not None and (s is best or not _differs(s, best)) for s in scores]


def _differs(one: Score, other: Score) -> bool:
    if one.metric.per == "image":
        difference = paired_bootstrap_difference(one.resampled, other.resampled, (one.metric.key,))
    else:
        difference = paired_jackknife_difference(
            one.value, one.resampled, other.value, other.resampled
        )
    # One picture gives no interval; then only the best itself is bold.
    return difference.excludes_zero or np.isnan(difference.low)
