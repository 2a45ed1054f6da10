"""Which distances tables show, for records of this version, of an earlier one, and of both."""

import pytest

from benchmark.reports.distances import (
    all_distances,
    distance_notes,
    main_distance,
    resize_sentence,
)
from benchmark.reports.table import columns_of
from tests.benchmark.reports.samples import N, few_pictures, make_record

RANDOM = ("fd_random_vgg", "kd_random_vgg")
CLEAN = ("fid", "kid", "fid_clean", "kid_clean", *RANDOM)
FORMER = ("fid", "kid", "fid_antialiased", "kid_antialiased")


def record(*keys, **changes):
    sets = {key: {"value": 1.0, "leave_one_out": [1.0] * N} for key in keys}
    return make_record(sets=sets, missing={} if "fid" in keys else {"fid": "?"}, **changes)


@pytest.mark.parametrize(
    ("records", "mode", "shown", "beside"),
    [
        ([CLEAN], "fid_clean", "fid_clean", ["fid_clean", "kid_clean", *RANDOM]),
        ([CLEAN], "fid", "fid", ["fid", "kid", *RANDOM]),
        ([RANDOM], "fid_clean", "fd_random_vgg", [*RANDOM]),
        ([()], "fid_clean", "fid_clean", ["fid_clean"]),
        ([FORMER], "fid", "fid", [*FORMER]),
        ([FORMER], "fid_clean", "fid", [*FORMER]),
        # Of cells with and without weights, what all of them have.
        ([CLEAN, RANDOM], "fid_clean", "fd_random_vgg", ["fid_clean", "kid_clean", *RANDOM]),
        # Of cells of both versions.
        ([CLEAN, FORMER], "fid_clean", "fid", ["fid_clean", "kid_clean", *RANDOM, *FORMER[2:]]),
        ([RANDOM, ()], "fid_clean", "fd_random_vgg", [*RANDOM]),
    ],
)
def test_choice(records, mode, shown, beside):
    made = [record(*keys, seed=i) for i, keys in enumerate(records)]
    assert main_distance(made, mode) == shown
    assert all_distances(made, mode) == beside


def test_former_columns_say_what_they_are():
    columns = columns_of([record(*FORMER)], ("fid", *FORMER[2:]))
    assert [c.title for c in columns] == [
        "FID↓", "FID (bilinear, antialiased)↓", "KID (bilinear, antialiased) ×10³↓",
    ]  # fmt: skip


def test_scores_of_an_earlier_version_are_pointed_out():
    for keys in (FORMER, ()):
        (note,) = distance_notes(columns_of([record()], ("kl", "fid")), [record(*keys)])
        assert "earlier version" in note and "run again" in note
    assert distance_notes(columns_of([record()], ("kl", "fid")), [record(*CLEAN)]) == ()
    few = few_pictures(2)  # too few for any distance
    assert distance_notes(columns_of([few], ("kl", "fid")), [few]) == ()


def test_random_features_are_never_called_fid():
    both = record(*CLEAN)
    alone, with_kernel, with_fid = (
        distance_notes(columns_of([both], ("kl", *keys)), [both])[0]
        for keys in (RANDOM[:1], RANDOM, ("fid", *RANDOM))
    )
    assert alone.startswith("FD (random VGG-16)") and "not FID" in alone
    assert with_kernel.startswith("FD and KD (random VGG-16)") and "not FID" in with_kernel
    assert "FID" not in with_fid


def test_the_caption_says_how_pictures_were_resized():
    def sentence(keys, *shown):
        return resize_sentence(columns_of([record(*keys)], shown), [record(*keys)])

    assert "clean-fid (fid_clean)" in sentence(CLEAN, "kl", "fid_clean")
    assert "pytorch-fid (fid)" in sentence(CLEAN, "kl", "fid")
    assert sentence((), "kl", "fid_clean") == sentence(RANDOM, "kl", *RANDOM) == ""
