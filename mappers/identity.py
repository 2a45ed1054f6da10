"""No mapping: the raw as it is, the reference that every mapper must beat."""

from torch import Tensor

from mappers.base import Direction, Mapper, register_mapper


@register_mapper(
    "identity",
    title="No mapping: the raw as it is",
    supervision="none",
)
class Identity(Mapper):
    """Gives back its input."""

    depends_on_seed = False

    def map(self, raw: Tensor, direction: Direction) -> Tensor:
        """The input, (N, 4, H, W)."""
        return raw
