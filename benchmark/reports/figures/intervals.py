"""Scores of all mappers with their 95 % intervals, the references as lines across."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmark.errors import BenchError, unknown_name
from benchmark.reports.figures.style import COLOURS, GREY, Width, arrow, blank
from benchmark.reports.table import REFERENCES, Groups, Row, Table

LEGEND: dict[Width, int] = {"single": 2, "double": 5}  # words side by side
LINE = 0.14  # inches per mapper
AROUND = 0.9  # inches for titles, axes and the legend
DASHES = ("--", ":", "-.", (0, (1, 3)), (0, (5, 5)))


def intervals(tables: Sequence[Table], width: Width, metric: str | None = None) -> Figure:
    """A panel per direction: a point and its interval per mapper.

    Args:
        tables: of a run; one whose first metric it is, or else the first that shows it, is drawn.
        width: of the figure.
        metric: key of the numbers; None for the first of the first table.

    Raises:
        BenchError: no table shows the metric.
    """
    scored = [t for t in tables if any(e.score for r in _rows(t) for e in r.entries)]
    known = dict.fromkeys(c.metric for table in scored for c in table.columns if c.direction)
    if metric is not None and metric not in known:
        raise unknown_name("metric", metric, known, "the tables of this run")
    if not known:
        raise BenchError("The run has no scores to draw.")
    metric = metric or next(iter(known))
    showing = [t for t in scored if any(c.metric == metric for c in t.columns)]
    table = min(showing, key=lambda t: t.columns[0].metric != metric)  # the one it comes first in
    places = [i for i, column in enumerate(table.columns) if column.metric == metric]
    ranked = {title: rows for title, rows in table.groups.items() if title != REFERENCES}
    names = [" ".join(filter(None, row.labels)) for rows in ranked.values() for row in rows]
    figure = blank(width, AROUND + LINE * len(names))
    panels = figure.subplots(1, len(places), sharey=True, squeeze=False)[0]
    for axes, place in zip(panels, places, strict=True):
        column = table.columns[place]
        axes.set_title(arrow(column.above, width))
        unit = f" ({column.unit})" if column.unit and column.unit not in column.title else ""
        axes.set_xlabel(f"{column.title[:-1]}{unit} {column.title[-1]}")
        _draw(axes, ranked, place)
        _references(axes, table.groups.get(REFERENCES, []), place)
    panels[0].set_yticks(range(len(names)), names)
    panels[0].set_ylim(len(names) - 0.5, -0.5)
    handles, labels = panels[0].get_legend_handles_labels()
    if handles:
        figure.legend(handles, labels, loc="outside lower center", ncols=LEGEND[width])
    return figure


def _rows(table: Table) -> list[Row]:
    return [row for rows in table.groups.values() for row in rows]


def _draw(axes: Axes, groups: Groups, place: int) -> None:
    """From the top, in the order of the table; each group has a colour."""
    y = 0
    for number, (title, rows) in enumerate(groups.items()):
        colour, label = COLOURS[number % len(COLOURS)], title.partition(" (")[0] or None
        for row in rows:
            score = row.entries[place].score
            if score is not None:
                scale, interval = score.metric.scale, score.interval
                if interval.known:
                    ends = [interval.low * scale, interval.high * scale]
                    axes.plot(ends, [y, y], color=colour)
                axes.plot([score.value * scale], [y], "o", color=colour, label=label)
                label = None
            y += 1


def _references(axes: Axes, rows: Sequence[Row], place: int) -> None:
    for dashes, row in zip(DASHES, rows, strict=False):
        score = row.entries[place].score
        if score is not None:
            value = score.value * score.metric.scale
            label = row.labels[0].partition(" (")[0]
            axes.axvline(value, color=GREY, linewidth=0.8, linestyle=dashes, label=label)
