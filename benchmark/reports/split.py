"""One table for each direction, where both side by side are too wide for a paper."""

from dataclasses import replace

from benchmark.reports.table import Table


def split(table: Table) -> list[Table]:
    """The table for each of its directions, or as it is if it has only one.

    Columns without a direction, such as words, stand in each. The direction is added to the name.
    """
    directions = dict.fromkeys(c.direction for c in table.columns if c.direction)
    if len(directions) < 2:
        return [table]
    return [_only(table, direction) for direction in directions]


def _only(table: Table, direction: str) -> Table:
    places = [i for i, c in enumerate(table.columns) if c.direction in (direction, "")]
    groups = {
        title: [replace(row, entries=tuple(row.entries[i] for i in places)) for row in rows]
        for title, rows in table.groups.items()
    }
    columns = tuple(table.columns[i] for i in places)
    return replace(table, name=f"{table.name}-{direction}", columns=columns, groups=groups)
