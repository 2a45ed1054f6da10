"""The words around a table: sentences of its caption, and its footnotes."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from benchmark.metrics.metric import METRICS
from benchmark.metrics.statistics import FEWEST
from benchmark.records.record import Record
from benchmark.reports.table import Column
from benchmark.store.step import TRAININGS
from benchmark.units import percentage

SPREAD = (
    "±: standard deviation over seeds, missing where a result does not depend on the seed or has "
    "only one."
)


def size_of_test(records: Sequence[Record]) -> str:
    """Data set, pictures and seeds, for captions."""
    counts = sorted({r.n for r in records})
    seeds = len({r.seed for r in records})
    pictures = " or ".join(str(n) for n in counts)
    return f"{records[0].data['name']}, n = {pictures}, {seeds} seed{'s' if seeds > 1 else ''}"


def units(columns: Iterable[Column]) -> str:
    """A sentence on the units that no heading names; empty where there are none to name."""
    named = {METRICS[c.metric].title: c.unit for c in columns if c.unit and c.unit not in c.title}
    return ", ".join(f"{title} in {unit}" for title, unit in named.items()) + "." if named else ""


def bold_rule(records: Sequence[Record], over: str) -> str:
    """The sentence of a caption on what is bold; empty where nothing can be.

    Args:
        records: of the table.
        over: what intervals are over, "pictures" or "scenes".
    """
    if max(r.n for r in records) < FEWEST:
        return ""
    if _one_seed(records):
        return "Nothing is bold: one seed does not show what another training would change."
    seeds = " and seeds" if len({r.seed for r in records}) > 1 else ""
    return (
        "Bold: the best, and those ranked next until one differs from it (paired 95 % intervals "
        f"over {over}{seeds})."
    )


def _one_seed(records: Sequence[Record]) -> bool:
    """Whether ranked records differ by trainings, of one seed each."""
    ranked = [r for r in records if not r.reference]
    return len({r.seed for r in ranked}) == 1 and any(
        len({r.trained for r in ranked if r.title == own.title and r.direction == own.direction
             and r.isp == own.isp}) > 1
        for own in ranked
    )  # fmt: skip


def notes_of(records: Sequence[Record]) -> tuple[str, ...]:
    """The footnotes: budget, test pictures, what intervals leave out, what is missing."""
    notes = [*budget_notes(records), *_picture_notes(records), *_interval_notes(records)]
    return (*notes, *sorted({reason for r in records for reason in r.missing.values()}))


def budget_notes(records: Sequence[Record]) -> tuple[str, ...]:
    """The preset, what it reduces, and every setting that differs from it."""
    newest = max(records, key=lambda r: r.time)
    reduced = newest.reduced.rstrip(".")
    notes = [f"Preset {newest.preset}" + (f": {reduced}." if reduced else ".")]
    changed = changes(records)
    if changed:
        notes.append(f"Settings that differ from the preset: {'; '.join(changed)}.")
    trained = [s for r in records for s in r.steps.values() if s["kind"] in TRAININGS]
    notes += _length_notes(records, trained)
    bare = sorted({s["method"] for s in trained if s.get("config", {}).get("vgg") == "off"})
    if bare:
        notes.append(f"Trained without the VGG-19 loss of the recipe: {', '.join(bare)}.")
    for precision in sorted({s["precision"] for s in trained if "precision" in s}):
        notes.append(f"Trained in {precision}.")
    return tuple(notes)


def _length_notes(records: Sequence[Record], trained: Sequence[dict[str, Any]]) -> list[str]:
    """Whether all trainings are equally long, and which are not as long as published."""
    notes = []
    if any(r.budget == "equal" for r in records):
        of = {kind: {s["crops"] for s in trained if s["kind"] == kind and s.get("crops")}
              for kind in TRAININGS}  # fmt: skip
        counts = [
            f"{' to '.join(f'{n:,}' for n in sorted({min(seen), max(seen)}))} crops {per}"
            for seen, per in (
                (of["mapper"], "per camera for each mapper"),
                (of["isp"], "for each ISP"),
            )
            if seen
        ]
        notes.append(f"Equal budgets: {', '.join(counts)}.")
    shares: dict[str, set[str]] = {}
    for step in trained:
        if step.get("published_crops") and step["crops"] != step["published_crops"]:
            share = percentage(step["crops"] / step["published_crops"])
            shares.setdefault(step["method"], set()).add(share)
    if shares:
        parts = (f"{name} {' or '.join(sorted(found))}" for name, found in sorted(shares.items()))
        notes.append(f"Crops seen in training, of those published: {', '.join(parts)}.")
    return notes


def changes(records: Sequence[Record]) -> list[str]:
    """The settings that differ from the preset, a text for each method or data set.

    E.g. "mapper cstpp: steps = 50 (preset: 400), ema = 0.9 (preset: 0.98)".
    """
    found: dict[str, dict[str, dict[str, None]]] = {}
    for record in records:
        for owner, values in record.changed.items():
            for key, change in values.items():
                text = f"{key} = {_shown(change.used)} (preset: {_shown(change.preset)})"
                found.setdefault(owner, {}).setdefault(key, {})[text] = None
    return [
        f"{owner}: {', '.join(text for key in sorted(keys) for text in keys[key])}"
        for owner, keys in sorted(found.items())
    ]


def _shown(value: object) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_shown, value))}]"
    if isinstance(value, str) and Path(value).is_absolute():
        return Path(value).name
    return "none" if value is None else str(value)


def _picture_notes(records: Sequence[Record]) -> list[str]:
    sizes = sorted({size for r in records for size in r.sizes}, key=lambda s: (s[0] * s[1], s))
    if not sizes:
        return []
    shown = [f"{width}x{height}" for height, width in sizes]
    span = shown[0] if len(shown) == 1 else f"{shown[0]} to {shown[-1]}"
    return [f"Test pictures of {span} packed pixels (width x height)."]


def _interval_notes(records: Sequence[Record]) -> list[str]:
    notes = []
    fewest = min(r.n for r in records)
    if fewest < FEWEST:
        notes.append(
            f"Fewer than {FEWEST} test pictures (n = {fewest}): no intervals are given, and "
            "nothing is bold."
        )
    seeds = {r.seed for r in records}
    if len(seeds) > 1:
        notes.append(SPREAD)
        if max(r.n for r in records) >= FEWEST:
            notes.append("Intervals are over test pictures and seeds, for the mean over seeds.")
    elif fewest >= FEWEST and any(r.trained for r in records):
        notes.append(
            "One seed: intervals are over test pictures and leave out the noise of training "
            "(--seed 0 1 2 shows it)."
        )
    elif any(sum(s.get("steps", {}).values()) for r in records for s in r.steps.values()):
        notes.append(
            "One seed: the variation between trainings is not measured, and intervals and bold "
            "leave it out."
        )
    return notes
