"""Raw-to-raw mapping (paper Sec. 4.1 and 4.2): mapped raw against the other camera's raw.

Direction a2b: map A's raw of the test pairs to B's space and compare with B's raw: pixel by pixel
where the data set has aligned pairs, otherwise by ColorChecker patches and value histograms.
"""

from protocols.base import Direction, Evaluation, Protocol, RawSource, register_protocol


@register_protocol("raw-to-raw", title="Raw-to-raw: A mapped to B against B", version=2)
class RawToRaw(Protocol):
    """Judges the mapper alone; no ISP takes part."""

    title = "Raw-to-raw mapping"
    needs_isp = False

    def evaluation(self, direction: Direction) -> Evaluation:
        """See :class:`Protocol`."""
        if direction == "a2b":
            return Evaluation(RawSource("a", "a2b"), "b")
        return Evaluation(RawSource("b", "b2a"), "a")
