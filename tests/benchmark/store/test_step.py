"""Steps: their keys, and their way to JSON and back."""

import dataclasses
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.errors import BenchError
from benchmark.store.step import TRAININGS, DataIdentity, step_from_json
from tests.benchmark.specs import DATA, fit, mapped, score, train

SPECS = [
    fit(),
    fit(precision="bfloat16", source="0" * 64),
    train(raw="1" * 20, look="b"),
    mapped(setting={"downsample": 4}),
    score(isp="2" * 20, raw="3" * 20),
    score(oracle="gain", extractor="4" * 64, lpips="5" * 64, images=True, distances=2),
]
configs = st.dictionaries(
    st.text(min_size=1, max_size=8), st.one_of(st.integers(), st.text(), st.booleans()), max_size=4
)


@pytest.mark.parametrize("spec", SPECS)
def test_a_step_survives_its_json(spec):
    content = json.loads(json.dumps(spec.as_json()))
    assert step_from_json(content) == spec
    assert step_from_json(content).key == spec.key


def test_what_trains_is_defined_once():
    assert TRAININGS == ("mapper", "isp")
    assert [spec.is_training for spec in (fit(), train(), mapped(), score())] == [
        True, True, False, False,
    ]  # fmt: skip


def test_fields_at_their_default_are_no_part_of_the_key():
    assert fit().fields == {"method": "m", "version": 1, "config": {}, "seed": 0}
    assert mapped().fields == {"part": "train", "camera": "a", "direction": "a2b"}
    assert set(score().fields) == {
        "protocol", "version", "part", "camera", "reference", "extractor", "images",
    }  # fmt: skip
    assert (train().inputs, train(raw="1" * 20).inputs) == ({}, {"raw": "1" * 20})


def test_a_key_of_the_first_release():
    assert fit().key == "aaa03d7e5a0d323b017b"


@settings(max_examples=50, deadline=None)
@given(configs, configs)
def test_equal_steps_have_equal_keys_and_others_do_not(one, two):
    a = train("a title", config=one, raw="k")
    b = train("another title", config=dict(reversed(one.items())), raw="k")
    assert a.key == b.key
    assert (train(config=two, raw="k").key == a.key) == (_typed(one) == _typed(two))
    assert dataclasses.replace(a, raw="l").key != a.key


def _typed(values):
    """True equals 1 in Python, but not in a key."""
    return {k: (type(v), v) for k, v in values.items()}


def test_data_that_moved_has_the_same_keys():
    moved = DataIdentity(DATA.name, {"path": "/elsewhere"}, DATA.fingerprint)
    assert fit(data=moved).key == fit().key
    assert fit(data=DataIdentity("toy", {}, "1" * 64)).key != fit().key


def test_the_configuration_is_blind_to_what_is_measured():
    measured = score(extractor="4" * 64, lpips="5" * 64, images=True, distances=2)
    assert measured.configuration == score().configuration
    assert measured.key != score().key
    assert score(part="scenes").configuration != score().configuration


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "other"}, "'other' is not a kind of step"),
        ({"fields": {"method": "m"}}, "step of kind 'mapper'"),
        ({"fields": {**fit().fields, "seeds": 1}}, "Did you mean 'seed'"),
        ({"data": None}, "data"),
        ({"inputs": None}, "lacks a part"),
    ],
)
def test_other_json_is_refused(change, message):
    with pytest.raises(BenchError, match=message):
        step_from_json({**fit().as_json(), **change})


def test_json_that_is_no_object_is_refused():
    with pytest.raises(BenchError, match="JSON object"):
        step_from_json([])
