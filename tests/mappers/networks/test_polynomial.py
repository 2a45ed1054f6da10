import itertools

import pytest
import torch

from mappers.networks import polynomial

R, GR, GB, B = 2.0, 3.0, 5.0, 7.0
PIXEL = torch.tensor([R, GR, GB, B]).reshape(1, 4, 1, 1)


def _values(terms):
    return polynomial.expand(PIXEL, terms).flatten().tolist()


def test_the_paper_has_fourteen_terms_in_its_order():
    assert _values(polynomial.PAPER) == [
        *(R * R, GR * GR, GB * GB, B * B),
        *(R * GR, GR * GB, GB * B, R * GB, GR * B, R * B),
        *(R, GR, GB, B),
    ]


def test_the_released_code_doubles_one_product():
    paper, code = _values(polynomial.PAPER), _values(polynomial.AUTHORS_CODE)
    assert [i for i in range(14) if paper[i] != code[i]] == [9]
    assert code[9] == code[8] == GR * B


def test_the_data_kernel_has_sixteen_terms():
    assert _values(polynomial.DATA_KERNEL) == [
        *(R, GR, GB, B),
        *(R * R, GR * GR, GB * GB, B * B),
        *(R * GR, R * GB, R * B, GR * GB, GR * B, GB * B),
        *(R * GR * GB * B, 1),
    ]


def test_the_full_quadratic_is_the_data_kernel_without_the_fourfold_product():
    assert _values(polynomial.QUADRATIC) == [
        v for v in _values(polynomial.DATA_KERNEL) if v != R * GR * GB * B
    ]
    everything = set(itertools.combinations_with_replacement(range(4), 2))
    assert everything < set(polynomial.QUADRATIC)


@pytest.mark.parametrize("own", [False, True])
def test_transform_is_a_matrix_product_at_each_pixel(own):
    raw = torch.rand(2, 4, 5, 7)
    coefficients = torch.randn(2, 4, 14) if own else torch.randn(4, 14)
    y = polynomial.transform(raw, coefficients, polynomial.PAPER)
    matrix = coefficients[1] if own else coefficients
    values = polynomial.expand(raw, polynomial.PAPER)[1, :, 3, 4]
    torch.testing.assert_close(y[1, :, 3, 4], matrix @ values)
