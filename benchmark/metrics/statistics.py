"""Intervals and spreads of scores: over images, over scenes, over seeds.

Per-image metrics get a percentile bootstrap over images. Metrics of whole sets (FID, KID) get a
jackknife over scenes: resampling with replacement draws scenes twice, which lowers the rank of the
covariance (FID) and adds self-pairs (KID), so that a percentile bootstrap of FID covers 30 %
instead of 95 %. Random numbers are seeded by hashing names, so an interval is the same
whenever a table is made.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import t as student_t

RESAMPLES = 2000
LEVEL = 0.95


@dataclass(frozen=True)
class Interval:
    """An estimate and its confidence interval.

    Attributes:
        value: the estimate from all images.
        low: lower end; NaN where no interval can be given (one image, or values not finite).
        high: upper end; NaN likewise.
        level: nominal coverage.
        n: images or scenes it rests on.
    """

    value: float
    low: float
    high: float
    level: float
    n: int

    @property
    def excludes_zero(self) -> bool:
        """Whether zero lies outside; False where there is no interval. Decides what is bold."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Spread:
    """One score over several seeds.

    Attributes:
        mean: mean over seeds.
        std: standard deviation over seeds, divisor n - 1; NaN for one seed.
        low: the smallest.
        high: the largest.
        n: number of seeds.
    """

    mean: float
    std: float
    low: float
    high: float
    n: int


def bootstrap_mean(
    values: ArrayLike,
    names: Sequence[str] = ("bootstrap",),
    resamples: int = RESAMPLES,
    level: float = LEVEL,
) -> Interval:
    """Percentile bootstrap interval of the mean over images.

    Args:
        values: (n,) one number per image, in the metric's unit.
        names: named axes that seed the resampling; equal names and n give equal draws.
        resamples: number of bootstrap samples.
        level: nominal coverage.

    Raises:
        ValueError: not one axis, or no values.
    """
    values = _vector(values)
    n = len(values)
    if n == 1 or not np.isfinite(values).all():
        return Interval(float(values.mean()), float("nan"), float("nan"), level, n)
    # How often each image is drawn: a bootstrap sample without its order, (resamples, n).
    draws = _generator(*names).multinomial(n, np.full(n, 1 / n), size=resamples)
    tail = (1 - level) / 2
    low, high = np.quantile(draws @ values / n, [tail, 1 - tail])
    return Interval(float(values.mean()), float(low), float(high), level, n)


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
        ValueError: not one axis, no values, or different numbers of images.
    """
    difference = _vector(values) - _same_length(others, values)
    return bootstrap_mean(difference, names, resamples, level)


def jackknife_interval(value: float, leave_one_out: ArrayLike, level: float = LEVEL) -> Interval:
    """Interval of a set's score from the scores without each scene.

    value ± t(n - 1) se with se² = (n - 1) / n sum_i (v_i - mean v)² (Tukey 1958) and Student's t.
    The value itself is not corrected for bias: the target is the score at this n.

    Args:
        value: the score with all scenes.
        leave_one_out: (n,) the score without scene i.
        level: nominal coverage.

    Raises:
        ValueError: not one axis, or no values.
    """
    values = _vector(leave_one_out)
    n = len(values)
    if n == 1 or not np.isfinite(values).all():
        return Interval(float(value), float("nan"), float("nan"), level, n)
    error = np.sqrt((n - 1) / n * np.sum((values - values.mean()) ** 2))
    half = float(student_t.ppf((1 + level) / 2, n - 1) * error)
    return Interval(float(value), float(value) - half, float(value) + half, level, n)


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
        ValueError: not one axis, no values, or different numbers of scenes.
    """
    values = _vector(leave_one_out) - _same_length(other_leave_one_out, leave_one_out)
    return jackknife_interval(value - other, values, level)


def over_seeds(values: ArrayLike) -> Spread:
    """Mean and spread of one score over seeds.

    Args:
        values: (n,) one score per seed.

    Raises:
        ValueError: not one axis, or no values.
    """
    values = _vector(values)
    std = float(values.std(ddof=1)) if len(values) > 1 else float("nan")
    return Spread(float(values.mean()), std, float(values.min()), float(values.max()), len(values))


def _generator(*names: str) -> np.random.Generator:
    digest = hashlib.sha256("\n".join(names).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big"))


def _vector(values: ArrayLike) -> NDArray[np.float64]:
    vector = np.asarray(values, dtype=np.float64)
    if vector.ndim != 1 or len(vector) == 0:
        raise ValueError(
            f"One number per image or scene is wanted, not an array of shape {vector.shape}."
        )
    return vector


def _same_length(values: ArrayLike, others: ArrayLike) -> NDArray[np.float64]:
    vector = _vector(values)
    if vector.shape != np.shape(others):
        raise ValueError(
            f"A paired comparison needs the same images: {np.shape(others)} and {vector.shape}."
        )
    return vector
