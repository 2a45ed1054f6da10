"""Errors that are one paragraph each, shown without a traceback."""

import difflib
from collections.abc import Iterable


class BenchError(Exception):
    """A mistake of the user's, or something missing: says what is wrong, where, and what to do.

    The command line prints its text and exits with code 2.
    """


class ContractError(BenchError):
    """A mistake in code, not in a command: a method breaks its contract, or a call is wrong.

    The command line prints its text and exits with code 1.
    """


def unknown_name(kind: str, name: str, known: Iterable[str], where: str = "") -> BenchError:
    """The error for a name that does not exist, with the nearest known one.

    Args:
        kind: the kind of thing that was asked for, e.g. "mapper".
        name: the name that was given.
        known: the names that exist.
        where: where it was given, e.g. "run.yaml"; left out of the text when empty.
    """
    names = sorted(known)
    by_lower = {known_name.lower(): known_name for known_name in names}
    nearest = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.4)
    hint = f" Did you mean '{by_lower[nearest[0]]}'?" if nearest else ""
    place = f" in {where}" if where else ""
    return BenchError(f"Unknown {kind} '{name}'{place}.{hint} Known: {', '.join(names)}.")
