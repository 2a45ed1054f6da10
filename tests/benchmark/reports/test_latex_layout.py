"""How a table is laid out follows from its width."""

import pytest

from benchmark.reports.latex_layout import COLUMN, PAGE, SIZES, lay_out, lines_of, text_width
from benchmark.reports.table import Column, Entry, Row
from tests.benchmark.reports.samples import make_table


def table(columns, text="12.34", label="cstpp", above="X→Y", labels=1):
    """A table with one row and as many columns in each of two directions."""
    heads = tuple(
        Column(side, "KL↓", direction, "kl", short=direction.replace("2", "→").upper())
        for direction, side in (("b2a", above), ("a2b", "→".join(reversed(above.split("→")))))
        for _ in range(columns)
    )
    row = Row((label,) * labels, (Entry(text),) * len(heads))
    titles = ("Mapper",) * labels
    return make_table(columns=heads, groups={"": [row]}, label_titles=titles)


def sides(layout):
    return [len(block.places) for block in layout.blocks]


# Measured with pdflatex: \settowidth in the T1 encoding of `article` at 10 pt.
@pytest.mark.parametrize(
    ("text", "points"),
    [("12.34", 22.77), ("global-poly", 48.32), ("PSNR", 27.21), ("cstpp", 23.38),
     ("Domain adaptation (train A-A, test BA-A)", 189.75), ("Überfön", 35.29)],
)  # fmt: skip
def test_widths_are_those_of_tex_rounded_up(text, points):
    assert points - 0.1 <= text_width(text) <= 1.06 * points


def test_unknown_letters_count_as_wide():
    assert text_width("小米") > text_width("MW")


def test_a_small_table_fits_a_column_at_the_size_of_the_text():
    layout = lay_out(table(2))
    assert (layout.wide, layout.size, sides(layout)) == (False, SIZES[0], [4])
    assert layout.width <= COLUMN


def test_letters_shrink_then_it_spans_both_columns_then_directions_are_stacked():
    found = [lay_out(table(n)) for n in range(1, 9)]
    kinds = [(len(layout.blocks), layout.wide, SIZES.index(layout.size)) for layout in found]
    assert kinds == sorted(kinds), "never back to an earlier layout for a wider table"
    assert {kind[:2] for kind in kinds} == {(1, False), (1, True), (2, False), (2, True)}
    assert all(layout.width <= (PAGE if layout.wide else COLUMN) for layout in found)


def test_what_does_not_fit_even_so_is_cut_into_as_few_blocks_as_possible():
    layout = lay_out(table(30))
    assert [place for block in layout.blocks for place in block.places] == list(range(60))
    assert layout.width <= PAGE
    first, *others = sides(layout)
    assert first == max(others) > min(others), "each filled before the next"


def test_long_labels_are_wrapped_before_the_table_grows_wider():
    layout = lay_out(table(2, label="Ceiling (same camera; train A-A, test A-A)"))
    (label,) = layout.labels
    assert label.wrapped
    assert not layout.wide
    assert label.width < COLUMN / 2


def test_only_the_wide_label_is_wrapped():
    wide = table(3, label="Ceiling (same camera; train A-A, test A-A)", labels=2)
    rows = [Row((r.labels[0], "pynet"), r.entries) for r in wide.groups[""]]
    layout = lay_out(make_table(columns=wide.columns, groups={"": rows}, label_titles=("M", "ISP")))
    assert [label.wrapped for label in layout.labels] == [True, False]


def test_an_upper_heading_is_broken_after_its_arrow_then_shortened():
    (block,) = lay_out(table(2, above="iPhone X→Galaxy S9")).blocks
    assert [span.lines for span in block.spans] == [
        ("iPhone X→", "Galaxy S9"), ("Galaxy S9→", "iPhone X"),
    ]  # fmt: skip
    (block,) = lay_out(table(2, above="A Very Long Name→The Sigma SD Merrill")).blocks
    assert [(span.lines, span.short) for span in block.spans] == [
        (("B→A",), True), (("A→B",), True),
    ]  # fmt: skip


def test_headings_are_wrapped_to_what_stands_below_them():
    (column,) = (Column("", "FD (random VGG-16)↓", "", "fid"),)
    groups = {"": [Row(("a",), (Entry("123.45 ± 0.12"),))]}
    layout = lay_out(make_table(columns=(column,), groups=groups, label_titles=("",)))
    assert layout.blocks[0].heads == (("FD (random", "VGG-16)↓"),)


def test_lines_hold_as_many_words_as_fit():
    assert lines_of("aa aa aa", 2 * text_width("aa") + 4, SIZES[0]) == ("aa aa", "aa")
    assert lines_of("a unbreakable", 1, SIZES[0]) == ("a", "unbreakable")


def test_an_empty_table_has_a_layout():
    assert lay_out(make_table(groups={})).blocks
