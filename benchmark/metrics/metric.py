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
        title: name in tables, without arrow.
        unit: unit of the stored number, for captions and files; empty where it has none.
        higher_is_better: direction of better.
        digits: digits after the point in tables.
        per: "image" for one number per image (mean over images, bootstrap interval), "set" for one
            number per set of images (jackknife interval over scenes).
        scale: factor from the stored to the shown number.
        source: where the formula is from.
    """

    key: str
    title: str
    unit: str
    higher_is_better: bool
    digits: int
    per: Literal["image", "set"]
    scale: float = 1.0
    source: str = ""

    def show(self, value: float | None) -> str:
        """The number as tables print it; a dash where there is none.

        >>> METRICS["psnr"].show(31.456), METRICS["kid"].show(0.01234), METRICS["mae"].show(None)
        ('31.46', '12.34', '–')
        """
        if value is None or math.isnan(value):
            return "–"
        return f"{value * self.scale:.{self.digits}f}"

    def is_better(self, value: float, other: float) -> bool:
        """Whether `value` is better than `other`.

        >>> METRICS["psnr"].is_better(30.0, 20.0), METRICS["kl"].is_better(0.4, 0.3)
        (True, False)
        """
        return self.penalty(value) < self.penalty(other)

    def penalty(self, value: float) -> float:
        """The value, turned so that smaller is better.

        >>> METRICS["psnr"].penalty(30.0), METRICS["kl"].penalty(0.4)
        (-30.0, 0.4)
        """
        return -value if self.higher_is_better else value


_PIXELS = (
    Metric(
        key="psnr",
        title="PSNR",
        unit="dB",
        higher_is_better=True,
        digits=2,
        per="image",
        source="10 log10(1 / MSE), data range 1",
    ),
    Metric(
        key="ssim",
        title="SSIM",
        unit="",
        higher_is_better=True,
        digits=3,
        per="image",
        source="Wang et al., IEEE TIP 2004",
    ),
    Metric(
        key="mae",
        title="MAE",
        unit="",
        higher_is_better=False,
        digits=3,
        per="image",
        source="mean absolute difference, data range 1",
    ),
    Metric(
        key="angular",
        title="Angle (°)",
        unit="°",
        higher_is_better=False,
        digits=2,
        per="image",
        source="angle between [R, G, B] vectors of raw, mean over pixels",
    ),
    Metric(
        key="ciede2000",
        title="ΔE00",
        unit="",
        higher_is_better=False,
        digits=2,
        per="image",
        source="CIEDE2000 (ISO/CIE 11664-6) of sRGB, mean over pixels",
    ),
    Metric(
        key="lpips",
        title="LPIPS",
        unit="",
        higher_is_better=False,
        digits=3,
        per="image",
        source="Zhang et al., CVPR 2018, version 0.1, AlexNet",
    ),
    Metric(
        key="chart_mae",
        title="Chart MAE",
        unit="",
        higher_is_better=False,
        digits=3,
        per="image",
        source="Sec. 4.2 of the paper: mean absolute difference of the charts' patch means",
    ),
    Metric(
        key="kl",
        title="KL",
        unit="nat",
        higher_is_better=False,
        digits=3,
        per="image",
        source="Eq. 14 of the paper: both directions, 256 bins, eps 1e-7",
    ),
)


def _frechet(key: str, title: str, features: str) -> Metric:
    return Metric(
        key=key,
        title=title,
        unit="",
        higher_is_better=False,
        digits=2,
        per="set",
        source=f"Heusel et al., NeurIPS 2017; {features}",
    )


def _kernel(key: str, title: str, features: str) -> Metric:
    return Metric(
        key=key,
        title=f"{title} ×10³",
        unit="",
        higher_is_better=False,
        digits=2,
        per="set",
        scale=1e3,
        source=f"Bińkowski et al., ICLR 2018, as u-statistic; {features}",
    )


_PYTORCH_FID = "Inception, pictures resized as in pytorch-fid"
_CLEAN_FID = "Inception, pictures resized as in clean-fid (Parmar et al., CVPR 2022)"
_BILINEAR = "Inception, pictures resized by PyTorch, bilinear with antialiasing"
_RANDOM_VGG = "VGG-16 with random weights, benchmark/metrics/random_vgg.py"

_SETS = (
    _frechet("fid", "FID", _PYTORCH_FID),
    _kernel("kid", "KID", _PYTORCH_FID),
    _frechet("fid_clean", "FID (clean)", _CLEAN_FID),
    _kernel("kid_clean", "KID (clean)", _CLEAN_FID),
    _frechet("fd_random_vgg", "FD (random VGG-16)", _RANDOM_VGG),
    _kernel("kd_random_vgg", "KD (random VGG-16)", _RANDOM_VGG),
    # No longer measured; in older records.
    _frechet("fid_antialiased", "FID (bilinear, antialiased)", _BILINEAR),
    _kernel("kid_antialiased", "KID (bilinear, antialiased)", _BILINEAR),
)

METRICS: dict[str, Metric] = {metric.key: metric for metric in (*_PIXELS, *_SETS)}
