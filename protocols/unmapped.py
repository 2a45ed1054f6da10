"""The floor of raw-to-raw mapping: one camera's raw, as it is, against the other's."""

from protocols.base import Direction, Evaluation, Protocol, RawSource, register_protocol


@register_protocol("unmapped", title="Raw-to-raw floor: A against B, no mapper", reference=True)
class Unmapped(Protocol):
    """What a mapper must beat."""

    title = "Identity (no mapper)"
    needs_isp = False

    def evaluation(self, direction: Direction) -> Evaluation:
        """See :class:`Protocol`."""
        if direction == "a2b":
            return Evaluation(RawSource("a"), "b")
        return Evaluation(RawSource("b"), "a")
