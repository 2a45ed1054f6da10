"""The ceiling: the same camera. The ISP is trained and tested on the camera it was made for."""

from protocols.base import Direction, Evaluation, Protocol, RawSource, register_protocol


@register_protocol("ceiling", title="Ceiling: train A-A, test A-A, same camera", reference=True)
class Ceiling(Protocol):
    """What a perfect mapper would reach."""

    title = "Ceiling (same camera; train A-A, test A-A)"

    def evaluation(self, direction: Direction) -> Evaluation:
        """See :class:`Protocol`."""
        if direction == "a2b":
            return Evaluation(RawSource("a"), "a", train=RawSource("a"))
        return Evaluation(RawSource("b"), "b", train=RawSource("b"))
