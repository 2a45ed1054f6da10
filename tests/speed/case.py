"""What is measured: a piece of work, done in our way and in the plain way."""

from collections.abc import Callable
from dataclasses import dataclass, field

Work = Callable[[], object]
"""What is timed; each call does the same work."""

MakeWork = Callable[[], Work]
"""Does the set-up, which is not timed, and returns the work."""


@dataclass(frozen=True)
class Floor:
    """What no way can do without.

    Attributes:
        flop: multiplications and additions in floating point.
        bytes: read from and written to memory that is too large for the caches.
    """

    flop: float = 0.0
    bytes: float = 0.0


@dataclass(frozen=True)
class Growth:
    """A series of cases that differ in size alone.

    Attributes:
        over: what the size counts, e.g. "pixels".
        size: of this case.
    """

    over: str
    size: float


@dataclass(frozen=True)
class Case:
    """One row of the table.

    Attributes:
        name: unique in its group; the same in all cases of a growth series.
        ours: our way.
        plain: the plain way; None if there is none to compare with.
        floor: the work's floor, or what counts it.
        threads: of torch, for both ways; None for all cores.
        growth: the place in a series, of which an exponent is fitted.
        steps: how many of it a whole training takes; None for what is no training step.
        seconds: that each way is repeated for, at least; a way that takes longer runs once.
        note: a remark for the table.
    """

    name: str
    ours: MakeWork
    plain: MakeWork | None = None
    floor: Floor | Callable[[], Floor] = field(default_factory=Floor)
    threads: int | None = None
    growth: Growth | None = None
    steps: float | None = None
    seconds: float = 2.0
    note: str = ""
