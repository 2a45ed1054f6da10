"""The floor: no mapper. The ISP of one camera is fed the other camera's raw as it is."""

from protocols.base import Direction, Evaluation, Protocol, RawSource, register_protocol


@register_protocol("floor", title="Floor: train A-A, test B-A, no mapper", reference=True)
class Floor(Protocol):
    """What a mapper must beat."""

    title = "Floor (no mapper; train A-A, test B-A)"

    def evaluation(self, direction: Direction) -> Evaluation:
        """See :class:`Protocol`."""
        if direction == "a2b":
            return Evaluation(RawSource("b"), "a", train=RawSource("a"))
        return Evaluation(RawSource("a"), "b", train=RawSource("b"))
