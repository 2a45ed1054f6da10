"""Raw-to-raw mapping (paper Sec. 4.1): mapped raw against the other camera's raw, pixel by pixel.

Direction a2b: map A's raw of the aligned test pairs to B's space and compare with B's raw.
"""

from protocols.base import Direction, Evaluation, Protocol, RawSource, register_protocol


@register_protocol("raw-to-raw", title="Raw-to-raw: A mapped to B against B, pixel by pixel")
class RawToRaw(Protocol):
    """Judges the mapper alone; no ISP takes part."""

    title = "Raw-to-raw mapping"
    needs_isp = False

    def evaluation(self, direction: Direction) -> Evaluation:
        """See :class:`Protocol`."""
        if direction == "a2b":
            return Evaluation(RawSource("a", "a2b"), "b")
        return Evaluation(RawSource("b", "b2a"), "a")
