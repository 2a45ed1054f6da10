"""The data that a mapper's `fit` may read, and nothing else."""

from collections.abc import Callable, Sequence
from typing import TypeVar, overload

import torch
from torch import Tensor

from benchmark.data.base import CameraPair, PairSet
from benchmark.data.images import ImageSet
from benchmark.errors import ContractError
from benchmark.registry import Supervision
from mappers.base import AnchorPair

T = TypeVar("T")


class SupervisionError(ContractError):
    """A mapper read data that its registration does not declare."""


class _Lazy(Sequence[T]):
    """A sequence whose items are read on access."""

    def __init__(self, length: int, read: Callable[[int], T]) -> None:
        self._length = length
        self._read = read

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, i: int) -> T: ...

    @overload
    def __getitem__(self, i: slice) -> list[T]: ...

    def __getitem__(self, i: int | slice) -> T | list[T]:
        if isinstance(i, slice):
            return [self._read(k) for k in range(*i.indices(self._length))]
        if not -self._length <= i < self._length:
            raise IndexError(i)
        return self._read(i % self._length)


def _raws(images: ImageSet) -> Sequence[Tensor]:
    return _Lazy(len(images), lambda i: torch.from_numpy(images.raw(i)))


def _pairs(pairs: PairSet) -> Sequence[AnchorPair]:
    def read(i: int) -> AnchorPair:
        return AnchorPair(torch.from_numpy(pairs.a.raw(i)), torch.from_numpy(pairs.b.raw(i)))

    return _Lazy(len(pairs), read)


class DeclaredData:
    """The training pictures of a data set, as far as a mapper declares that it reads them.

    It holds no test pictures at all, and every field raises a :class:`SupervisionError` unless
    the mapper declares it.

    Args:
        data: the prepared data set.
        mapper: name of the mapper, for the error.
        supervision: "none", "unpaired" or "anchors" (which includes the unpaired pictures).
    """

    def __init__(self, data: CameraPair, mapper: str, supervision: Supervision) -> None:
        self._train = dict(data.train)
        self._anchors = data.anchors
        self._mapper = mapper
        self._supervision = supervision

    def _require(self, field: str, *allowed: str) -> None:
        if self._supervision not in allowed:
            raise SupervisionError(
                f"The mapper '{self._mapper}' declares supervision '{self._supervision}' but "
                f"reads '{field}', which needs {' or '.join(repr(a) for a in allowed)}. "
                "Change its registration, or what it reads."
            )

    @property
    def unpaired_a(self) -> Sequence[Tensor]:
        """See :class:`mappers.base.MapperData`."""
        self._require("unpaired_a", "unpaired", "anchors")
        return _raws(self._train["a"])

    @property
    def unpaired_b(self) -> Sequence[Tensor]:
        """See :class:`mappers.base.MapperData`."""
        self._require("unpaired_b", "unpaired", "anchors")
        return _raws(self._train["b"])

    @property
    def anchors(self) -> Sequence[AnchorPair]:
        """See :class:`mappers.base.MapperData`."""
        self._require("anchors", "anchors")
        if self._anchors is None:
            raise SupervisionError(
                f"The mapper '{self._mapper}' needs anchor pairs, and the data set has none."
            )
        return _pairs(self._anchors)

    def anchor_set(self) -> PairSet | None:
        """The anchor pictures for training batches; None unless declared."""
        return self._anchors if self._supervision == "anchors" else None
