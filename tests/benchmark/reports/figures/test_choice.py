"""Which cells and scenes are shown."""

import pytest

from benchmark.errors import BenchError
from benchmark.reports.figures.choice import Wanted, choose, ranked, restricted
from tests.benchmark.reports.samples import few_pictures

KL = [0.5, 0.1, 0.3, 0.9, 0.7]


def cells():
    return [
        few_pictures(5, mapper, KL, ids=list("vwxyz"), direction=direction, seed=seed, isp=isp)
        for mapper in ("b", "a")
        for isp in ("syenet", "microisp")
        for direction in ("a2b", "b2a")
        for seed in (1, 0)
    ]


def raw(**changes):
    values = {"per_image": {"psnr": [30.0, 10, 20, 50, 40]}, "isp": "none"}
    return few_pictures(5, "a", protocol="raw-to-raw", **{**values, **changes})


def test_by_default_it_is_the_papers_first_direction_and_the_lowest_seed():
    chosen = choose(cells(), Wanted())
    assert [(r.mapper, r.isp, r.direction, r.seed) for r in chosen.ranked] == [
        ("a", "microisp", "b2a", 0), ("b", "microisp", "b2a", 0),
    ]  # fmt: skip
    assert chosen.metric.key == "kl"
    assert chosen.unmapped is None


def test_everything_can_be_asked_for_in_any_order():
    wanted = Wanted(isp="syenet", direction="a2b", seed=1, mappers=("b", "a"))
    chosen = choose(cells(), wanted)
    assert [(r.mapper, r.isp, r.direction, r.seed) for r in chosen.ranked] == [
        ("b", "syenet", "a2b", 1), ("a", "syenet", "a2b", 1),
    ]  # fmt: skip


def test_raw_to_raw_comes_first_and_is_ranked_by_psnr():
    chosen = choose([*cells(), raw()], Wanted())
    assert [r.protocol for r in chosen.ranked] == ["raw-to-raw"]
    assert chosen.metric.key == "psnr"


def test_the_cell_without_a_mapper_is_of_the_same_place():
    floors = [
        few_pictures(
            5, "none", KL, ids=list("vwxyz"), protocol="floor", reference=True, isp=isp,
            direction="b2a",
        )
        for isp in ("syenet", "microisp")
    ]  # fmt: skip
    chosen = choose([*cells(), *floors], Wanted())
    assert chosen.unmapped is not None
    assert chosen.unmapped.isp == "microisp"
    assert "none" not in {r.mapper for r in chosen.ranked}


@pytest.mark.parametrize(
    ("scenes", "numbers"),
    [
        ((), (2, 0)), (("1",), (0,)), (("3",), (2, 0, 4)), (("9",), (1, 2, 0, 4, 3)),
        (("z", "v"), (4, 0)),
    ],
)  # fmt: skip
def test_scenes_are_those_named_or_those_next_to_the_median(scenes, numbers):
    assert choose(cells(), Wanted(scenes=scenes)).scenes == numbers


def test_a_number_counts_scenes_unless_one_is_called_so():
    named = [few_pictures(3, values=[0.3, 0.1, 0.2], ids=["0", "1", "2"])]
    assert choose(named, Wanted(scenes=("1",))).scenes == (1,)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (Wanted(mappers=("c",)), "Unknown mapper 'c'"), (Wanted(seed=7), "Unknown seed '7'"),
        (Wanted(protocol="floor"), "Unknown protocol 'floor'"),
        (Wanted(scenes=("u",)), "Unknown scene 'u'"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_named(wanted, words):
    with pytest.raises(BenchError, match=words):
        choose(cells(), wanted)


def test_a_run_of_references_has_no_mapper_to_show():
    with pytest.raises(BenchError, match="references only"):
        choose([few_pictures(3, reference=True)], Wanted())


def test_figures_over_all_cells_keep_every_seed_and_isp():
    assert len(ranked(cells(), Wanted())) == 16
    own = ranked(cells(), Wanted(mappers=("b",), isp="syenet"))
    assert {(r.mapper, r.isp) for r in own} == {("b", "syenet")}
    assert len(own) == 4


def test_references_stay_as_far_as_they_are_of_the_same_place():
    floors = [
        few_pictures(5, "none", KL, protocol="floor", reference=True, isp=isp, direction="b2a")
        for isp in ("syenet", "microisp")
    ]
    own = restricted([*cells(), *floors], Wanted(isp="syenet", mappers=("a",)))
    assert {(r.protocol, r.mapper, r.isp) for r in own} == {
        ("floor", "none", "syenet"), ("adaptation", "a", "syenet"),
    }  # fmt: skip
