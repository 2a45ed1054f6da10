"""Who is best, and how much of the gap between floor and ceiling that closes."""

import pytest

from benchmark.reports.build import tables
from benchmark.reports.page.standings import standings
from tests.benchmark.reports.samples import make_record


def reference(name, kl, **changes):
    title = {"floor": "Floor (no mapper)", "ceiling": "Ceiling (same camera)"}[name]
    return make_record("none", kl, protocol=name, title=title, reference=True, **changes)


def by_kl(records):
    return [s for s in standings(tables(records)) if s.metric == "KL↓"]


@pytest.fixture
def records():
    return [
        reference("floor", 2.0), reference("ceiling", 1.0),
        make_record("good", 1.2), make_record("bad", 1.9), make_record("worst", 2.5),
    ]  # fmt: skip


def test_mappers_stand_in_order_between_the_references(records):
    (standing,) = by_kl(records)
    assert [p.name for p in standing.places] == ["Ceiling", "good", "bad", "worst", "Floor"]
    assert [p.share for p in standing.places] == ["", "80 %", "10 %", "-50 %", ""]
    assert [p.reference for p in standing.places] == [True, False, False, False, True]
    places = {p.name: p.at for p in standing.places}
    assert places["worst"] < places["Floor"] < places["bad"] < places["good"] < places["Ceiling"]
    assert (standing.floor, standing.ceiling) == (places["Floor"], places["Ceiling"])
    assert standing.direction == "A_1→B"


def test_the_verdict_names_the_best_and_its_share(records):
    (standing,) = by_kl(records)
    assert standing.verdict == "good is best and closes 80 % of the gap."
    assert [p.name for p in standing.places if p.best] == ["good"]


def test_what_cannot_be_told_apart_is_named_together(records):
    (standing,) = by_kl([*records, make_record("like", 1.2)])
    assert standing.verdict == "good and like are best and cannot be told apart."


def test_with_one_seed_of_trained_mappers_the_best_is_not_known(records):
    trained = [
        make_record(n, kl, steps={n: {"kind": "mapper", "title": n, "steps": {"only": 5}}})
        for n, kl in (("one", 1.1), ("two", 1.5))
    ]
    (standing,) = by_kl([*records[:2], *trained])
    assert standing.verdict == (
        "one has the best mean and closes 90 % of the gap; whether it is the best is not known."
    )


def test_intervals_are_around_the_values(records):
    (standing,) = by_kl(records)
    for place in standing.places:
        assert place.low is not None and place.high is not None
        assert place.low < place.at < place.high
        assert 0.08 < float(place.value.partition(" ± ")[2]) < 0.12


def test_each_protocol_and_direction_has_its_own_best(records):
    other = [
        r.model_copy(update={"direction": "b2a", "per_image": {"kl": r.per_image["kl"][::-1]}})
        for r in records
    ]
    augmented = make_record("good", 1.4, protocol="augmentation", title="Augmentation")
    found = by_kl([*records, *other, augmented])
    assert [(s.direction, s.group[:6]) for s in found] == [
        ("B→A_1", "Domain"), ("A_1→B", "Augmen"), ("A_1→B", "Domain"),
    ]  # fmt: skip


def test_without_references_there_is_no_gap(records):
    (standing,) = by_kl(records[2:])
    assert standing.floor is standing.ceiling is None
    assert standing.verdict == "good is best."
