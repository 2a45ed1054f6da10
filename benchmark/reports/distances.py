"""Which of the measured distances the tables of developed pictures show, and words on them."""

from collections.abc import Sequence

from benchmark.metrics.frechet import FEWEST_LEFT_OUT
from benchmark.planning.run_config import FidMode
from benchmark.records.record import Record
from benchmark.reports.table import Column

PACKAGES = {"fid_clean": "clean-fid", "fid": "pytorch-fid"}  # whose resize they use
KERNEL = {"fid_clean": "kid_clean", "fid": "kid"}
RANDOM = ("fd_random_vgg", "kd_random_vgg")
FORMER = ("fid_antialiased", "kid_antialiased")  # only in older records


def main_distance(records: Sequence[Record], mode: FidMode) -> str:
    """The distance in Table 5: FID as asked for, else the other FID, else over random features.

    The first that all records have is taken; without one, the first that some have.
    """
    candidates = (mode, *PACKAGES, RANDOM[0])
    for enough in (all, any):
        for key in candidates:
            if enough(key in r.sets for r in records):
                return key
    return mode


def all_distances(records: Sequence[Record], mode: FidMode) -> list[str]:
    """The distances in the supplement of Table 5, Fréchet and kernel."""
    measured = {key for record in records for key in record.sets}
    fid = next((key for key in (mode, *PACKAGES) if key in measured), mode)
    return [k for k in (fid, KERNEL[fid], *RANDOM, *FORMER) if k in measured] or [mode]


def resize_sentence(columns: Sequence[Column], records: Sequence[Record]) -> str:
    """A sentence of the caption on how pictures were resized; empty without FID."""
    for key, package in PACKAGES.items():
        if any(c.metric == key for c in columns) and any(key in r.sets for r in records):
            return f"Pictures are resized for Inception as in {package} ({key})."
    return ""


def distance_notes(columns: Sequence[Column], records: Sequence[Record]) -> tuple[str, ...]:
    """Footnotes on distances over random features, and on scores of earlier versions."""
    shown = {column.metric for column in columns}
    notes = []
    if not shown.isdisjoint(RANDOM):
        names = "FD and KD" if shown.issuperset(RANDOM) else "FD"
        note = f"{names} (random VGG-16): over the features of a VGG-16 with random weights, the "
        note += "same on every machine."
        if shown.isdisjoint(PACKAGES):
            note += " This is not FID; it stands here because not every cell has FID."
        notes.append(note)
    if any(r.n >= FEWEST_LEFT_OUT and RANDOM[0] not in r.sets for r in records):
        notes.append(
            "Scored by an earlier version, which measured other distances; run again, and only "
            "the scores are made anew."
        )
    return tuple(notes)
