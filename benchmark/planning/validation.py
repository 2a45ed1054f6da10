"""Whether an ISP looks at validation pictures, and whether the data set has some."""

from collections.abc import Mapping
from typing import Any

from benchmark.config import build
from benchmark.errors import BenchError
from benchmark.registry import DATASETS, ISPS


def validates(isp: str, config: Mapping[str, Any], data: str, has: frozenset[str]) -> bool:
    """Whether an ISP looks at validation pictures while it trains.

    Args:
        isp: its name.
        config: its settings, as JSON values.
        data: the data set.
        has: parts the data set has.

    Raises:
        BenchError: it does, and the data set has none.
    """
    cls: Any = ISPS.get(isp)
    if not cls.validates(build(cls.Config, config, f"ISP '{isp}'")):
        return False
    if "validation" not in has:
        source: Any = DATASETS.get(data)
        raise BenchError(
            f"With these settings the ISP '{isp}' chooses its weights on validation pictures, and "
            f"the data set '{data}' has none set aside. {source.validation_help}".rstrip()
        )
    return True
