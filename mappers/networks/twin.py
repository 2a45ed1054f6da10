"""A second network that shares chosen modules of a first."""

import copy
from typing import TypeVar

from torch import nn

Network = TypeVar("Network", bound=nn.Module)


def twin(
    network: Network, shared: tuple[type[nn.Module], ...], own: nn.Module | None = None
) -> Network:
    """A second network that uses the very modules of the first, of given kinds.

    Args:
        network: the first network.
        shared: kinds of modules that both have in common; all others are copied.
        own: a part of `network` that is copied whatever its kind; None for no such part.
    """
    apart = set(own.modules()) if own is not None else set()
    common = {id(m): m for m in network.modules() if isinstance(m, shared) and m not in apart}
    return copy.deepcopy(network, common)  # what is in the memo is taken, not copied
