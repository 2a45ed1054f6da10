"""Which parts of a table stand in which LaTeX float, so that none is taller than a page."""

from collections.abc import Iterator
from dataclasses import dataclass

from benchmark.reports.latex_layout import FOOTNOTE, NORMAL, Block, Layout, Size, lines_of
from benchmark.reports.table import Groups, Row, Table

PAGE_HEIGHT = 530.0  # pt, of the text of an `article`, less some: heights are estimated here
RULE = 8.0  # pt, with the space around it


@dataclass(frozen=True)
class Part:
    """Columns and rows of a table that make one `tabular`."""

    block: Block
    groups: Groups


def floats(table: Table, layout: Layout, caption: str) -> list[list[Part]]:
    """The parts in each float, from the top; a block's rows stay together where a page holds them.

    Args:
        table: what is shown.
        layout: how.
        caption: of the table; room for it and for the notes is left in every float.
    """
    words = sum(_text_height(note, layout, FOOTNOTE) for note in table.notes)
    words += _text_height(caption, layout, NORMAL) + 2 * NORMAL.line
    room = PAGE_HEIGHT - words
    made: list[list[Part]] = []
    left = 0.0
    for block in layout.blocks:
        for part in _parts(table.groups, block, layout, room):
            height = _height(part, layout)
            if height > left:
                made.append([])
                left = room
            made[-1].append(part)
            left -= height
    return made


def _parts(groups: Groups, block: Block, layout: Layout, room: float) -> Iterator[Part]:
    """The rows of a block in as few parts as the height allows."""
    part = Part(block, {})
    for group, rows in groups.items():
        for row in rows:
            longer = Part(block, {**part.groups, group: [*part.groups.get(group, []), row]})
            if part.groups and _height(longer, layout) > room:
                yield part
                longer = Part(block, {group: [row]})
            part = longer
    yield part


def _height(part: Part, layout: Layout) -> float:
    """In pt, with the space above it."""
    heads = max(map(len, (*(label.head for label in layout.labels), *part.block.heads)), default=0)
    heads += max((len(span.lines) for span in part.block.spans), default=0)
    lines = heads + sum(
        bool(group) + sum(_lines(row, layout) for row in rows)
        for group, rows in part.groups.items()
    )
    return lines * layout.size.line + (3 + len(part.groups)) * RULE


def _lines(row: Row, layout: Layout) -> int:
    return max(
        len(lines_of(text, label.width, layout.size)) if label.wrapped else 1
        for text, label in zip(row.labels, layout.labels, strict=True)
    )


def _text_height(text: str, layout: Layout, size: Size) -> float:
    return len(lines_of(text, layout.limit, size)) * size.line
