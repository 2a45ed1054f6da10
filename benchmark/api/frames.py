"""The scores of a run as a pandas frame."""

import importlib.util
import io
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.errors import BenchError
from benchmark.records.record import read_records
from benchmark.reports.per_picture import per_picture

if TYPE_CHECKING:
    from pandas import DataFrame

TEXTS = ("protocol", "mapper", "isp", "direction", "picture", "taken_by")  # "001" stays text


def load_run(folder: str | Path) -> "DataFrame":
    """The scores of every test picture of a run.

    Args:
        folder: of the run, e.g. "results/simulated-quick".

    Returns:
        A line per cell and picture: protocol, mapper, isp, direction, seed, picture, taken_by (the
        camera that took a pair, where the other's raw was made from its), and a column for each
        metric that the run has, NaN where a cell lacks it.

    Raises:
        BenchError: the folder has no records, or pandas is not installed.
    """
    if importlib.util.find_spec("pandas") is None:
        raise BenchError("load_run needs the package pandas: pip install 'isp-bench[pandas]'")
    import pandas as pd

    return pd.read_csv(
        io.StringIO(per_picture(read_records(Path(folder)))),
        dtype=dict.fromkeys(TEXTS, str),
        keep_default_na=False,
        na_values=[""],
    )
