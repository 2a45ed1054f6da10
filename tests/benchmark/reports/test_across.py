"""One table over several data sets, with mean ranks."""

import pytest

from benchmark.reports.across import across_tables
from tests.benchmark.reports.samples import make_record


def run_of(cameras, **kl):
    """Records of mappers with a mean KL each."""
    return [make_record(mapper, value, cameras=cameras) for mapper, value in kl.items()]


RUNS = {
    "phones": run_of(("iPhone", "Galaxy"), cut=0.9, chai=0.5, cstpp=0.3),
    "cinema": run_of(("Nikon", "ARRI"), cut=0.4, chai=0.6, cstpp=0.2),
}


def table_of(runs):
    (table,) = across_tables(runs)
    return table


def test_scores_stand_side_by_side_and_ranks_are_means_over_all():
    table = table_of(RUNS)
    assert [c.above for c in table.columns[:-1]] == [
        "phones: iPhone→Galaxy", "phones: iPhone→Galaxy",
        "cinema: Nikon→ARRI", "cinema: Nikon→ARRI",
    ]  # fmt: skip
    (group,) = table.groups.values()
    assert [row.labels for row in group] == [("cstpp",), ("chai",), ("cut",)]
    assert [row.entries[-1].text for row in group] == ["1.00", "2.50", "2.50"]
    assert [row.entries[-1].bold for row in group] == [True, False, False]


def test_a_mapper_without_a_score_everywhere_has_no_rank():
    runs = {**RUNS, "cinema": RUNS["cinema"][1:]}
    (group,) = table_of(runs).groups.values()
    assert [row.labels[0] for row in group][-1] == "cut"
    assert group[-1].entries[-1].text == "–"


def test_a_score_that_is_not_a_number_has_no_rank_and_leaves_the_others_theirs():
    broken = make_record("broken", 0.1)
    broken = broken.model_copy(
        update={"per_image": {key: [float("nan")] * broken.n for key in broken.per_image}}
    )
    (group,) = table_of({label: [*own, broken] for label, own in RUNS.items()}).groups.values()
    assert [row.labels for row in group] == [("cstpp",), ("chai",), ("cut",), ("broken",)]
    assert [row.entries[-1].text for row in group] == ["1.00", "2.50", "2.50", "–"]


def test_references_have_no_rank():
    floor = make_record("none", 2.0, protocol="floor", title="Floor", reference=True)
    runs = {label: [floor, *own] for label, own in RUNS.items()}
    table = table_of(runs)
    assert [row.entries[-1].text for row in table.groups["References"]] == [""]


def test_data_sets_without_developed_pictures_have_no_table_of_them():
    assert across_tables({"phones": [], "cinema": []}) == []


@pytest.mark.parametrize(("first", "second"), [(1.0, 2.5), (2.5, 1.0)])
def test_equal_scores_share_a_rank(first, second):
    tied = [make_record(m, 0.5) for m in ("aa", "bb")]
    tied = [r.model_copy(update={"per_image": tied[0].per_image}) for r in tied]
    other = make_record("cc", 0.4 if first > second else 0.6)
    (group,) = table_of({"one": [*tied, other], "two": [*tied, other]}).groups.values()
    by_name = {row.labels[0]: row.entries[-1].number for row in group}
    assert by_name["aa"] == by_name["bb"]


def test_raw_to_raw_has_a_table_of_its_own_without_notes_on_distances():
    def raw(mapper, value):
        values = {"psnr": [value] * 30, "angular": [1.0] * 30}
        return make_record(mapper, isp="none", per_image=values, missing={})

    runs = {label: [raw("cut", 20.0), raw("cstpp", 30.0)] for label in ("phones", "cinema")}
    table = table_of(runs)
    assert table.name == "across-raw-to-raw"
    (group,) = table.groups.values()
    assert [row.labels[0] for row in group] == ["cstpp", "cut"]
    assert not any("distance" in note for note in table.notes)
