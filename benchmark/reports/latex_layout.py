"""How wide a table is in LaTeX, and how it is laid out so that it fits a paper.

Widths are those of Computer Modern, the widest of the usual fonts: choosing needs no TeX.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from benchmark.reports.table import Column, Table, one_line

COLUMN = 229.5  # pt, a column of a two-column `article`
PAGE = 345.0  # pt, the text of a one-column `article`; that of a two-column one is wider
LABELS = 0.36  # the share of the width that labels may take where they are wrapped
BOLD = 1.17  # width of bold letters against upright ones

# Of cmr10 and its symbols in pt, rounded up: a width, and the letters that are no wider.
_WIDTHS = {
    2.8: "ijl'.,:;!|`", 3.4: " -", 4.0: "()fIrst", 4.5: "cez³", 5.0: "0123456789/*ago–°[]$",
    5.3: "kvxyJ", 5.6: "bdhnpquS?\"\\{}", 6.3: "LZ_^~", 6.9: "EFP", 7.3: "wCBT",
    7.9: "ADGHKNOQRUVXY&+=<>×±−α", 8.4: "m%#↑↓Δ", 9.2: "M", 10.3: "W→@",
}  # fmt: skip
_WIDTH_OF = {letter: width for width, letters in _WIDTHS.items() for letter in letters}
_UNKNOWN = 10.3


@dataclass(frozen=True)
class Size:
    """A font size.

    Attributes:
        command: that switches to it; empty for the size of the text.
        scale: the width of its letters against those of 10 pt.
        line: height of a line, in pt.
        gap: half the space between columns, in pt.
    """

    command: str
    scale: float
    line: float
    gap: float

    def width(self, text: str, bold: bool = False) -> float:
        """The width of text in pt."""
        return text_width(text) * self.scale * (BOLD if bold else 1)


NORMAL = Size("", 1.0, 12.0, 6.0)
SMALL = Size(r"\small", 0.93, 11.0, 5.0)
FOOTNOTE = Size(r"\footnotesize", 0.855, 9.5, 4.0)
SCRIPT = Size(r"\scriptsize", 0.80, 8.0, 3.0)
SIZES = (NORMAL, SMALL, FOOTNOTE, SCRIPT)


@dataclass(frozen=True)
class Label:
    """A column of labels.

    Attributes:
        head: lines of its heading.
        width: in pt.
        wrapped: whether labels are broken into lines of that width.
    """

    head: tuple[str, ...]
    width: float
    wrapped: bool


@dataclass(frozen=True)
class Span:
    """An upper heading.

    Attributes:
        lines: of the heading.
        columns: their number below it.
        width: in pt, with its columns.
        short: whether it stands for a longer heading.
    """

    lines: tuple[str, ...]
    columns: int
    width: float
    short: bool


@dataclass(frozen=True)
class Block:
    """Columns that stand side by side.

    Attributes:
        places: of the columns in the table.
        heads: lines of each column's heading.
        spans: the upper headings.
    """

    places: tuple[int, ...]
    heads: tuple[tuple[str, ...], ...]
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Layout:
    """How a table is set.

    Attributes:
        wide: whether it spans both columns of a two-column paper, as `table*`.
        size: of its letters.
        labels: the columns of labels.
        blocks: set below each other, each with the labels.
        width: of the widest line, in pt.
    """

    wide: bool
    size: Size
    labels: tuple[Label, ...]
    blocks: tuple[Block, ...]
    width: float

    @property
    def limit(self) -> float:
        """The width it has to fit, in pt."""
        return PAGE if self.wide else COLUMN


def lay_out(table: Table) -> Layout:
    """The first layout that fits.

    Tried in this order: all columns side by side in one column of a paper, down to `footnotesize`,
    and over the whole page, down to `scriptsize`; the same with directions below each other; and
    as many columns side by side as there is room for. Labels and headings are wrapped before
    letters become smaller.
    """
    every = tuple(range(len(table.columns)))
    directions = [tuple(own) for _, own in groupby(every, lambda i: table.columns[i].above)]
    for blocks in ([every], directions):
        for wide, sizes in ((False, SIZES[:3]), (True, SIZES)):
            for size in sizes:
                for wrapped in (False, True):
                    layout = _layout(table, wide, size, blocks, wrapped)
                    if layout.width <= layout.limit:
                        return layout
    chunks = [chunk for own in directions for chunk in _chunks(table, own)]
    return _layout(table, True, SCRIPT, chunks, True)


def text_width(text: str) -> float:
    """The width of text in pt, at 10 pt upright; letters that are not known count as wide."""
    letters = unicodedata.normalize("NFD", one_line(text))
    return sum(_WIDTH_OF.get(c, _UNKNOWN) for c in letters if not unicodedata.combining(c))


def _chunks(table: Table, places: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """The columns in the largest groups that fit; at least one column in each."""
    chunk: tuple[int, ...] = ()
    for place in places:
        longer = (*chunk, place)
        if chunk and _layout(table, True, SCRIPT, [longer], True).width > PAGE:
            yield chunk
            longer = (place,)
        chunk = longer
    yield chunk


def _layout(
    table: Table, wide: bool, size: Size, blocks: Sequence[tuple[int, ...]], wrapped: bool
) -> Layout:
    room = LABELS * (PAGE if wide else COLUMN) if wrapped else float("inf")
    labels = _labels(table, size, room)
    made = [_block(table, places, size) for places in blocks]
    sides = [
        [label.width for label in labels] + [span.width for span in block.spans] for block in made
    ]
    between = [
        2 * size.gap * (len(labels) + len(block.places) - 1)
        - sum(2 * size.gap * (span.columns - 1) for span in block.spans)
        for block in made
    ]
    titles = [size.width(group) for group in table.groups]
    widths = [sum(side) + gaps for side, gaps in zip(sides, between, strict=True)]
    return Layout(wide, size, tuple(labels), tuple(made), max([*widths, *titles], default=0.0))


def _labels(table: Table, size: Size, room: float) -> list[Label]:
    """The columns of labels; the wide ones are wrapped where all of them exceed `room`."""
    texts = [
        [row.labels[place] for rows in table.groups.values() for row in rows]
        for place in range(len(table.label_titles))
    ]
    widths = [max(map(size.width, own), default=0.0) for own in texts]
    fair = room / max(len(widths), 1)
    wide = [width > fair for width in widths] if sum(widths) > room else [False] * len(widths)
    left = room - sum(width for width, cut in zip(widths, wide, strict=True) if not cut)
    labels = []
    for title, own, natural, cut in zip(table.label_titles, texts, widths, wide, strict=True):
        width = natural
        if cut:
            words = [word for text in own for word in text.split()]
            width = max([left / sum(wide), *map(size.width, words)])
        head = lines_of(title, width, size)
        labels.append(Label(head, max([width, *map(size.width, head)]), cut))
    return labels


def _block(table: Table, places: tuple[int, ...], size: Size) -> Block:
    heads: list[tuple[str, ...]] = []
    widths: list[float] = []
    for place in places:
        entries = [row.entries[place] for rows in table.groups.values() for row in rows]
        width = max((size.width(entry.text, entry.bold) for entry in entries), default=0.0)
        heads.append(lines_of(table.columns[place].title, width, size))
        widths.append(max([width, *map(size.width, heads[-1])]))
    spans = []
    for _, own in groupby(range(len(places)), lambda i: table.columns[places[i]].above):
        below = list(own)
        room = sum(widths[i] for i in below) + 2 * size.gap * (len(below) - 1)
        spans.append(_span(table.columns[places[below[0]]], len(below), room, size))
    return Block(places, tuple(heads), tuple(spans))


def lines_of(text: str, width: float, size: Size) -> tuple[str, ...]:
    """Text in lines no wider than `width`, in pt, or its longest word."""
    most = max([width, *map(size.width, text.split())])
    lines: list[str] = []
    for word in one_line(text).split(" "):
        if lines and size.width(f"{lines[-1]} {word}") <= most:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return tuple(lines)


def _span(column: Column, columns: int, room: float, size: Size) -> Span:
    """The heading in one line, or two, or in short; the last may be wider than its columns."""
    for title in dict.fromkeys((column.above, column.short or column.above)):
        for lines in ((title,), _after_arrow(title)):
            width = max(map(size.width, lines))
            if width <= room:
                return Span(lines, columns, room, title != column.above)
    return Span(lines, columns, width, title != column.above)


def _after_arrow(title: str) -> tuple[str, ...]:
    """A heading in two lines, "X→" and "Y"."""
    start, arrow, end = title.partition("→")
    return (start + arrow, end) if arrow else (title,)
