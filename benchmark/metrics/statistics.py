"""Intervals and spreads of scores: over images, over scenes, over seeds of training.

Per-image metrics get a percentile bootstrap over images. Metrics of whole sets (FID, KID) get a
jackknife over scenes: resampling with replacement draws scenes twice, which lowers the rank of the
covariance (FID) and adds self-pairs (KID), so that a percentile bootstrap of FID covers 30 %
instead of 95 %. Seeds of training add a variance of their own, see :func:`with_seeds`. Random
numbers are seeded by hashing names, so an interval is the same whenever a table is made.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit  # of Student's t; importing scipy.stats takes a second

from benchmark.errors import ContractError

RESAMPLES = 2000
LEVEL = 0.95
# Even if one method wins on every picture, a sign test reaches the 5 % level only from six pictures
# on (2 / 2⁶ = 3 %); a percentile bootstrap of fewer covers far less than it says.
FEWEST = 6


@dataclass(frozen=True)
class Interval:
    """An estimate and its confidence interval.

    Attributes:
        value: the estimate from all images.
        low: lower end; NaN where no interval can be given (too few images, values not finite).
        high: upper end; NaN likewise.
        level: nominal coverage.
        n: images or scenes it rests on.
        error: standard error of the estimate; NaN where no interval can be given.
    """

    value: float
    low: float
    high: float
    level: float
    n: int
    error: float = float("nan")

    @property
    def known(self) -> bool:
        """Whether there is an interval.

        >>> Interval(0.5, float("nan"), float("nan"), 0.95, 1).known
        False
        """
        return not np.isnan(self.low)

    @property
    def excludes_zero(self) -> bool:
        """Whether zero lies outside; False where there is no interval. Decides what is bold.

        >>> Interval(0.5, 0.2, 0.8, 0.95, 30).excludes_zero
        True
        >>> Interval(0.5, -0.2, 1.2, 0.95, 30).excludes_zero
        False
        """
        return self.low > 0 or self.high < 0


def bootstrap_mean(
    values: ArrayLike,
    names: Sequence[str] = ("bootstrap",),
    resamples: int = RESAMPLES,
    level: float = LEVEL,
) -> Interval:
    """Percentile bootstrap interval of the mean over images; none for fewer than six.

    Args:
        values: (n,) one number per image, in the metric's unit.
        names: named axes that seed the resampling; equal names and n give equal draws.
        resamples: number of bootstrap samples.
        level: nominal coverage.

    Raises:
        ContractError: not one axis, or no values.

    >>> interval = bootstrap_mean([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    >>> interval.low < interval.value < interval.high
    True
    >>> bootstrap_mean([0.25, 0.75]).known
    False
    """
    values = _vector(values)
    n = len(values)
    if n < FEWEST or not np.isfinite(values).all():
        return _without_interval(float(values.mean()), level, n)
    tail = (1 - level) / 2
    means = _draws(tuple(names), n, resamples) @ values / n
    low, high = np.quantile(means, [tail, 1 - tail])
    error = float(values.std(ddof=1)) / n**0.5
    return Interval(float(values.mean()), float(low), float(high), level, n, error)


def paired_bootstrap_difference(
    values: ArrayLike,
    others: ArrayLike,
    names: Sequence[str] = ("bootstrap",),
    resamples: int = RESAMPLES,
    level: float = LEVEL,
) -> Interval:
    """Percentile bootstrap interval of mean(values) - mean(others) over the same images.

    Args:
        values: (n,) one method's number per image.
        others: (n,) another method's, same images in the same order.
        names: named axes that seed the resampling.
        resamples: number of bootstrap samples.
        level: nominal coverage.

    Raises:
        ContractError: not one axis, no values, or different numbers of images.

    >>> paired_bootstrap_difference([1, 5, 2, 7, 4, 6], [0, 4, 1, 6, 3, 5]).value
    1.0
    """
    difference = _vector(values) - _same_length(others, values)
    return bootstrap_mean(difference, names, resamples, level)


def jackknife_interval(value: float, leave_one_out: ArrayLike, level: float = LEVEL) -> Interval:
    """Interval of a set's score from the scores without each scene; none for fewer than six.

    value ± t(n - 1) se with se² = (n - 1) / n sum_i (v_i - mean v)² (Tukey 1958) and Student's t.
    The value itself is not corrected for bias: the target is the score at this n.

    Args:
        value: the score with all scenes.
        leave_one_out: (n,) the score without scene i.
        level: nominal coverage.

    Raises:
        ContractError: not one axis, or no values.

    >>> interval = jackknife_interval(2.0, [2.0, 2.1, 1.9, 2.0, 2.1, 1.9])
    >>> round(interval.low, 2), round(interval.high, 2)
    (1.53, 2.47)
    """
    values = _vector(leave_one_out)
    n = len(values)
    if n < FEWEST or not np.isfinite(values).all():
        return _without_interval(float(value), level, n)
    error = float(np.sqrt((n - 1) / n * np.sum((values - values.mean()) ** 2)))
    half = _student(n - 1, level) * error
    return Interval(float(value), float(value) - half, float(value) + half, level, n, error)


def paired_jackknife_difference(
    value: float,
    leave_one_out: ArrayLike,
    other: float,
    other_leave_one_out: ArrayLike,
    level: float = LEVEL,
) -> Interval:
    """Interval of the difference of two methods' scores over the same scenes, value - other.

    Args:
        value: one method's score with all scenes.
        leave_one_out: (n,) its scores without scene i.
        other: the other method's score with all scenes.
        other_leave_one_out: (n,) its scores without scene i, same order.
        level: nominal coverage.

    Raises:
        ContractError: not one axis, no values, or different numbers of scenes.
    """
    values = _vector(leave_one_out) - _same_length(other_leave_one_out, leave_one_out)
    return jackknife_interval(value - other, values, level)


def with_seeds(over_scenes: Interval, by_seed: ArrayLike) -> Interval:
    """The interval of a mean over seeds, scenes and seeds crossed.

    value ± (t(n - 1)² v_scenes + t(S - 1)² v_seeds)^½: Student's half-widths over scenes and over
    seeds, added as squares (Howe 1974). The variance over scenes is that of the mean over seeds,
    the variance over seeds that of their scores; what both do together is in either, so the
    interval is a little wide. A bootstrap over a handful of seeds would be too narrow: for three it
    lacks a third of the variance, and Student's tails.

    Args:
        over_scenes: of the mean over seeds, over images or scenes.
        by_seed: (S,) the score of each seed.

    Raises:
        ContractError: not one axis, or no values.

    >>> scenes = Interval(30.0, 29.0, 31.0, 0.95, 100, error=0.5)
    >>> wider = with_seeds(scenes, [29.0, 30.0, 31.0])
    >>> round(wider.low, 1), round(wider.high, 1)
    (27.3, 32.7)
    >>> with_seeds(scenes, [30.0]) == with_seeds(scenes, [30.0, 30.0]) == scenes
    True
    """
    scores = _vector(by_seed)
    seeds, n, level = len(scores), over_scenes.n, over_scenes.level
    if seeds == 1 or not over_scenes.known or not np.isfinite(scores).all():
        return over_scenes
    v_seeds = float(scores.var(ddof=1)) / seeds
    if v_seeds == 0:
        return over_scenes
    by_scenes = _student(n - 1, level) * over_scenes.error
    by_seeds = _student(seeds - 1, level) * v_seeds**0.5
    half = float(np.hypot(by_scenes, by_seeds))
    error = float(np.hypot(over_scenes.error, v_seeds**0.5))
    value = over_scenes.value
    return Interval(value, value - half, value + half, level, n, error)


def std_over_seeds(values: ArrayLike) -> float:
    """Standard deviation of one score over seeds, divisor n - 1; NaN for one seed.

    Args:
        values: (n,) one score per seed.

    Raises:
        ContractError: not one axis, or no values.

    >>> std_over_seeds([30.0, 32.0, 34.0])
    2.0
    >>> std_over_seeds([30.0])
    nan
    """
    values = _vector(values)
    return float(values.std(ddof=1)) if len(values) > 1 else float("nan")


def _student(freedom: int, level: float) -> float:
    """Half-width of the central part of Student's t that holds a share `level`."""
    return float(stdtrit(freedom, (1 + level) / 2))


def _without_interval(value: float, level: float, n: int) -> Interval:
    return Interval(value, float("nan"), float("nan"), level, n)


@lru_cache(maxsize=8)  # the intervals of a table: equal names and n for every row
def _draws(names: tuple[str, ...], n: int, resamples: int) -> NDArray[np.float64]:
    """How often each image is drawn: bootstrap samples without their order, (resamples, n)."""
    drawn = _generator(*names).multinomial(n, np.full(n, 1 / n), size=resamples)
    return drawn.astype(np.float64)


def _generator(*names: str) -> np.random.Generator:
    # Not `seed_of`: it would draw other samples and so change the intervals of published tables.
    digest = hashlib.sha256("\n".join(names).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big"))


def _vector(values: ArrayLike) -> NDArray[np.float64]:
    vector = np.asarray(values, dtype=np.float64)
    if vector.ndim != 1 or len(vector) == 0:
        raise ContractError(
            "Statistics need one number per image, scene or seed, an array of shape (n,) with n "
            f"at least 1; this one has shape {vector.shape}."
        )
    return vector


def _same_length(values: ArrayLike, others: ArrayLike) -> NDArray[np.float64]:
    vector = _vector(values)
    if vector.shape != np.shape(others):
        raise ContractError(
            "A paired comparison needs the same images on both sides; there are "
            f"{len(_vector(others))} and {len(vector)}."
        )
    return vector
