"""Fréchet distance of two sets of features: the "FD" in FID (Heusel et al., NeurIPS 2017).

::

    d² = |m1 - m2|² + tr S1 + tr S2 - 2 tr (S1 S2)^(1/2)

with means m and covariances S (divisor n - 1). The usual way, a matrix square root of the d x d
product, takes a minute at d = 2048 and gathers rounding errors from the eigenvalues that are zero
when n < d. Here A and B are the centred features divided by sqrt(n - 1), so that S1 = AᵀA and
S2 = BᵀB; the eigenvalues of S1 S2 are the squared singular values of A Bᵀ, and::

    tr (S1 S2)^(1/2) = sum of the singular values of A Bᵀ,

an n x n matrix. It is exact, needs no regularisation, and costs milliseconds for n about 100.
The distance depends strongly on n, so only values of equal n may be compared.
"""

import numpy as np
import scipy  # whose parts load when first used
from numpy.typing import NDArray

from benchmark.errors import BenchError, ContractError

Features = NDArray[np.float64]
FEWEST_LEFT_OUT = 3  # images; two are left for a covariance when one is left out


def frechet_distance(features: Features, reference: Features) -> float:
    """Squared Fréchet distance of the Gaussians fitted to two sets of features.

    Unit: none. Range: 0 (equal means and covariances) to infinity. Lower is better. Symmetric, and
    blind to the order of the images. Cost: O(min(n, d)² max(n, d)).

    Args:
        features: (n, d) float64, one row per image.
        reference: (m, d) float64. Take the same scenes as in `features`: with different scenes
            most of the value is bias at n of about 100.

    Raises:
        BenchError: fewer than two images, or values that are not finite.
        ContractError: different d.

    >>> features = np.random.default_rng(0).random((8, 3))
    >>> round(frechet_distance(features, features + 1), 6)  # |m1 - m2|² of three features
    3.0
    """
    _check(features, reference, at_least=2)
    difference = features.mean(axis=0) - reference.mean(axis=0)
    a, b = _scatter_root(features), _scatter_root(reference)
    cross = scipy.linalg.svdvals(a @ b.T).sum()
    return _not_negative(difference @ difference + np.sum(a**2) + np.sum(b**2) - 2 * cross)


def frechet_leave_one_out(features: Features, reference: Features) -> NDArray[np.float64]:
    """The Fréchet distance without scene i on either side, for every i; for the jackknife.

    Equal to `frechet_distance(np.delete(features, i, 0), np.delete(reference, i, 0))`, but for
    n <= d from one n x n product of the features.

    Args:
        features: (n, d) float64, n at least 3.
        reference: (n, d) float64, row i of the same scene as row i of `features`.

    Returns:
        (n,) float64.

    Raises:
        BenchError: fewer than three images, or values that are not finite.
        ContractError: different shapes.
    """
    _check(features, reference, FEWEST_LEFT_OUT)
    n, dims = features.shape
    if len(reference) != n:
        raise ContractError(
            f"Leaving out one scene on both sides needs the same scenes on both; there are {n} "
            f"and {len(reference)} images."
        )
    if n > dims:
        return np.array(
            [
                frechet_distance(np.delete(features, i, 0), np.delete(reference, i, 0))
                for i in range(n)
            ]
        )
    return _leave_one_out_few(features, reference)


def _leave_one_out_few(features: Features, reference: Features) -> NDArray[np.float64]:
    """Leave-one-out values for n <= d, by n singular value decompositions of (n-1) x (n-1)."""
    n = len(features)
    x, y = features - features.mean(axis=0), reference - reference.mean(axis=0)
    product = x @ y.T  # (n, n)
    means = ((features - reference).sum(axis=0) - (features - reference)) / (n - 1)  # (n, d)
    squares = np.sum(x**2, axis=1) + np.sum(y**2, axis=1)  # (n,)
    # Removing row i of centred rows lowers their scatter by n / (n - 1) times its square.
    scatter = squares.sum() - squares * n / (n - 1)
    values = np.empty(n)
    for i in range(n):
        rest = np.delete(np.delete(product, i, 0), i, 1)
        rest = rest - rest.mean(axis=0)
        rest -= rest.mean(axis=1, keepdims=True)
        traces = (scatter[i] - 2 * scipy.linalg.svdvals(rest, overwrite_a=True).sum()) / (n - 2)
        values[i] = _not_negative(means[i] @ means[i] + traces)
    return values


def _scatter_root(features: Features) -> Features:
    """A matrix A with AᵀA the covariance of the features: (min(n, d), d)."""
    n, dims = features.shape
    root = (features - features.mean(axis=0)) / np.sqrt(n - 1)
    if n > dims:
        root = scipy.linalg.qr(root, mode="r", overwrite_a=True)[0][:dims]
    return root


def _not_negative(value: float) -> float:
    return max(0.0, float(value))  # equal sets come out at about -1e-13


def _check(features: Features, reference: Features, at_least: int) -> None:
    if features.ndim != 2 or reference.ndim != 2 or features.shape[1] != reference.shape[1]:
        raise ContractError(
            "Sets of features must be (n, d) with the same d; they are "
            f"{features.shape} and {reference.shape}."
        )
    fewest = min(len(features), len(reference))
    if fewest < at_least:
        raise BenchError(f"This needs at least {at_least} images; there are {fewest}.")
    if not (np.isfinite(features).all() and np.isfinite(reference).all()):
        raise BenchError("Features hold values that are NaN or infinite.")
