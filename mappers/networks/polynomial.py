"""Polynomial colour transforms of packed raw: one home for every basis used by a mapper.

A basis is a tuple of terms; a term is the tuple of channels whose product it is (0 = r, 1 = gr,
2 = gb, 3 = b), and the empty term is the constant 1.
"""

from typing import Final

import torch
from torch import Tensor

Terms = tuple[tuple[int, ...], ...]

_LINEAR: Final[Terms] = ((0,), (1,), (2,), (3,))
_SQUARES: Final[Terms] = ((0, 0), (1, 1), (2, 2), (3, 3))
_PRODUCTS: Final[Terms] = ((0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3))
_NEIGHBOURS: Final[Terms] = ((0, 1), (1, 2), (2, 3), (0, 2), (1, 3))

LINEAR: Final[Terms] = _LINEAR
"""4 terms."""

PAPER: Final[Terms] = (*_SQUARES, *_NEIGHBOURS, (0, 3), *_LINEAR)
"""14 terms of CSTPP: quadratic without a constant (Xie et al., Eq. 3 for four channels)."""

AUTHORS_CODE: Final[Terms] = (*_SQUARES, *_NEIGHBOURS, (1, 3), *_LINEAR)
"""The 14 terms that the released CSTPP code computes: gr·b appears twice, r·b is missing."""

QUADRATIC: Final[Terms] = (*_LINEAR, *_SQUARES, *_PRODUCTS, ())
"""15 terms: the full quadratic, with the constant (Chai et al., for four channels)."""

DATA_KERNEL: Final[Terms] = (*_LINEAR, *_SQUARES, *_PRODUCTS, (0, 1, 2, 3), ())
"""16 terms from which the test pairs of raw2raw are made (Afifi & Abuolaim, extraction script)."""


def expand(raw: Tensor, terms: Terms) -> Tensor:
    """The value of each term at each pixel.

    Args:
        raw: (N, 4, H, W), packed raw.
        terms: the basis, T terms.

    Returns:
        (N, T, H, W).
    """
    columns = []
    for term in terms:
        value = raw[:, term[0]] if term else torch.ones_like(raw[:, 0])
        for channel in term[1:]:
            value = value * raw[:, channel]
        columns.append(value)
    return torch.stack(columns, dim=1)


def transform(raw: Tensor, coefficients: Tensor, terms: Terms) -> Tensor:
    """One polynomial for the whole picture.

    Args:
        raw: (N, 4, H, W).
        coefficients: (4, T) for all pictures, or (N, 4, T) for each its own.
        terms: the basis, T terms.

    Returns:
        (N, 4, H, W), not clamped.
    """
    values = expand(raw, terms).flatten(2)  # (N, T, H·W)
    return torch.matmul(coefficients, values).reshape(raw.shape)
