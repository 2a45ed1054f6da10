"""The user's own options of sbatch, for all steps or for one kind of them."""

import math
from collections.abc import Mapping
from typing import Any

from benchmark.errors import BenchError
from benchmark.store.step import KINDS, Kind

OURS = ("array", "dependency", "error", "open_mode", "output", "signal")
MINUTES = 240  # time limit of a job unless one is given; training continues in the next job
FORMS = "MINUTES, MINUTES:SECONDS, HOURS:MINUTES:SECONDS, DAYS-HOURS or DAYS-HOURS:MINUTES:SECONDS"


class SlurmOptions:
    """The values of `--slurm`, checked.

    Args:
        given: sbatch's long options, e.g. {"partition": "gpu", "gres": "gpu:1"}; one that begins
            with a kind of step ("score.time") applies to the steps of that kind alone. "cluster"
            is "slurm", or "local" to try everything on this machine.

    Raises:
        BenchError: an option that cannot be given, or a time that is not valid.
    """

    def __init__(self, given: Mapping[str, Any]) -> None:
        values = {key.replace("-", "_"): value for key, value in given.items()}
        self.cluster = values.pop("cluster", "slurm")
        if self.cluster not in ("slurm", "local"):
            raise BenchError(f"--slurm cluster={self.cluster}: it must be slurm or local.")
        self._kinds: dict[Kind, dict[str, Any]] = {}
        for kind in KINDS:
            own = {k.partition(".")[2]: v for k, v in values.items() if k.startswith(f"{kind}.")}
            general = {k: v for k, v in values.items() if "." not in k}
            self._kinds[kind] = {**general, **own}
        for key in values:
            prefix, _, name = key.rpartition(".")
            if name in OURS or prefix not in ("", *KINDS):
                raise BenchError(
                    f"--slurm {key}: give long options of sbatch, for all steps (KEY=VALUE) or "
                    f"for one kind ({', '.join(KINDS)}; KIND.KEY=VALUE). These are set by the run: "
                    f"{', '.join(OURS)}."
                )
            if name == "time":
                minutes(values[key])

    def of(self, kind: Kind) -> dict[str, Any]:
        """The options of a kind of step, without its time."""
        return {key: value for key, value in self._kinds[kind].items() if key != "time"}

    def minutes(self, kind: Kind) -> int:
        """The time limit of a kind's jobs, in minutes."""
        return minutes(self._kinds[kind].get("time", MINUTES))


def minutes(text: str | int) -> int:
    """The minutes of a time as sbatch reads it, seconds rounded up.

    Raises:
        BenchError: it is not a valid time.
    """
    days, dash, rest = str(text).rpartition("-")
    try:
        parts = [int(part) for part in rest.split(":")]
        if not 1 <= len(parts) <= 3 or min(parts) < 0 or (dash and not days):
            raise ValueError(rest)
        hours_first = bool(dash) or len(parts) == 3
        hours, mins, seconds = ([*parts, 0, 0] if hours_first else [0, *parts, 0])[:3]
        total = int(days or 0) * 1440 + hours * 60 + mins + math.ceil(seconds / 60)
    except ValueError as error:
        raise BenchError(f"--slurm time={text} is not a valid time: write {FORMS}.") from error
    if total == 0:
        raise BenchError(f"--slurm time={text}: a job needs at least a minute.")
    return total
