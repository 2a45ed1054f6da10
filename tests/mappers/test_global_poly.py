import pytest
import torch

import mappers
from mappers.networks import polynomial
from tests.mappers.pairs import pairs_of


def _matrix(terms):
    generator = torch.Generator().manual_seed(5)
    return torch.rand(4, len(terms), generator=generator) / len(terms)


@pytest.mark.parametrize(("terms", "basis"), [(14, polynomial.PAPER), (16, polynomial.DATA_KERNEL)])
def test_recovers_the_polynomial_past_clipping(terms, basis):
    mapper = mappers.create("global-poly", terms=terms)
    matrix = _matrix(basis) * 2  # some of B is clipped
    mapper.fit(pairs_of(lambda raw: polynomial.transform(raw, matrix, basis)))
    raw = torch.rand(2, 4, 33, 47)
    expected = polynomial.transform(raw, matrix, basis)
    torch.testing.assert_close(mapper.map(raw, "a2b"), expected, atol=1e-3, rtol=1e-3)


def test_the_other_direction_is_fitted_not_inverted():
    matrix = torch.diag(torch.tensor([0.5, 0.9, 1.0, 0.7]))
    mapper = mappers.create("global-poly")
    mapper.fit(pairs_of(lambda raw: polynomial.transform(raw, matrix, polynomial.LINEAR)))
    raw = torch.rand(1, 4, 32, 32) * 0.5
    expected = polynomial.transform(raw, torch.linalg.inv(matrix), polynomial.LINEAR)
    torch.testing.assert_close(mapper.map(raw, "b2a"), expected, atol=1e-3, rtol=1e-3)


@pytest.mark.parametrize("terms", [14, 16])
def test_before_the_fit_it_is_the_identity(terms):
    raw = torch.rand(1, 4, 32, 32)
    torch.testing.assert_close(mappers.create("global-poly", terms=terms)(raw, "b2a"), raw)
