"""What each protocol trains and compares, against the paper's Section 4.3 and its references."""

import pytest

import protocols
from benchmark.cameras import DIRECTIONS, source_of, target_of

# protocol: (test raw, its mapping, training raw, its mapping, truth) for the cell a2b
A2B = {
    "augmentation": ("b", None, "a", "a2b", "a"),
    "adaptation": ("b", "b2a", "a", None, "a"),
    "floor": ("b", None, "a", None, "a"),
    "ceiling": ("a", None, "a", None, "a"),
    "raw-to-raw": ("a", "a2b", None, None, "b"),
    "unmapped": ("a", None, None, None, "b"),
    "oracle-gain": ("a", None, None, None, "b"),
    "oracle-least-squares": ("a", None, None, None, "b"),
}
REVERSED = {"a": "b", "b": "a", "a2b": "b2a", "b2a": "a2b", None: None}


def as_row(evaluation):
    train = evaluation.train
    return (
        evaluation.test.camera,
        evaluation.test.mapped,
        train.camera if train else None,
        train.mapped if train else None,
        evaluation.reference,
    )


def test_every_protocol_is_in_the_table():
    assert set(protocols.names()) == set(A2B)


@pytest.mark.parametrize("name", A2B)
def test_what_is_trained_and_compared(name):
    protocol = protocols.create(name)
    assert as_row(protocol.evaluation("a2b")) == A2B[name]
    assert as_row(protocol.evaluation("b2a")) == tuple(REVERSED[x] for x in A2B[name])


@pytest.mark.parametrize("name", A2B)
def test_raws_are_mapped_from_the_camera_that_took_them(name):
    protocol = protocols.create(name)
    for direction in DIRECTIONS:
        evaluation = protocol.evaluation(direction)
        for raw in filter(None, (evaluation.test, evaluation.train)):
            assert raw.mapped is None or source_of(raw.mapped) == raw.camera
        if protocol.needs_isp:
            assert evaluation.train is not None
            target = target_of(direction)
            deployed_on = evaluation.reference if name == "ceiling" else target
            assert evaluation.test.camera == deployed_on
        else:
            assert evaluation.train is None


def test_references_are_never_ranked():
    references = {name for name in A2B if protocols.info(name).reference}
    assert references == {"floor", "ceiling", "unmapped", "oracle-gain", "oracle-least-squares"}
    uses_mapper = {n for n in A2B if protocols.create(n).evaluation("a2b").uses_mapper}
    assert uses_mapper == set(A2B) - references


@pytest.mark.parametrize("name", ["oracle-gain", "oracle-least-squares"])
def test_oracles_name_their_transform(name):
    evaluation = protocols.create(name).evaluation("b2a")
    assert evaluation.oracle == name.removeprefix("oracle-")
