"""The same scenes side by side, as in the paper's Figures 4 and 5 (raw) and 6 (developed)."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray
from PIL import Image

from benchmark.errors import BenchError
from benchmark.planning.graph import NONE
from benchmark.records.record import Record
from benchmark.reports.figures.choice import Chosen
from benchmark.reports.figures.gallery import Gallery, Picture
from benchmark.reports.figures.style import COLOURS, INCHES, Width, blank

DPI = 600  # of pictures: more cannot be seen in print
GAP = 0.03  # inches between pictures
HEADING = 0.15  # inches above the first row
UNDER = 0.13  # inches below a picture, for its score
NARROWEST = 0.35  # inches: below that, a picture shows nothing
ERROR_TOP = {True: 0.1, False: 0.25}  # of white; raw, developed: the brightest colour of a map
ERROR_COLOURS = "inferno"
INSET = 0.46  # of a picture's width
ZOOM_COLOUR = COLOURS[4]
SOURCE, TRUTH = "source", "truth"


@dataclass(frozen=True)
class Zoom:
    """A square part of every picture that is shown larger in its corner.

    Attributes:
        left, top, side: as shares of the picture's width.

    Raises:
        BenchError: the square is not inside a picture.
    """

    left: float
    top: float
    side: float

    def __post_init__(self) -> None:
        if not (0 < self.side <= 1 and 0 <= self.left <= 1 - self.side and 0 <= self.top < 1):
            raise BenchError(
                f"--zoom {self.left:g} {self.top:g} {self.side:g}: give left, top and side of a "
                "square inside the picture, as shares of its width, e.g. 0.4 0.2 0.25."
            )

    def square(self, picture: Picture) -> tuple[int, int, int]:
        """Its left column, top row and side in pixels, moved up where it would leave a picture."""
        height, width = picture.shape[:2]
        side = min(max(round(self.side * width), 1), height)
        return round(self.left * width), min(round(self.top * width), height - side), side


def strips(
    chosen: Chosen, gallery: Gallery, width: Width, zoom: Zoom | None = None, errors: bool = False
) -> Figure:
    """A row per scene: the source, what each mapper makes of it, and the truth.

    The source is the raw as captured, or what the ISP makes of it without a mapper. Scores stand
    below the pictures.

    Args:
        chosen: cells and scenes.
        gallery: where the pictures are.
        width: of the figure.
        zoom: a part to show larger.
        errors: whether a map of errors stands below each picture.

    Raises:
        BenchError: pictures are missing, or there are too many for the width.
    """
    columns = _columns(chosen)
    side = (INCHES[width] + GAP) / len(columns) - GAP
    if side < NARROWEST:
        raise BenchError(
            f"{len(columns)} pictures side by side are too many for {INCHES[width]} inches. Choose "
            "some with --mappers, or take --width double."
        )
    first, shown = chosen.ranked[0], 2 if errors else 1
    truths = [gallery.truth(first, i) for i in chosen.scenes]
    heights = [side * truth.shape[0] / truth.shape[1] for truth in truths]
    total = HEADING + sum(shown * height + UNDER for height in heights) + GAP * len(heights)
    figure = blank(width, total, None)
    top = total - HEADING
    for i, truth, height in zip(chosen.scenes, truths, heights, strict=True):
        for k, (title, record) in enumerate(columns.items()):
            left = k * (side + GAP)
            axes = _frame(figure, left, top - height, side, height)
            if record is not None:
                _show(axes, gallery.measured(record, i), side, zoom)
                value = chosen.metric.show(record.per_image[chosen.metric.key][i])
                axes.set_xlabel(f"{chosen.metric.title} {value}", fontsize=5.5, labelpad=1.5)
            else:
                source = title == SOURCE
                _show(axes, gallery.captured(first, i) if source else truth, side, zoom)
            if i == chosen.scenes[0]:
                axes.set_title(title, pad=2)
            if errors and record is not None:
                below = _frame(figure, left, top - UNDER - 2 * height, side, height)
                _show_error(below, gallery.error(record, i), record.isp == NONE)
            elif errors and title == TRUTH:
                _scale(figure, left, top - UNDER - 2 * height, height, first.isp == NONE)
        top -= shown * height + UNDER + GAP
    return figure


def _columns(chosen: Chosen) -> dict[str, Record | None]:
    """Headings and cells; None for the truth, and for the raw as captured."""
    raw = chosen.ranked[0].isp == NONE
    columns: dict[str, Record | None] = {}
    if chosen.unmapped is not None:
        columns[SOURCE if raw else "no mapper"] = chosen.unmapped
    elif raw:
        columns[SOURCE] = None
    return {**columns, **{r.label: r for r in chosen.ranked}, TRUTH: None}


def _frame(figure: Figure, left: float, bottom: float, width: float, height: float) -> Axes:
    """Axes without ticks or lines, in inches."""
    inches = figure.get_size_inches()
    place = (left / inches[0], bottom / inches[1], width / inches[0], height / inches[1])
    axes = figure.add_axes(place, xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    return axes


def _show(axes: Axes, picture: Picture, inches: float, zoom: Zoom | None) -> None:
    axes.imshow(_printed(picture, inches), interpolation="none", aspect="auto", extent=(0, 1, 1, 0))
    if zoom is None:
        return
    height, width = picture.shape[:2]
    column, row, side = zoom.square(picture)
    axes.add_patch(
        Rectangle(
            (column / width, row / height), side / width, side / height,
            fill=False, edgecolor=ZOOM_COLOUR, linewidth=0.6,
        )
    )  # fmt: skip
    inset = axes.inset_axes((1 - INSET, 0, INSET, INSET * width / height), xticks=[], yticks=[])
    part = picture[row : row + side, column : column + side]
    inset.imshow(_printed(part, INSET * inches), interpolation="none", aspect="auto")
    inset.spines[:].set(visible=True, color=ZOOM_COLOUR, linewidth=0.6)


def _printed(picture: Picture, inches: float) -> Picture:
    """A picture with no more pixels than print shows."""
    most = round(DPI * inches)
    if picture.shape[1] <= most:
        return picture
    height = max(round(picture.shape[0] * most / picture.shape[1]), 1)
    image = Image.fromarray(np.ascontiguousarray(picture))
    return np.asarray(image.resize((most, height), Image.Resampling.LANCZOS))


def _show_error(axes: Axes, error: NDArray[np.float32], raw: bool) -> None:
    axes.imshow(
        error, cmap=ERROR_COLOURS, vmin=0, vmax=ERROR_TOP[raw], interpolation="none", aspect="auto"
    )


def _scale(figure: Figure, left: float, bottom: float, height: float, raw: bool) -> None:
    """What the colours of the maps mean, in the free place below the truth."""
    axes = _frame(figure, left, bottom + 0.1 * height, 0.06, 0.8 * height)
    colours = ScalarMappable(Normalize(0, 100 * ERROR_TOP[raw]), ERROR_COLOURS)
    bar = figure.colorbar(colours, cax=axes, ticks=[0, 100 * ERROR_TOP[raw]], format="%g %%")
    bar.ax.tick_params(labelsize=5, length=1.5, pad=1)
    bar.outline.set_visible(False)
