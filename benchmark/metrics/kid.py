"""Kernel distance of two sets of features of the same scenes: the "KD" in KID.

Squared maximum mean discrepancy with the cubic kernel k(x, y) = (x·y / d + 1)³ (Bińkowski et al.,
ICLR 2018) over all images at once, without random subsets. The usual "unbiased" estimator takes the
two sets as independent; ours show the same scenes, so the kernel of an output with its own target
is larger than that of two independent images and the estimate comes out too small, even negative.
Leaving those i = j terms out gives the u-statistic (Gretton et al., JMLR 2012, Lemma 6)

    1 / (n (n - 1)) sum_{i≠j} [k(x_i, x_j) + k(y_i, y_j) - k(x_i, y_j) - k(x_j, y_i)].
"""

import numpy as np
from numpy.typing import NDArray

from benchmark.errors import BenchError, ContractError

Features = NDArray[np.float64]


def kernel_distance(features: Features, reference: Features) -> float:
    """Squared maximum mean discrepancy, cubic kernel, u-statistic without i = j.

    Unit: none; tables show it times 1000. Range: real, 0 for equal sets, slightly negative values
    occur when the sets hardly differ. Lower is better.

    Args:
        features: (n, d) float64, one row per image, n at least 2.
        reference: (n, d) float64, row i of the same scene as row i of `features`.

    Raises:
        BenchError: there are too few images, or a value is not finite.
        ContractError: the shapes differ.

    >>> features = np.random.default_rng(0).random((8, 3))
    >>> kernel_distance(features, features), kernel_distance(features, features + 1) > 1
    (0.0, True)
    """
    n = len(features)
    return float(_pair_terms(features, reference, at_least=2).sum() / (n * (n - 1)))


def kernel_leave_one_out(features: Features, reference: Features) -> NDArray[np.float64]:
    """The kernel distance without scene i on either side, for every i; for the jackknife.

    Args:
        features: (n, d) float64, n at least 3.
        reference: (n, d) float64, row i of the same scene as row i of `features`.

    Returns:
        (n,) float64.

    Raises:
        BenchError: there are too few images, or a value is not finite.
        ContractError: the shapes differ.
    """
    n = len(features)
    terms = _pair_terms(features, reference, at_least=3)
    return (terms.sum() - 2 * terms.sum(axis=0)) / ((n - 1) * (n - 2))


def _pair_terms(features: Features, reference: Features, at_least: int) -> NDArray[np.float64]:
    """The bracket for every pair of scenes: (n, n), symmetric, zero on the diagonal."""
    if features.shape != reference.shape or features.ndim != 2:
        raise ContractError(
            "KID needs features (n, d) of the same scenes on both sides; they are "
            f"{features.shape} and {reference.shape}."
        )
    if len(features) < at_least:
        raise BenchError(f"This needs at least {at_least} images; there are {len(features)}.")
    if not (np.isfinite(features).all() and np.isfinite(reference).all()):
        raise BenchError("Features hold values that are NaN or infinite.")
    cross = _kernel(features, reference)
    terms = _kernel(features, features) + _kernel(reference, reference) - cross - cross.T
    np.fill_diagonal(terms, 0.0)
    return terms


def _kernel(x: Features, y: Features) -> NDArray[np.float64]:
    return (x @ y.T / x.shape[1] + 1.0) ** 3
