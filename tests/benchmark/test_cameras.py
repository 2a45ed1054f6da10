"""The two cameras and the directions between them."""

from benchmark.cameras import CAMERAS, DIRECTIONS, source_of, target_of


def test_a_direction_leads_from_one_camera_to_the_other():
    assert [(source_of(d), target_of(d)) for d in DIRECTIONS] == [("a", "b"), ("b", "a")]
    assert CAMERAS == ("a", "b")
