"""A bundle as a submission to a leaderboard: what it holds, its faults, and what it lacks."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from benchmark.errors import BenchError
from benchmark.planning.preset import load_preset, preset_names
from benchmark.records.bundle import Bundle, maker_faults
from benchmark.records.claims import false_claims, own_changes
from benchmark.records.plugins import sources
from benchmark.records.record import Record, read_records
from benchmark.registry import PROTOCOLS
from benchmark.store.step import WEIGHTS, Training

SEEDS = (0, 1, 2)  # of trainings on a board: given, so that nobody chooses the best


@dataclass(frozen=True)
class Submission:
    """What a bundle submits.

    Attributes:
        file: name of the bundle's file.
        by: who made it; the file's name where the bundle does not say it.
        link: an https address of theirs; empty for none.
        time: when the bundle was made, as it says.
        records: one per cell; what follows from their steps is derived from these.
        faults: why its numbers cannot be shown, a sentence each.
        gaps: what the rules ask for and it lacks, a sentence each.
    """

    file: str
    by: str
    link: str
    time: str
    records: tuple[Record, ...]
    faults: tuple[str, ...]
    gaps: tuple[str, ...]


def read_submission(bundle: Bundle, file: str) -> Submission:
    """Reads a bundle as a submission. Nothing is scored, and nothing in it is executed.

    Args:
        bundle: unpacked.
        file: name of its file.

    Raises:
        BenchError: its records or steps cannot be read.
    """
    try:
        records = read_records(bundle.folder)
    except BenchError as error:
        raise BenchError(str(error).replace(f"{bundle.folder}{os.sep}", "")) from error
    by, link = bundle.manifest.get("by", ""), bundle.manifest.get("link", "")
    faults = maker_faults(by, link)
    named = isinstance(by, str) and bool(by.strip()) and not faults
    faults += _record_faults(records, bundle)
    if not faults:
        records = [_derived(record, bundle) for record in records]
    gaps = [] if faults else [*_gaps(records), *_bundle_gaps(records, bundle)]
    if not named:
        gaps.insert(0, "it does not say who made it: export it with --by NAME.")
    return Submission(
        file=file,
        by=by.strip() if named else file,
        link=link if named else "",
        time=str(bundle.manifest.get("time", "")),
        records=tuple(records),
        faults=tuple(faults),
        gaps=tuple(gaps),
    )


def without_copies(submissions: Iterable[Submission]) -> list[Submission]:
    """The submissions by their time; one that repeats the results of an earlier one has a fault.

    Whoever adds to results of their own may submit them all again.
    """
    made: list[Submission] = []
    for submission in sorted(submissions, key=lambda s: (s.time, s.file)):
        own = _results(submission)
        for other in made:
            common = own & _results(other)
            if not other.faults and common and (common == own or submission.by != other.by):
                fault = (
                    f"{len(common)} of its {len(own)} results are those of {other.file}, by "
                    f"{other.by}: a result counts once, for whoever submitted it first."
                )
                submission = replace(submission, faults=(*submission.faults, fault))
        made.append(submission)
    return made


def _results(submission: Submission) -> set[tuple[str, str]]:
    """What no two runs share: what was scored, and when, to the microsecond."""
    return {(record.score, record.time) for record in submission.records}


def _record_faults(records: Sequence[Record], bundle: Bundle) -> list[str]:
    """Faults, each with the first record that has it and the number of the others."""
    found: dict[str, list[str]] = {}
    for record in records:
        faults = false_claims(record, bundle)
        if record.preset not in preset_names():
            faults.append(
                f"the preset '{record.preset}' is not one of ISP-Bench "
                f"({', '.join(preset_names())}), so nobody can compare with it."
            )
        for fault in faults:
            found.setdefault(fault, []).append(_cell(record))
    return [f"{cells[0]}{_and_more(len(cells) - 1)}: {fault}" for fault, cells in found.items()]


def _derived(record: Record, bundle: Bundle) -> Record:
    """The record with what this installation knows in place of what it says itself."""
    own = {
        "title": PROTOCOLS.get(record.protocol).title,
        "reduced": load_preset(record.preset).reduced,
        "changed": own_changes(record, bundle),
    }
    return record.model_copy(update=own)


def _cell(record: Record) -> str:
    """The cell in words."""
    parts = (record.protocol, record.label, record.isp, record.direction, f"seed {record.seed}")
    return " ".join(part for part in parts if part != "none")


def _and_more(others: int) -> str:
    return f" (and {others} more)" if others else ""


def _gaps(records: Sequence[Record]) -> Iterator[str]:
    """Cells that the rules ask for and that are missing."""
    groups: dict[tuple[str, str, str], list[Record]] = {}
    for record in records:
        groups.setdefault((record.protocol, record.label, record.isp), []).append(record)
    for (protocol, label, isp), own in groups.items():
        name = " ".join(part for part in (protocol, label, isp) if part != "none")
        missing = sorted({"a2b", "b2a"} - {r.direction for r in own})
        if missing:
            yield f"{name}: the direction {missing[0]} is missing."
        for direction in sorted({r.direction for r in own}):
            cells = [r for r in own if r.direction == direction]
            lacking = set(SEEDS) - {r.seed for r in cells}
            if lacking and any(r.trained for r in cells):
                seeds = ", ".join(map(str, sorted(lacking)))
                yield f"{name} {direction}: no result with seed {seeds} (--seed 0 1 2)."
    for isp in sorted({r.isp for r in records}):
        if not any(r.reference for r in records if r.isp == isp):
            name = "raw-to-raw mapping" if isp == "none" else isp
            yield f"{name}: there are no references to compare with (run without --no-references)."


def _bundle_gaps(records: Sequence[Record], bundle: Bundle) -> Iterator[str]:
    """What scoring again needs and is not there."""
    keys = dict.fromkeys(key for record in records for key in bundle.behind(record.score))
    trained = [s for key in keys if isinstance(s := bundle.specs[key], Training)]
    bare = [s.title for s in trained if not (bundle.step_folder(s.key) / WEIGHTS).is_file()]
    if bare:
        yield (
            f"the weights of '{bare[0]}'{_and_more(len(bare) - 1)} are missing, so it cannot be "
            "scored again: export it without --no-weights."
        )
    held = sources(bundle.folder)
    for name in sorted({s.method for s in trained if s.source not in (None, *held)}):
        yield f"the source of the plug-in '{name}' is missing."
