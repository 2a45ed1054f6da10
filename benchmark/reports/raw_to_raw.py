"""Tables 1 to 4 of the paper: mapped raw against the other camera's raw, without an ISP."""

from collections.abc import Sequence
from dataclasses import replace

from benchmark.records.record import Record
from benchmark.reports.notes import bold_rule, notes_of, size_of_test, units
from benchmark.reports.table import (
    Column,
    Groups,
    Row,
    Table,
    columns_of,
    embolden,
    mapper_rows,
    reference_rows,
    row_of,
)

PIXELS = ("psnr", "ssim", "mae", "angular", "kl")  # the paper's three first
CHARTS = ("chart_mae", "kl")
SHRUNK = "downsample"  # the swept config field of Table 4
DIRECTION = "X→Y: raw of X mapped to Y, against Y's raw"


def raw_tables(records: Sequence[Record]) -> list[Table]:
    """The tables of cells without an ISP that the records can fill."""
    if not any(r.role == "named" for r in records):
        return []
    by_pixels = [r for r in records if "psnr" in r.per_image]
    made = []
    plain = [r for r in by_pixels if not r.setting]
    if any(r.role == "named" for r in plain):
        made += [_single_light(plain), *_halves(plain), *_ablations(plain)]
    charted = [r for r in records if "chart_mae" in r.per_image and not r.setting]
    if any(r.role == "named" for r in charted):
        made.append(_multi_light(charted))
    return [*made, *_sweeps(by_pixels or records)]


def _single_light(records: Sequence[Record]) -> Table:
    """Table 1: the paper's measures per direction, then the angle and KL."""
    caption = (
        f"Raw-to-raw mapping ({size_of_test(records)}). {DIRECTION}, pixel by pixel; means over "
        "pictures. Angle: between the colours, blind to exposure."
    )
    return _comparison("table1", caption, records, _present(records, PIXELS))


def _multi_light(records: Sequence[Record]) -> Table:
    """Table 2: colour charts and distribution of values."""
    caption = (
        f"Raw-to-raw mapping, colour charts ({size_of_test(records)}). {DIRECTION}. Chart MAE: "
        f"means of the patches' inner halves; KL: distribution of values."
    )
    # The paper puts Sony -> Galaxy, our a2b, first; in all other tables our b2a.
    return _comparison("table2", caption, records, CHARTS, first="a2b")


def _comparison(
    name: str,
    caption: str,
    records: Sequence[Record],
    metrics: Sequence[str],
    first: str = "b2a",
) -> Table:
    """References, then the mappers by what they learn from, all in one competition."""
    columns = columns_of(records, metrics, first)
    ranked: Groups = {}
    for kind in ("Non-learning", "Unsupervised", "Semi-supervised", "Learned"):
        own = [r for r in records if not r.reference and _kind(r) == kind]
        if own:
            ranked[kind] = mapper_rows(own, columns)
    groups = {**reference_rows(records, columns), **embolden(ranked)}
    return _table(name, caption, ("Mapper",), columns, groups, records)


def _table(
    name: str,
    caption: str,
    label_titles: tuple[str, ...],
    columns: tuple[Column, ...],
    groups: Groups,
    records: Sequence[Record],
) -> Table:
    """A table whose caption ends with the units and the rule for bold."""
    whole = " ".join(filter(None, (caption, units(columns), bold_rule(records, "pictures"))))
    return Table(name, whole, label_titles, columns, groups, notes_of(records))


def _kind(record: Record) -> str:
    """The paper's column "Training method"; fitting in closed form is not training."""
    fitted = [step for step in record.steps.values() if step["kind"] == "mapper"]
    if fitted and not any(any(step["steps"].values()) for step in fitted):
        return "Non-learning"
    kinds = {"unpaired": "Unsupervised", "anchors": "Semi-supervised"}
    return kinds.get(record.supervision, "Learned")


