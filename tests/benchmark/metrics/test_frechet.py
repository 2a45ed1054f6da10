import numpy as np
import pytest
import scipy
from pytorch_fid.fid_score import calculate_frechet_distance
from scipy.linalg import sqrtm

from benchmark.errors import BenchError
from benchmark.metrics.frechet import Features, frechet_distance, frechet_leave_one_out

SIZES = [(300, 12), (13, 12), (12, 12), (9, 40)]  # n > d, n = d + 1, n = d, n < d


def feature_sets(n: int, dims: int, seed: int = 0) -> tuple[Features, Features]:
    """Correlated features of the same scenes in two renderings."""
    rng = np.random.default_rng(seed)
    scenes = rng.normal(size=(n, dims)) @ rng.normal(size=(dims, dims)) / np.sqrt(dims)
    rendered = 0.8 * scenes + 0.3 * rng.normal(size=(n, dims)) + rng.normal(size=dims)
    return rendered, scenes


def from_covariances(x: Features, y: Features) -> float:
    """The definition, with SciPy's matrix square root."""
    s1, s2 = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
    difference = x.mean(axis=0) - y.mean(axis=0)
    root = sqrtm(s1 @ s2).real
    return float(difference @ difference + np.trace(s1 + s2 - 2 * root))


def test_agrees_with_the_matrix_square_root() -> None:
    x, y = feature_sets(300, 12)
    assert frechet_distance(x, y) == pytest.approx(from_covariances(x, y), rel=1e-9)


def test_agrees_with_the_symmetric_root_when_singular() -> None:
    """n < d: tr (S1 S2)^(1/2) by eigenvalues of the symmetric S1^(1/2) S2 S1^(1/2)."""
    x, y = feature_sets(9, 40)
    s1, s2 = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
    values, vectors = np.linalg.eigh(s1)
    root = (vectors * np.sqrt(np.clip(values, 0, None))) @ vectors.T
    # Eigenvalues that are zero come out at 1e-16, whose roots would add up to 1e-7.
    eigenvalues = np.sort(np.linalg.eigvalsh(root @ s2 @ root))[-8:]
    difference = x.mean(axis=0) - y.mean(axis=0)
    expected = difference @ difference + np.trace(s1 + s2) - 2 * np.sqrt(eigenvalues).sum()
    assert frechet_distance(x, y) == pytest.approx(expected, rel=1e-9)


@pytest.mark.skipif(
    tuple(map(int, scipy.__version__.split(".")[:2])) >= (1, 18),
    reason="pytorch-fid 0.3.0 calls sqrtm(disp=False), which SciPy 1.18 removed",
)
@pytest.mark.parametrize("n", [300, 9])
def test_agrees_with_pytorch_fid(n: int) -> None:
    x, y = feature_sets(n, 20)
    statistics = [(f.mean(axis=0), np.cov(f, rowvar=False)) for f in (x, y)]
    expected = calculate_frechet_distance(*statistics[0], *statistics[1])
    assert frechet_distance(x, y) == pytest.approx(expected, rel=1e-5)


def test_closed_form_of_a_shift() -> None:
    """Equal covariances: the squared distance of the means is left."""
    x, _ = feature_sets(50, 8)
    assert frechet_distance(x + 2.0, x) == pytest.approx(8 * 4.0)


def test_closed_form_of_commuting_covariances() -> None:
    """S1 = a² S, S2 = b² S: tr S (a - b)²."""
    x, _ = feature_sets(7, 30)
    x -= x.mean(axis=0)
    trace = np.trace(np.cov(x, rowvar=False))
    assert frechet_distance(3 * x, 0.5 * x) == pytest.approx(2.5**2 * trace)


@pytest.mark.parametrize(("n", "dims"), SIZES)
def test_equal_sets_are_at_zero_in_any_order(n: int, dims: int) -> None:
    x, y = feature_sets(n, dims)
    shuffled = np.random.default_rng(1).permutation(x)
    assert frechet_distance(x, shuffled) == pytest.approx(0, abs=1e-10)
    assert frechet_distance(x, y) == pytest.approx(frechet_distance(y, x), rel=1e-10)
    assert frechet_distance(shuffled, y) == pytest.approx(frechet_distance(x, y), rel=1e-10)


@pytest.mark.parametrize(("n", "dims"), SIZES)
def test_leave_one_out_is_the_distance_of_the_rest(n: int, dims: int) -> None:
    x, y = feature_sets(n, dims)
    x, y = x + 5, y + 5  # a common mean, as Inception features have
    values = frechet_leave_one_out(x, y)
    for i in (0, 4, n - 1):
        rest = frechet_distance(np.delete(x, i, 0), np.delete(y, i, 0))
        assert values[i] == pytest.approx(rest, rel=1e-9)
    assert values.shape == (n,)


def test_sets_of_unequal_n_have_a_distance_but_no_jackknife() -> None:
    x, y = feature_sets(40, 6)
    assert frechet_distance(x[:30], y) == pytest.approx(from_covariances(x[:30], y), rel=1e-9)
    with pytest.raises(BenchError, match="30 and 40"):
        frechet_leave_one_out(x[:30], y)


def test_wrong_input_is_explained() -> None:
    x, y = feature_sets(5, 4)
    with pytest.raises(BenchError, match="same d"):
        frechet_distance(x, y[:, :3])
    with pytest.raises(BenchError, match="at least 2"):
        frechet_distance(x[:1], y)
    with pytest.raises(BenchError, match="NaN"):
        frechet_distance(x * np.nan, y)
