"""Table 5 and its supplement."""

import numpy as np
import pytest

from benchmark.reports.cross_camera import isp_tables
from benchmark.reports.text import markdown
from tests.benchmark.reports.samples import N, make_record, numbers

RANDOM = ("fd_random_vgg", "kd_random_vgg")
GENUINE = {"name": "FID", "weights_sha256": "6726825d" + "0" * 56}


def reference(protocol, value):
    return make_record(
        "none", value, protocol=protocol, reference=True, role="beside", title=protocol.title()
    )


def test_means_over_isps_and_seeds_and_each_isp_by_itself():
    records = [
        make_record(kl=kl, isp=isp, seed=seed)
        for kl, isp, seed in ((1, "p", 0), (2, "q", 0), (3, "p", 1), (4, "q", 1))
    ]
    main, supplement = isp_tables(records)
    line = numbers(main).query("metric == 'kl'").iloc[0]
    assert line.value == pytest.approx(2.5)
    assert line.std_over_seeds == pytest.approx(np.std([1.5, 3.5], ddof=1))
    assert "2.500 ± 1.414" in markdown(main)
    assert "mean over p, q" in main.caption
    assert numbers(supplement).query("metric == 'kl'").value.tolist() == pytest.approx([2, 3])


def test_bold_by_isp_compares_within_one_isp():
    records = [
        make_record(mapper, kl, isp=isp)
        for mapper, isp, kl in (("one", "p", 1), ("one", "q", 9), ("two", "p", 2), ("two", "q", 8))
    ]
    supplement = isp_tables(records)[1]
    shown = numbers(supplement).query("metric == 'kl'").set_index(["mapper", "isp"]).bold
    assert shown.to_dict() == {
        ("one", "p"): True, ("one", "q"): False, ("two", "p"): False, ("two", "q"): True,
    }  # fmt: skip


def test_references_are_shown_and_never_bold():
    records = [
        make_record("best", 1.0), make_record("equal", 1.001), make_record("worse", 1.1),
        reference("ceiling", 0.5), reference("floor", 2.0),
    ]  # fmt: skip
    shown = numbers(isp_tables(records)[0]).query("metric == 'kl'")
    assert shown[["protocol", "mapper", "bold"]].values.tolist() == [
        ["floor", "none", False], ["ceiling", "none", False], ["adaptation", "best", True],
        ["adaptation", "equal", True], ["adaptation", "worse", False],
    ]  # fmt: skip


def test_each_protocol_has_its_own_best():
    records = [
        make_record(mapper, kl, protocol=protocol, title=protocol)
        for protocol, worse in (("adaptation", 0), ("augmentation", 5))
        for mapper, kl in (("one", 1 + worse), ("two", 2 + worse))
    ]
    shown = numbers(isp_tables(records)[0]).query("metric == 'kl' and bold")
    assert shown[["protocol", "mapper"]].values.tolist() == [
        ["adaptation", "one"], ["augmentation", "one"],
    ]  # fmt: skip


def test_without_any_distance_nothing_is_called_a_number():
    text = markdown(isp_tables([make_record()])[0])
    assert "no weights" in text
    assert "FID needs weights." in text
    assert "Scored by an earlier version" in text


def test_distances_over_random_features_stand_in_the_place_of_fid():
    sets = {key: {"value": 3.0, "leave_one_out": list(range(N))} for key in RANDOM}
    main, supplement = isp_tables([make_record(sets=sets), make_record("other", sets=sets)])
    assert [c.title for c in main.columns] == ["KL↓", "FD (random VGG-16)↓"]
    assert [c.metric for c in supplement.columns] == ["kl", *RANDOM]
    line = numbers(main).query("metric == 'fd_random_vgg'").iloc[0]
    assert line.low < line.value == 3.0 < line.high
    assert "This is not FID" in " ".join(main.notes)
    assert "no weights" not in markdown(main)


@pytest.mark.parametrize(("mode", "package"), [("fid", "pytorch-fid"), ("fid_clean", "clean-fid")])
def test_the_mode_chooses_the_columns_and_the_caption_names_it(mode, package):
    keys = ("fid", "fid_clean", "kid", "kid_clean", *RANDOM)
    sets = {key: {"value": i, "leave_one_out": [i] * N} for i, key in enumerate(keys)}
    main, supplement = isp_tables([make_record(sets=sets, extractor=GENUINE, missing={})], mode)
    assert [c.metric for c in main.columns] == ["kl", mode]
    assert numbers(main).query("metric == @mode").value.tolist() == [sets[mode]["value"]]
    kernel = mode.replace("fid", "kid")
    assert [c.metric for c in supplement.columns] == ["kl", mode, kernel, *RANDOM]
    for table in (main, supplement):
        assert f"as in {package} ({mode})." in table.caption
    assert isp_tables([make_record()], mode)[0].caption.count("resized") == 0


def test_other_weights_appear_under_their_own_name():
    loo = {"value": 3.0, "leave_one_out": [3.0] * N}
    extractor = {"name": "FD (mine.pth, sha256 01234567)", "weights_sha256": "01234567" * 8}
    record = make_record(
        sets=dict.fromkeys(("fid", "fid_clean", "kid", "kid_clean", *RANDOM), loo),
        extractor=extractor, missing={},
    )  # fmt: skip
    main, supplement = isp_tables([record])
    for table in (main, supplement):
        text = markdown(table)
        assert "FD (mine.pth, sha256 01234567)" in text
        assert "FID" not in text
        assert "KID" not in text
    assert len(supplement.columns) == 5


def test_references_alone_make_no_table():
    assert isp_tables([reference("floor", 1.0)]) == []
