import pytest

from benchmark.data.simulated.config import SimulatedConfig
from benchmark.data.simulated.parts import Part, parts_of, purposes


def test_no_photograph_is_trained_on_and_tested_with():
    config = SimulatedConfig(validation=2)
    assert purposes(config) == [
        *("validation of camera B", "validation of camera A"),
        *("training of camera B", "training of camera A", "tests", "anchors"),
    ]
    assert {part.purpose for part in parts_of(config) if part.srgb and part.moved} == {"tests"}


@pytest.mark.parametrize(
    ("changes", "count"), [({}, 4), ({"anchors": 0}, 3), ({"aligned": 0, "scenes": 0}, 3)]
)
def test_only_what_is_made_needs_photographs(changes, count):
    assert len(purposes(SimulatedConfig(**changes))) == count


def test_renderings_swap_the_places_of_the_cameras():
    plain, swapped = (Part("scenes", ("a", "b"), 1, True, True, s) for s in (False, True))
    assert (plain.folder, swapped.folder) == ("scenes", "renderings")
    assert [plain.in_place_of("a"), plain.in_place_of("b")] == ["a", "b"]
    assert [swapped.in_place_of("a"), swapped.in_place_of("b")] == ["b", "a"]
