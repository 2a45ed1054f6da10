"""The one look of all figures, and how they are saved."""

from pathlib import Path
from typing import Any, Literal

import matplotlib
from matplotlib.figure import Figure

from benchmark.files import whole_file

Width = Literal["single", "double"]
INCHES: dict[Width, float] = {"single": 3.33, "double": 7.0}  # a column and the page of ACM's
# Okabe and Ito's, which people can tell apart who see fewer colours than others.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
GREY = "#808080"
STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",  # comes with matplotlib, so a figure is the same everywhere
    "font.size": 7,
    "axes.titlesize": 7,
    "axes.labelsize": 7,
    "xtick.labelsize": 6,
    "ytick.labelsize": 6,
    "legend.fontsize": 6,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "lines.linewidth": 1.0,
    "lines.markersize": 4,
    "pdf.fonttype": 42,  # TrueType, embedded: publishers refuse Type 3, the default
    "svg.hashsalt": "isp-bench",  # the same file for the same figure
    "savefig.dpi": 300,
}


def in_style() -> Any:
    """A context in which figures have to be made, drawn and saved."""
    return matplotlib.rc_context(STYLE)


def blank(
    width: Width, height: float, layout: Literal["constrained"] | None = "constrained"
) -> Figure:
    """A figure without content.

    Args:
        width: that of a column, or of the page.
        height: in inches.
        layout: "constrained" to make room for labels; None if everything is put in its place.
    """
    return Figure(figsize=(INCHES[width], height), layout=layout)


def arrow(title: str, width: Width) -> str:
    """A title like "X→Y", in two lines where panels are narrow."""
    return title.replace("→", "→\n") if width == "single" else title


def save(figure: Figure, file: Path) -> None:
    """Writes a figure in the format of the file's suffix, whole or not at all."""
    kind = file.suffix.lower().removeprefix(".")
    dates = {"pdf": {"CreationDate": None}, "svg": {"Date": None}}
    with whole_file(file) as part:
        figure.savefig(part, format=kind, metadata=dates.get(kind))
