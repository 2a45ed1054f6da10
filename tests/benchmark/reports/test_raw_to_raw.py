"""Tables 1 to 4 come from records alone, in the paper's layout."""

import numpy as np
import pytest

from benchmark.reports.build import tables
from benchmark.reports.text import markdown
from tests.benchmark.reports.samples import N, make_record, numbers

PIXELS = ("psnr", "ssim", "mae", "angular", "kl")


def raw_record(mapper="m", value=0.5, metrics=PIXELS, trained=True, key="k1", **changes):
    step = {"kind": "mapper", "title": f"fit {mapper}", "steps": {"only": 3} if trained else {}}
    facts = {
        "protocol": "raw-to-raw", "isp": "none", "title": "Raw-to-raw mapping",
        "per_image": {m: list(value + np.linspace(-0.1, 0.1, N)) for m in metrics},
        "steps": {key: step}, "supervision": "unpaired",
    }  # fmt: skip
    return make_record(mapper, **{**facts, **changes})


def reference(protocol, title, value):
    return raw_record(
        "none", value, protocol=protocol, title=title, reference=True, role="beside", steps={}
    )


def named(records):
    return {table.name: table for table in tables(records)}


def test_table_1_groups_by_what_is_learned_and_ranks_across_groups():
    records = [
        raw_record("matrix", 0.2, trained=False, supervision="anchors", role="beside"),
        raw_record("gan", 0.4),
        raw_record("anchored", 0.3, supervision="anchors"),
        reference("oracle-gain", "Oracle", 0.9),
        reference("unmapped", "Identity", 0.1),
    ]
    assert not numbers(tables(records)[0]).bold.any(), "one seed"
    (table,) = tables([r.model_copy(update={"seed": seed}) for r in records for seed in (0, 1)])
    assert table.name == "table1"
    assert list(table.groups) == [
        "References", "Non-learning", "Unsupervised", "Semi-supervised",
    ]  # fmt: skip
    assert [row.labels for row in table.groups["References"]] == [("Identity",), ("Oracle",)]
    best = numbers(table).query("metric == 'psnr' and bold").mapper.tolist()
    assert best == ["gan"], "one best of all groups, and no reference"


def test_measures_that_no_record_has_are_left_out():
    (table,) = tables([raw_record(metrics=("psnr", "ssim", "mae", "kl"))])
    assert [c.metric for c in table.columns] == ["psnr", "ssim", "mae", "kl"]


def test_table_2_needs_charts_and_nothing_else():
    (table,) = tables([raw_record(metrics=("chart_mae", "kl"))])
    assert table.name == "table2"
    assert [c.title for c in table.columns] == ["Chart MAE↓", "KL↓"]
    assert list(named([raw_record(metrics=(*PIXELS, "chart_mae"))])) == ["table1", "table2"]


def test_table_3_appears_when_both_mappers_are_there():
    variant = raw_record("gan-plus", 0.6, adds=("gan", "PLUS"))
    assert list(named([variant])) == ["table1"]
    table = named([variant, raw_record("gan", 0.5)])["table3"]
    assert [row.labels[0] for rows in table.groups.values() for row in rows] == [
        "W/o PLUS", "W/ PLUS",
    ]  # fmt: skip
    assert numbers(table).query("metric == 'psnr'").value.tolist() == pytest.approx([0.5, 0.6])


def test_table_4_lists_the_swept_values_from_the_strongest_down():
    records = [
        raw_record("shrinker", 0.5 - m / 100, setting={"downsample": m}) for m in (2, 16, 1, 8)
    ]
    made = named(records)
    assert list(made) == ["table4"]
    rows = made["table4"].groups["shrinker, one training"]
    assert [row.labels[0] for row in rows] == ["16×", "8×", "2×", "1×"]
    assert [r.entries[0].text for r in rows] == ["0.34", "0.42", "0.48", "0.49"]


def test_other_sweeps_have_a_table_of_their_own_that_says_if_each_was_trained():
    records = [
        raw_record(setting={"width": w, "init": "zero"}, key=f"k{w}") for w in (16, 8)
    ] + [reference("unmapped", "Identity", 0.1)]  # fmt: skip
    table = named(records)["sweep-width-init"]
    rows = table.groups["m, trained for each value"]
    assert [row.labels for row in rows] == [("8", "zero"), ("16", "zero")]
    assert [row.labels for row in table.groups["References"]] == [("Identity", "")]


def test_halves_are_scored_by_the_camera_that_took_the_pair():
    born = ["a"] * 10 + ["b"] * (N - 10)
    values = {m: [1.0] * 10 + [3.0] * (N - 10) for m in PIXELS}
    records = [
        raw_record("gan", per_image=values, born=born),
        raw_record("other", per_image={m: [0.5] * N for m in PIXELS}, born=born),
        reference("unmapped", "Identity", 0.1).model_copy(update={"born": tuple(born)}),
    ]
    table = named(records)["table1-halves"]
    assert list(table.groups) == [
        "Taken by A_1, n = 10: references", "Taken by A_1, n = 10",
        "Taken by B, n = 20: references", "Taken by B, n = 20",
    ]  # fmt: skip
    shown = numbers(table).query("metric == 'psnr' and mapper == 'gan'")
    assert shown.value.tolist() == pytest.approx([1, 3])
    assert shown.bold.all()
    assert "table1-halves" not in named([raw_record()])


def test_seeds_and_swept_values_stay_apart():
    records = [
        raw_record(value=v, seed=s, setting={"downsample": m}, key=f"k{s}")
        for v, s, m in ((1, 0, 1), (2, 1, 1), (3, 0, 2), (4, 1, 2))
    ]
    table = named(records)["table4"]
    assert "one training" in next(iter(table.groups))
    assert "1.50 ± 0.71" in markdown(table)
    assert "3.50 ± 0.71" in markdown(table)
