"""Oracles of raw-to-raw mapping: transforms fitted on the very pair they are tested on.

They show how much of the difference between the cameras a family of transforms can remove at
best. No mapper may look at the truth, so they are references, never ranked.
"""

from protocols.base import Direction, Evaluation, Oracle, Protocol, RawSource, register_protocol


class _Oracle(Protocol):
    """A's raw, transformed to be like B's, against B's; or the reverse."""

    needs_isp = False
    oracle: Oracle

    def evaluation(self, direction: Direction) -> Evaluation:
        """See :class:`Protocol`."""
        if direction == "a2b":
            return Evaluation(RawSource("a"), "b", oracle=self.oracle)
        return Evaluation(RawSource("b"), "a", oracle=self.oracle)


@register_protocol(
    "oracle-gain", title="Oracle: gains of the channels fitted on each test pair", reference=True
)
class OracleGain(_Oracle):
    """What exposure and white balance of each picture can do."""

    title = "Oracle: best gains of each picture"
    oracle = "gain"


@register_protocol(
    "oracle-least-squares",
    title="Oracle: linear map of the channels fitted on each test pair",
    reference=True,
)
class OracleLeastSquares(_Oracle):
    """What one linear map per picture can do."""

    title = "Oracle: least squares of each picture"
    oracle = "least-squares"
