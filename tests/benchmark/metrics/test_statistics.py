import hashlib

import numpy as np
import pytest
import scipy.stats

from benchmark.errors import ContractError
from benchmark.metrics.statistics import (
    bootstrap_mean,
    jackknife_interval,
    paired_bootstrap_difference,
    paired_jackknife_difference,
    std_over_seeds,
    with_seeds,
)

SCORES = np.random.default_rng(0).gamma(3.0, 2.0, size=60)


def test_bootstrap_agrees_with_scipy() -> None:
    ours = bootstrap_mean(SCORES, resamples=20_000)
    other = scipy.stats.bootstrap(
        (SCORES,), np.mean, method="percentile", n_resamples=20_000, rng=1
    ).confidence_interval
    width = other.high - other.low
    assert ours.value == pytest.approx(SCORES.mean())
    assert ours.low == pytest.approx(other.low, abs=0.03 * width)
    assert ours.high == pytest.approx(other.high, abs=0.03 * width)
    assert (ours.n, ours.level) == (60, 0.95)


def test_bootstrap_covers_the_mean() -> None:
    rng = np.random.default_rng(1)
    intervals = [bootstrap_mean(rng.normal(5, 2, 50), resamples=500) for _ in range(300)]
    assert 0.90 < np.mean([i.low <= 5 <= i.high for i in intervals]) < 0.98


def test_bootstrap_is_repeatable_and_seeded_by_names() -> None:
    assert bootstrap_mean(SCORES) == bootstrap_mean(SCORES)
    assert bootstrap_mean(SCORES) != bootstrap_mean(SCORES, names=("other", "axis"))


def test_paired_difference_is_narrower_than_either() -> None:
    better = SCORES - 0.2 + np.random.default_rng(2).normal(0, 0.1, 60)
    difference = paired_bootstrap_difference(better, SCORES)
    single = bootstrap_mean(SCORES)
    assert difference.value == pytest.approx(np.mean(better) - np.mean(SCORES))
    assert difference.excludes_zero
    assert difference.high - difference.low < 0.1 * (single.high - single.low)


def test_no_interval_from_infinite_values() -> None:
    values = [*SCORES[:20], float("inf")]
    for interval in (bootstrap_mean(values), jackknife_interval(1.0, values)):
        assert not interval.known
        assert np.isnan([interval.low, interval.high]).all()
        assert not interval.excludes_zero
    assert bootstrap_mean(values).value == float("inf")


@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_no_interval_from_fewer_than_six_pictures(n: int) -> None:
    better = np.arange(n) + 1.0
    for interval in (
        bootstrap_mean(better),
        jackknife_interval(1.0, better),
        paired_bootstrap_difference(better, np.zeros(n)),
        paired_jackknife_difference(1.0, better, 0.0, np.zeros(n)),
    ):
        assert not interval.known
        assert not interval.excludes_zero
        assert interval.n == n


def test_six_pictures_that_all_say_the_same_are_an_interval() -> None:
    assert paired_bootstrap_difference(np.arange(6) + 1.0, np.zeros(6)).excludes_zero


def test_jackknife_of_a_mean_is_the_t_interval() -> None:
    leave_one_out = (SCORES.sum() - SCORES) / (len(SCORES) - 1)
    ours = jackknife_interval(SCORES.mean(), leave_one_out)
    low, high = scipy.stats.t.interval(
        0.95, len(SCORES) - 1, SCORES.mean(), scipy.stats.sem(SCORES)
    )
    assert (ours.low, ours.high) == pytest.approx((low, high))


def test_paired_jackknife_of_two_means_is_the_paired_t_interval() -> None:
    others = SCORES + np.random.default_rng(3).normal(0.5, 0.3, 60)
    leave_one_out = [(x.sum() - x) / 59 for x in (SCORES, others)]
    ours = paired_jackknife_difference(
        SCORES.mean(), leave_one_out[0], others.mean(), leave_one_out[1]
    )
    expected = scipy.stats.ttest_rel(SCORES, others).confidence_interval(0.95)
    assert (ours.low, ours.high) == pytest.approx((expected.low, expected.high))
    assert ours.excludes_zero


def test_std_over_seeds() -> None:
    assert std_over_seeds([30.0, 31.0, 35.0]) == pytest.approx(np.sqrt(7.0))
    assert np.isnan(std_over_seeds([30.0]))


def test_wrong_input_is_refused() -> None:
    with pytest.raises(ContractError, match=r"one number per image.*\(3, 2\)"):
        bootstrap_mean(np.zeros((3, 2)))
    with pytest.raises(ContractError, match="at least 1"):
        std_over_seeds([])
    with pytest.raises(ContractError, match="same images on both sides; there are 60 and 59"):
        paired_bootstrap_difference(SCORES, SCORES[1:])


def test_draws_kept_for_the_next_row_are_those_of_the_plain_way() -> None:
    """Each interval by a generator of its own, seeded by the names."""
    for values in (SCORES, SCORES[::-1] ** 2, SCORES[:20]):
        n = len(values)
        seed = int.from_bytes(hashlib.sha256(b"kl").digest()[:8], "big")
        draws = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=2000)
        low, high = np.quantile((draws * values).sum(axis=1) / n, [0.025, 0.975])
        ours = bootstrap_mean(values, ("kl",))
        assert (ours.low, ours.high) == pytest.approx((low, high), rel=1e-12)


@pytest.mark.parametrize(
    ("of_scenes", "of_seeds"), [(1.0, 0.0), (1.0, 0.1), (0.3, 0.3), (0.1, 1.0)]
)
def test_intervals_over_scenes_and_seeds_cover_what_they_say(
    of_scenes: float, of_seeds: float
) -> None:
    """1,000 studies of 3 seeds on 30 scenes: scenes, seeds, and what both do together, vary."""
    rng = np.random.default_rng(0)
    studies, seeds, n = 1000, 3, 30
    inside = 0
    for _ in range(studies):
        scores = (
            of_scenes * rng.standard_normal(n)
            + of_seeds * rng.standard_normal((seeds, 1))
            + 0.2 * rng.standard_normal((seeds, n))
        )
        interval = with_seeds(bootstrap_mean(scores.mean(axis=0)), scores.mean(axis=1))
        inside += interval.low <= 0 <= interval.high
    assert 0.925 <= inside / studies <= 0.99


def test_over_scenes_alone_they_would_cover_far_less() -> None:
    rng = np.random.default_rng(0)
    scores = 0.1 * rng.standard_normal((500, 1, 30)) + rng.standard_normal((500, 3, 1))
    intervals = [bootstrap_mean(study.mean(axis=0)) for study in scores]
    assert np.mean([i.low <= 0 <= i.high for i in intervals]) < 0.2


@pytest.mark.parametrize("by_seed", [[1.0], [1.0, 1.0], [1.0, float("inf")]])
def test_seeds_that_tell_nothing_leave_an_interval_as_it_is(by_seed: list[float]) -> None:
    interval = bootstrap_mean(np.linspace(0, 1, 10))
    assert with_seeds(interval, by_seed) == interval


def test_without_an_interval_over_scenes_there_is_none_over_seeds() -> None:
    assert not with_seeds(bootstrap_mean([0.1, 0.2]), [1.0, 2.0]).known