def _halves(records: Sequence[Record]) -> list[Table]:
    """Table 1 for the pairs that either camera took, where one raw of a pair is made of the other.

    The mapper gets a real picture in one half and a synthetic one in the other.
    """
    if not any(r.born for r in records):
        return []
    columns = columns_of(records, _present(records, PIXELS))
    groups: Groups = {}
    halves: list[Record] = []
    for camera, name in zip("ab", records[0].cameras, strict=True):
        own = [r.half(camera) for r in records if camera in r.born]
        if not own:
            continue
        halves += own
        ranked = mapper_rows([r for r in own if not r.reference], columns)
        for title, rows in {**reference_rows(own, columns), **embolden({"": ranked})}.items():
            shown = f"Taken by {name}, n = {own[0].n}" + (f": {title.lower()}" if title else "")
            groups[shown] = rows
    caption = (
        f"Raw-to-raw mapping by the camera that took the pair ({size_of_test(records)} in all). "
        f"{DIRECTION}; the raw of the camera that did not take it is synthetic."
    )
    return [_table("table1-halves", caption, ("Mapper",), columns, groups, halves)]


def _ablations(records: Sequence[Record]) -> list[Table]:
    """Table 3: a mapper without and with a part of another, wherever a run has both."""
    columns = columns_of(records, _present(records, PIXELS))
    groups: Groups = {}
    shown: list[Record] = []
    for base, part, name in sorted({(*r.adds, r.mapper) for r in records if r.adds}):
        both = {f"W/o {part}": base, f"W/ {part}": name}
        if not all(any(r.mapper == m for r in records) for m in both.values()):
            continue
        rows = [
            row_of((label,), [r for r in records if r.mapper == mapper], columns, [records[0].isp])
            for label, mapper in both.items()
        ]
        groups |= embolden({f"{base} and {name}": rows})
        shown += [r for r in records if r.mapper in (base, name)]
    caption = f"Ablation ({size_of_test(records)}). {DIRECTION}."
    return [_table("table3", caption, ("Method",), columns, groups, shown)] if groups else []


def _sweeps(records: Sequence[Record]) -> list[Table]:
    """Table 4, and a table for every other set of swept config fields."""
    made = []
    for keys in sorted({tuple(r.setting) for r in records if r.setting}):
        swept = [r for r in records if tuple(r.setting) == keys]
        pixels = any("psnr" in r.per_image for r in swept)
        columns = columns_of(swept, _present(swept, PIXELS if pixels else CHARTS))
        groups = _padded(reference_rows(records, columns), len(keys))
        for mapper in sorted({r.mapper for r in swept}):
            own = [r for r in swept if r.mapper == mapper]
            groups |= embolden({f"{mapper}, {_trainings(own)}": _swept_rows(own, columns)})
        table4 = keys == (SHRUNK,)
        about = "input shrunk at test time" if table4 else f"by {', '.join(keys)}"
        caption = f"Raw-to-raw mapping, {about} ({size_of_test(swept)}). {DIRECTION}."
        name = "table4" if table4 else "-".join(("sweep", *keys))
        titles = ("Downsample times",) if table4 else keys
        made.append(_table(name, caption, titles, columns, groups, swept))
    return made


def _padded(groups: Groups, labels: int) -> Groups:
    """Rows with one label, for a table with several label columns."""
    padding = ("",) * (labels - 1)
    return {
        title: [replace(row, labels=(*row.labels, *padding)) for row in rows]
        for title, rows in groups.items()
    }


def _swept_rows(records: Sequence[Record], columns: Sequence[Column]) -> list[Row]:
    """One row per combination, in the order of the values; Table 4 from the strongest down."""
    settings = {r.cell[-1]: r.setting for r in records}
    shrunk = all(tuple(s) == (SHRUNK,) for s in settings.values())
    ordered = sorted(settings, key=lambda k: tuple(map(_order, settings[k].values())))
    return [
        row_of(
            tuple(f"{v}×" if shrunk else str(v) for v in settings[key].values()),
            [r for r in records if r.cell[-1] == key],
            columns,
            [records[0].isp],
        )
        for key in (reversed(ordered) if shrunk else ordered)
    ]


def _order(value: object) -> tuple[bool, float, str]:
    """Numbers by size, then everything else by name."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return (not number, float(value) if number else 0.0, str(value))  # type: ignore[arg-type]


def _trainings(records: Sequence[Record]) -> str:
    """Whether the values share one training or each has its own, per seed."""
    fitted = {k for r in records for k, step in r.steps.items() if step["kind"] == "mapper"}
    seeds = len({r.seed for r in records})
    return "one training" if len(fitted) == seeds else "trained for each value"


def _present(records: Sequence[Record], metrics: Sequence[str]) -> list[str]:
    return [m for m in metrics if any(m in r.per_image for r in records)]
