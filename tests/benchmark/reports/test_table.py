"""From records to rows and columns."""

import pytest

from benchmark.reports.table import (
    Column,
    Entry,
    Row,
    columns_of,
    embolden,
    mapper_rows,
    one_line,
    reference_rows,
    row_of,
)
from tests.benchmark.reports.samples import N, make_record, make_score, make_table

KL = Column("A→B", "KL↓", "a2b", "kl", "nat")


def test_columns_are_ordered_by_direction_then_metric():
    records = [make_record(direction=d) for d in ("a2b", "b2a")]
    shown = [(c.above, c.title, c.unit) for c in columns_of(records, ("kl", "fid"))]
    assert shown == [
        ("B→A_1", "KL↓", "nat"), ("B→A_1", "FID↓", ""),
        ("A_1→B", "KL↓", "nat"), ("A_1→B", "FID↓", ""),
    ]  # fmt: skip
    assert columns_of(records, ("kl",), first="a2b")[0].direction == "a2b"


def test_other_weights_appear_under_their_own_name():
    extractor = {"name": "FD (mine.pth, sha256 01234567)", "weights_sha256": "01234567" * 8}
    columns = columns_of([make_record(extractor=extractor)], ("fid", "kid_clean"))
    assert [c.title for c in columns] == [
        "FD (mine.pth, sha256 01234567)↓",
        "KD (mine.pth, sha256 01234567) (clean) ×10³↓",
    ]


def test_an_incomplete_mean_is_a_dash():
    records = [make_record(isp="p"), make_record(isp="q"), make_record(isp="p", seed=1)]
    assert row_of(("m",), records, [KL], ["p", "q"]).entries == (Entry("–"),)
    assert row_of(("m",), records[:2], [KL], ["p", "q"]).entries[0].text == "1.000"


def test_spread_over_seeds_is_shown_where_there_is_any():
    records = [make_record(kl=kl, seed=seed) for seed, kl in enumerate((1, 2))]
    assert row_of(("m",), records, [KL], ["net"]).entries[0].text == "1.500 ± 0.707"
    same = [make_record(seed=seed) for seed in (0, 1, 2)]
    assert row_of(("m",), same, [KL], ["net"]).entries[0].text == "1.000"


def test_a_missing_distance_names_its_reason():
    fid = Column("A→B", "FID↓", "a2b", "fid")
    texts = [
        e.text for e in row_of(("m",), [make_record(per_image={})], [KL, fid], ["net"]).entries
    ]
    assert texts == ["–", "no weights"]
    measured = make_record(missing={})
    assert row_of(("m",), [measured], [fid], ["net"]).entries[0].text == "–"


def test_calibration_comes_before_what_the_user_named():
    records = [make_record("a"), make_record("z", role="beside"), make_record("b")]
    assert [row.labels for row in mapper_rows(records, [KL])] == [("z",), ("a",), ("b",)]


def test_references_are_ordered_from_the_lower_end_to_the_upper():
    records = [
        make_record("none", protocol=p, title=p.title(), reference=True)
        for p in ("ceiling", "floor")
    ]
    (rows,) = reference_rows(records, [KL]).values()
    assert [row.labels for row in rows] == [("Floor",), ("Ceiling",)]
    assert reference_rows([make_record()], [KL]) == {}


def test_rows_compete_within_one_contest_and_across_groups():
    def row(label, value):
        return Row((label,), (Entry("", score=make_score([value + i for i in range(N)])),))

    groups = {"one": [row("p", 1), row("q", 5)], "two": [row("p", 2), row("q", 4)]}
    together = embolden(groups)
    assert [r.entries[0].bold for g in together.values() for r in g] == [True, False, False, False]
    apart = embolden(groups, contest=lambda row: row.labels[0])
    assert [r.entries[0].bold for g in apart.values() for r in g] == [True, False, False, True]
    assert list(apart) == ["one", "two"]
    assert embolden({}) == {}


def test_spans_count_the_columns_below_each_heading():
    columns = tuple(Column(above, "", "", "kl") for above in ("x", "x", "y", "x"))
    assert make_table(columns=columns).spans == [("x", 2), ("y", 1), ("x", 1)]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb", "a b"), (" a \r\n\t b ", "a b"), ("a\u2028b\x85c\x0bd", "a b c d"),
        ("bell\x07 esc\x1b", "bell\ufffd esc\ufffd"), ("half \udc80", "half \ufffd"),
        ("Überfön 小米 α→β", "Überfön 小米 α→β"),
    ],
)  # fmt: skip
def test_one_line_breaks_no_table(text, shown):
    assert one_line(text) == shown


def test_rounding_between_seeds_is_no_spread_unless_something_was_trained():
    def text(**changes):
        records = [make_record(kl=1 + seed * 1e-9, seed=seed, **changes) for seed in (0, 1)]
        return row_of(("m",), records, [KL], ["net"]).entries[0].text

    trained = {"k": {"kind": "mapper", "title": "fit m", "steps": {"only": 3}}}
    assert text() == "1.000"
    assert text(steps=trained) == "1.000 ± 0.000"
