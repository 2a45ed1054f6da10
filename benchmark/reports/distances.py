"""Which of the measured distances the tables of developed pictures show, and what is said of them."""

from collections.abc import Iterable, Sequence

from benchmark.planning.run_config import FidMode
from benchmark.records.record import Record
from benchmark.reports.table import Column
from benchmark.steps.score import FEWEST_FOR_SETS

RANDOM = ("fd_random_vgg", "kd_random_vgg")
KERNEL = {"fid_clean": "kid_clean", "fid": "kid", "fd_random_vgg": "kd_random_vgg"}
FORMER = ("fid_antialiased", "kid_antialiased")  # only in older records
RESIZES = {"fid": "pytorch-fid", "fid_clean": "clean-fid"}


def frechet_distance_of(records: Sequence[Record], mode: FidMode) -> str:
    """The Fréchet distance that stands in Table 5.

    FID as asked for, else the other one, else that over random features; where no record has any
    of them, FID as asked for, without numbers.
    """
    measured = _measured(records)
    return next((key for key in (mode, *KERNEL) if key in measured), mode)


def all_distances_of(records: Sequence[Record], mode: FidMode) -> list[str]:
    """The distances in the supplement of Table 5: Fréchet and kernel, over each kind of features."""
    measured = _measured(records)
    first = frechet_distance_of(records, mode)
    keys = dict.fromkeys((first, KERNEL[first], *RANDOM, *FORMER))
    return [key for key in keys if key in measured] or [first]


def _measured(records: Iterable[Record]) -> set[str]:
    return {key for record in records for key in record.sets}


def resize_sentence(columns: Sequence[Column], records: Sequence[Record]) -> str:
    """A sentence of the caption on how pictures were resized; empty where that matters to none."""
    measured = _measured(records)
    shown = dict.fromkeys(c.metric for c in columns if c.metric in measured)
    ways = [f"{RESIZES[key]} ({key})" for key in shown if key in RESIZES]
    return f"Pictures are resized for Inception as in {ways[0]}." if ways else ""


def distance_notes(columns: Sequence[Column], records: Sequence[Record]) -> tuple[str, ...]:
    """Footnotes on distances over random features, and on scores without any."""
    shown = {column.metric for column in columns}
    notes = []
    if not shown.isdisjoint(RANDOM):
        about = "over the features of a VGG-16 with random weights, the same on every machine"
        if shown.isdisjoint(RESIZES):
            notes.append(
                f"FD (random VGG-16): Fréchet distance {about}. It is not FID, which is missing "
                "for want of Inception weights."
            )
        else:
            notes.append(f"FD and KD (random VGG-16): Fréchet and kernel distance {about}.")
    if any(r.n >= FEWEST_FOR_SETS and RANDOM[0] not in r.sets for r in records):
        notes.append(
            "Scored by an earlier version, which measured other distances; run again, and only "
            "the scores are made anew."
        )
    return tuple(notes)
