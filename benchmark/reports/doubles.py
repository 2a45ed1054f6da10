"""A mapper that maps nothing is the lower reference: a table shows the two as one row."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np

from benchmark.records.record import Record
from benchmark.reports.table import NO_MAPPER

# Mapped raws are stored in 16 bits, which moves the means of an unmapped raw's metrics by about
# one part in a million, and the 8-bit histograms of developed pictures by somewhat more.
TOLERANCE = 1e-3

Place: TypeAlias = tuple[str, str, int]  # ISP, direction, seed


def without_doubles(records: Sequence[Record]) -> list[Record]:
    """The records without mappers that learn from nothing and score as the lower reference does.

    The reference stays, unless the table would be left without any mapper: then the mapper stays.

    Args:
        records: of one family of tables, all with an ISP or all without.
    """
    unmapped: dict[Place, list[Record]] = {}
    for record in records:
        if record.protocol in NO_MAPPER:
            unmapped.setdefault(_place(record), []).append(record)
    double = [_is_double(record, unmapped.get(_place(record), ())) for record in records]
    left = [record for record, is_double in zip(records, double, strict=True) if not is_double]
    if not any(double) or any(not record.reference for record in left):
        return left
    return [record for record in records if record.protocol not in NO_MAPPER]


def _place(record: Record) -> Place:
    return (record.isp, record.direction, record.seed)


def _is_double(record: Record, unmapped: Iterable[Record]) -> bool:
    """Whether a mapper that learns from nothing scores as one of the lower references does."""
    if record.reference or record.supervision != "none":
        return False
    return any(_scores_alike(record, other) for other in unmapped)


def _scores_alike(one: Record, other: Record) -> bool:
    if one.ids != other.ids or one.per_image.keys() != other.per_image.keys():
        return False
    return all(
        np.isclose(np.mean(values), np.mean(other.per_image[metric]), rtol=TOLERANCE, atol=0)
        for metric, values in one.per_image.items()
    )
