"""Data augmentation (paper Sec. 4.3): the training raws are mapped to the target camera.

Direction a2b: train the ISP on (A's raw mapped to B's space, A sRGB); test it on B's raw against
A's sRGB of the same scene.
"""

from protocols.base import Direction, Evaluation, Protocol, RawSource, register_protocol


@register_protocol("augmentation", title="Data augmentation: train AB-A, test B-A")
class Augmentation(Protocol):
    """The mapper runs once, before the ISP is trained."""

    title = "Data augmentation (train AB-A, test B-A)"

    def evaluation(self, direction: Direction) -> Evaluation:
        """See :class:`Protocol`."""
        if direction == "a2b":
            return Evaluation(RawSource("b"), "a", train=RawSource("a", "a2b"))
        return Evaluation(RawSource("a"), "b", train=RawSource("b", "b2a"))
