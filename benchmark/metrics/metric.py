"""What is known about each metric: its name in records and tables, unit, direction and digits.

Tables and records read this; adding a metric to a table needs no change to the table's code.
"""

import math
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Metric:
    """One column of a table.

    Attributes:
        key: name in records.
        title: name in tables, without arrow and unit.
        unit: unit of the shown number; empty where it has none.
        higher_is_better: direction of better.
        digits: digits after the point in tables.
        per: "image" for one number per image (mean over images, bootstrap interval), "set" for one
            number per set of images (jackknife interval over scenes).
        low: smallest possible value.
        high: largest possible value.
        scale: factor from the stored to the shown number.
        source: where the formula is from.
    """

    key: str
    title: str
    unit: str
    higher_is_better: bool
    digits: int
    per: Literal["image", "set"]
    low: float
    high: float
    scale: float = 1.0
    source: str = ""

    def show(self, value: float | None) -> str:
        """The number as tables print it; a dash where there is none."""
        if value is None or math.isnan(value):
            return "–"
        return f"{value * self.scale:.{self.digits}f}"

    def is_better(self, value: float, other: float) -> bool:
        """Whether `value` is better than `other`."""
        return value > other if self.higher_is_better else value < other


_ALL = (
    Metric(
        "psnr",
        "PSNR",
        "dB",
        True,
        2,
        "image",
        0.0,
        math.inf,
        source="10 log10(1 / MSE), data range 1",
    ),
    Metric("ssim", "SSIM", "", True, 3, "image", -1.0, 1.0, source="Wang et al., IEEE TIP 2004"),
    Metric(
        "mae",
        "MAE",
        "",
        False,
        3,
        "image",
        0.0,
        1.0,
        source="mean absolute difference, data range 1",
    ),
    Metric(
        "kl",
        "KL",
        "nat",
        False,
        3,
        "image",
        0.0,
        math.inf,
        source="Eq. 14 of the paper: both directions, 256 bins, eps 1e-7",
    ),
    Metric(
        "fid",
        "FID",
        "",
        False,
        2,
        "set",
        0.0,
        math.inf,
        source="Heusel et al., NeurIPS 2017; resize as in pytorch-fid",
    ),
    Metric(
        "fid_antialiased",
        "FID (antialiased)",
        "",
        False,
        2,
        "set",
        0.0,
        math.inf,
        source="Heusel et al., NeurIPS 2017; antialiased resize (Parmar et al., CVPR 2022)",
    ),
    Metric(
        "kid",
        "KID ×10³",
        "",
        False,
        2,
        "set",
        -math.inf,
        math.inf,
        1e3,
        source="Bińkowski et al., ICLR 2018; u-statistic without the i = j cross terms",
    ),
    Metric(
        "kid_antialiased",
        "KID ×10³ (antialiased)",
        "",
        False,
        2,
        "set",
        -math.inf,
        math.inf,
        1e3,
        source="Bińkowski et al., ICLR 2018; antialiased resize (Parmar et al., CVPR 2022)",
    ),
)

METRICS: dict[str, Metric] = {metric.key: metric for metric in _ALL}
