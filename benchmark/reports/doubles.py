"""A mapper that maps nothing is the lower reference: a table shows the two as one row."""

from collections.abc import Iterable, Sequence

import numpy as np

from benchmark.records.record import Record
from benchmark.reports.table import NO_MAPPER

# Mapped raws are stored in 16 bits, which moves the means of an unmapped raw's metrics by about
# one part in a million, and the 8-bit histograms of developed pictures by somewhat more.
TOLERANCE = 1e-3


def without_doubles(records: Sequence[Record]) -> list[Record]:
    """The records without mappers that learn from nothing and score as the lower reference does.

    The reference stays, unless the table would be left without any mapper: then the mapper stays.

    Args:
        records: of one family of tables, all with an ISP or all without.
    """
    double = [_is_double(record, records) for record in records]
    left = [record for record, is_double in zip(records, double, strict=True) if not is_double]
    if not any(double) or any(not record.reference for record in left):
        return left
    return [record for record in records if record.protocol not in NO_MAPPER]


def _is_double(record: Record, records: Iterable[Record]) -> bool:
    if record.reference or record.supervision != "none":
        return False
    place = (record.isp, record.direction, record.seed)
    return any(
        other.protocol in NO_MAPPER
        and (other.isp, other.direction, other.seed) == place
        and _scores_alike(record, other)
        for other in records
    )


def _scores_alike(one: Record, other: Record) -> bool:
    if one.ids != other.ids or one.per_image.keys() != other.per_image.keys():
        return False
    return all(
        np.isclose(np.mean(values), np.mean(other.per_image[metric]), rtol=TOLERANCE, atol=0)
        for metric, values in one.per_image.items()
    )
