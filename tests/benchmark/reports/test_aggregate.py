"""Means with their intervals, and which of them are bold."""

from dataclasses import replace

import numpy as np
import pytest

from benchmark.errors import BenchError
from benchmark.reports.aggregate import bold_entries, score
from tests.benchmark.reports.samples import N, few_pictures, make_record, make_score

SCENES = np.random.default_rng(3).normal(0, 0.3, N)
SCENES -= SCENES.mean()


def varying(mean, noise, seed=0):
    """Scores around `mean` whose difference from another method varies by `noise`."""
    own = np.random.default_rng(seed).normal(0, 1, N)
    return mean + SCENES + noise * (own - own.mean())


def test_means_over_isps_then_seeds():
    records = [
        make_record(kl=kl, isp=isp, seed=seed)
        for kl, isp, seed in ((1, "p", 0), (2, "q", 0), (3, "p", 1), (4, "q", 1))
    ]
    found = score(records, "kl")
    assert found is not None and found.interval is not None
    assert found.value == pytest.approx(2.5)
    assert found.spread == pytest.approx(np.std([1.5, 3.5], ddof=1))
    assert found.seeds == 2
    assert found.interval.n == N


def test_sets_take_the_interval_of_the_jackknife():
    loo = np.linspace(2.5, 3.5, N)
    sets = {"fid": {"value": 3.0, "leave_one_out": list(loo)}}
    found = score([make_record(sets=sets), make_record(sets=sets, seed=1)], "fid")
    assert found is not None and found.interval is not None
    half = found.interval.high - 3.0
    assert found.interval.low == pytest.approx(3.0 - half)
    assert half > 1
    assert found.spread == 0


def test_there_is_no_mean_where_a_record_lacks_the_metric_or_there_are_none():
    assert score([make_record(), make_record(per_image={})], "kl") is None
    assert score([], "kl") is None


def test_other_test_pictures_are_refused_by_name():
    with pytest.raises(BenchError, match=r"m \(seed 0\) and m \(seed 1\).*\(30 and 7\)"):
        score([make_record(), few_pictures(7, seed=1)], "kl")


def test_bold_is_the_best_and_what_cannot_be_distinguished_from_it():
    scores = [make_score(varying(*v)) for v in ((1.1, 0.01), (1.0, 0.01), (1.001, 0.02, 1))]
    assert bold_entries(scores) == [False, True, True]


@pytest.mark.parametrize("metric", ["kl", "psnr"])
def test_no_bold_number_is_worse_than_one_that_is_not(metric):
    sign = -1 if metric == "psnr" else 1
    steady, erratic = varying(1.05, 0.01, 1), varying(1.1, 1.0, 2)
    scores = [make_score(sign * v, metric) for v in (erratic, steady, varying(1.0, 0.01))]
    assert bold_entries(scores) == [False, False, True]
    assert bold_entries([scores[0], scores[2]]) == [True, True], "by itself it could be the best"


@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_nothing_is_bold_without_intervals(n):
    scores = [make_score(np.full(n, 1.0)), make_score(np.full(n, 9.0))]
    assert bold_entries(scores) == [False, False]
    assert not scores[0].interval.known


def test_one_score_is_compared_with_nothing():
    assert bold_entries([make_score(varying(1, 0.1)), None]) == [False, False]
    assert bold_entries([None]) == [False]


def test_missing_and_undefined_scores_are_not_ranked():
    undefined = make_score(np.full(N, np.nan))
    scores = [undefined, make_score(varying(1.0, 0.01)), None, make_score(varying(2.0, 0.01, 1))]
    assert bold_entries(scores) == [False, True, False, False]


def test_infinite_scores_are_the_best():
    perfect = make_score(np.full(N, np.inf), "psnr")
    assert bold_entries([make_score(30 + SCENES, "psnr"), perfect]) == [False, True]
    assert bold_entries([perfect, perfect]) == [True, True]


def trained_score(mean, by_seed, key):
    """A score whose mean differs between seeds of a training by what is given."""
    own = make_score(varying(mean, 0.01, len(key)), trained=[key])
    return replace(own, by_seed={seed: mean + d for seed, d in enumerate(by_seed)})


def test_with_one_seed_nothing_is_bold_that_another_training_could_change():
    calibration, learned = make_score(varying(1.0, 0.01)), trained_score(1.5, [0.0], "mapper")
    assert bold_entries([calibration, learned]) == [False, False]
    assert bold_entries([calibration, make_score(varying(1.5, 0.01, 1))]) == [True, False]
    same = [make_score(varying(m, 0.01, i), trained=["isp"]) for i, m in enumerate((1.0, 1.5))]
    assert bold_entries(same) == [True, False], "the ISP is the same, whatever its seed"


def test_bold_knows_the_noise_between_seeds():
    steady = [trained_score(1.0, [0, 0.01, -0.01], "a"), trained_score(1.5, [0.01, -0.01, 0], "b")]
    assert bold_entries(steady) == [True, False]
    noisy = [trained_score(1.0, [0, 0.5, -0.5], "a"), trained_score(1.5, [0.5, -0.5, 0], "b")]
    assert bold_entries(noisy) == [True, True]
    shared = [trained_score(1.0, [0, 0.5, -0.5], "a"), trained_score(1.5, [0, 0.5, -0.5], "b")]
    assert bold_entries(shared) == [True, False], "a seed shifts both alike, e.g. by their ISP"


def test_other_seeds_cannot_be_compared():
    three, two = trained_score(1.0, [0, 0.01, -0.01], "a"), trained_score(1.5, [0.01, 0], "b")
    assert bold_entries([three, two]) == [False, False]


def test_the_interval_grows_with_the_noise_between_seeds():
    records = [make_record(kl=kl, seed=seed) for seed, kl in enumerate((1.0, 1.5, 2.0))]
    found = score(records, "kl")
    alone = score(records[1:2], "kl")
    assert found is not None and alone is not None
    assert found.interval.low < 0.5 < alone.interval.low
    assert found.by_seed == pytest.approx({0: 1.0, 1: 1.5, 2: 2.0})
