"""Captions and footnotes say what a number cannot: budget, settings, what is left out."""

import pytest

from benchmark.reports.build import tables
from benchmark.reports.notes import bold_rule, budget_notes, notes_of, size_of_test, units
from benchmark.reports.table import columns_of
from tests.benchmark.reports.samples import few_pictures, make_record

TRAINED = {"k": {"kind": "mapper", "title": "fit m", "method": "m", "steps": {"only": 3}}}


def test_every_changed_setting_is_named():
    changed = {
        "mapper m": {
            "steps": {"preset": 400, "used": 50}, "betas": {"preset": [0.5, 1], "used": []},
        },
        "data toy": {"size": {"preset": None, "used": 64}},
    }  # fmt: skip
    notes = budget_notes([make_record(), make_record(changed=changed)])
    assert notes[0] == "Preset quick: all of it."
    assert notes[1] == (
        "Settings that differ from the preset: data toy: size = 64 (preset: none); "
        "mapper m: betas = [] (preset: [0.5, 1]), steps = 50 (preset: 400)."
    )
    for table in tables([make_record(changed=changed), make_record("other", 2.0)]):
        assert notes[1] in table.notes


def test_different_values_of_one_setting_are_all_named():
    records = [
        make_record(seed=used, changed={"mapper m": {"steps": {"preset": 400, "used": used}}})
        for used in (5, 6)
    ]
    assert "steps = 5 (preset: 400), steps = 6 (preset: 400)" in budget_notes(records)[1]


def test_a_table_names_no_folder_of_the_machine():
    changed = {"data toy": {"file": {"preset": "D50", "used": "/home/me/camera.csv"}}}
    assert "file = camera.csv (preset: D50)" in budget_notes([make_record(changed=changed)])[1]


def test_precision_and_missing_losses_are_named():
    step = {"kind": "isp", "title": "", "method": "net", "precision": "bfloat16",
            "config": {"vgg": "off"}}  # fmt: skip
    notes = budget_notes([make_record(steps={"k": step})])
    assert "Trained in bfloat16." in notes
    assert "Trained without the VGG-19 loss of the recipe: net." in notes


def test_sizes_are_those_of_the_pictures():
    assert not any("packed pixels" in note for note in notes_of([make_record()]))
    record = make_record(sizes=((128, 192),))
    assert "Test pictures of 192x128 packed pixels (width x height)." in notes_of([record])
    record = make_record(sizes=((300, 400), (128, 192), (200, 200)))
    assert any("192x128 to 400x300" in note for note in notes_of([record]))


@pytest.mark.parametrize("n", [1, 3, 5])
def test_few_pictures_give_no_bold_and_a_note(n):
    records = [few_pictures(n), few_pictures(n, "other", [9.0] * n)]
    (table,) = tables(records)
    assert "Bold" not in table.caption
    assert not any(e.bold for rows in table.groups.values() for row in rows for e in row.entries)
    assert any(f"Fewer than 6 test pictures (n = {n})" in note for note in table.notes)


def test_enough_pictures_have_a_rule_for_bold():
    assert "over scenes)" in bold_rule([few_pictures(6)], "scenes")
    two = [few_pictures(6, seed=seed) for seed in (0, 1)]
    assert "over scenes and seeds)" in bold_rule(two, "scenes")


def test_one_seed_of_trainings_is_said_to_decide_nothing():
    step = {"kind": "mapper", "steps": {"only": 3}}
    records = [few_pictures(6), few_pictures(6, "learned", steps={"k": step})]
    assert "Nothing is bold" in bold_rule(records, "scenes")
    assert any("leave out the noise of training" in note for note in notes_of(records))
    assert not any("noise of training" in note for note in notes_of([few_pictures(6)]))
    assert not any("Fewer" in note for note in notes_of([few_pictures(6)]))


def test_one_seed_of_a_training_is_reported():
    assert any("One seed" in note for note in notes_of([make_record(steps=TRAINED)]))
    assert not any("seed" in note for note in notes_of([make_record()])), "nothing was trained"
    several = notes_of([make_record(steps=TRAINED, seed=seed) for seed in (0, 1)])
    assert not any("One seed" in note for note in several)
    assert any("±" in note for note in several)


def test_units_that_no_heading_names_are_in_the_caption():
    columns = columns_of([make_record()], ("psnr", "ssim", "angular", "kl"))
    assert units(columns) == "PSNR in dB, KL in nat."
    assert units(columns_of([make_record()], ("ssim",))) == ""


def test_sizes_of_the_test_are_counted():
    records = [make_record(), few_pictures(4, seed=1)]
    assert size_of_test(records) == "toy, n = 4 or 30, 2 seeds"
