"""Domain adaptation (paper Sec. 4.3): the ISP stays, the test raw is mapped to its camera.

Direction a2b: train the ISP on (A raw, A sRGB); at test time map B's raw to A's space (BA) and
compare with A's sRGB of the same scene.
"""

from protocols.base import Direction, Evaluation, Protocol, RawSource, register_protocol


@register_protocol("adaptation", title="Domain adaptation: train A-A, test BA-A")
class Adaptation(Protocol):
    """The mapper runs before the ISP on the target camera."""

    title = "Domain adaptation (train A-A, test BA-A)"

    def evaluation(self, direction: Direction) -> Evaluation:
        """See :class:`Protocol`."""
        if direction == "a2b":
            return Evaluation(RawSource("b", "b2a"), "a", train=RawSource("a"))
        return Evaluation(RawSource("a", "a2b"), "b", train=RawSource("b"))
