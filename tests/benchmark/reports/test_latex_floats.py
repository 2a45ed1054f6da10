"""No float is taller than a page, and no row is lost."""

from benchmark.reports.latex_floats import floats
from benchmark.reports.latex_layout import lay_out
from benchmark.reports.table import Column, Entry, Row
from tests.benchmark.reports.samples import make_table


def parts_of(rows, columns=1, caption="Short.", notes=(), label="m"):
    heads = tuple(Column(f"{d}→", "KL↓", d, "kl") for d in ("a2b", "b2a") for _ in range(columns))
    groups = {
        "": [Row((f"{label} {i}",), (Entry("12.34 ± 0.12"),) * len(heads)) for i in range(rows)]
    }
    table = make_table(columns=heads, groups=groups, label_titles=("Mapper",), notes=notes)
    return floats(table, lay_out(table), caption)


def shown(parts):
    return [[len(rows) for part in own for rows in part.groups.values()] for own in parts]


def test_a_short_table_is_one_float():
    assert shown(parts_of(10)) == [[10]]


def test_a_long_one_fills_each_page_before_the_next():
    (first, *others, last) = shown(parts_of(150))
    assert first[0] > 30
    assert others == [first] * len(others)
    assert sum(map(sum, (first, *others, last))) == 150
    assert 0 < last[0] <= first[0]


def test_captions_notes_and_wrapped_labels_take_room():
    plain = shown(parts_of(150))[0][0]
    assert shown(parts_of(150, caption="word " * 200))[0][0] < plain
    assert shown(parts_of(150, notes=("word " * 200,)))[0][0] < plain
    two_lines = "many words that make two lines of each label"
    assert shown(parts_of(150, label=two_lines))[0][0] < plain


def test_blocks_stand_in_one_float_while_there_is_room():
    assert shown(parts_of(5, columns=4)) == [[5, 5]]
    assert shown(parts_of(35, columns=4)) == [[35], [35]]
