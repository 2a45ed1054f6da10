"""Table 5 of the paper and its supplement: mappers that bring a deep ISP to another camera."""

from collections.abc import Sequence

from benchmark.metrics.metric import METRICS
from benchmark.planning.run_config import FID_MODE, FidMode
from benchmark.records.record import Record
from benchmark.reports.distances import (
    all_distances,
    distance_notes,
    main_distance,
    resize_sentence,
)
from benchmark.reports.notes import bold_rule, notes_of, size_of_test, units
from benchmark.reports.table import (
    Contest,
    Groups,
    Lines,
    Table,
    columns_of,
    embolden,
    mapper_rows,
    reference_rows,
)

# Of developed pictures, where the data know the truth.
ALIGNED = ("psnr", "ssim", "ciede2000", "lpips")


def isp_tables(records: Sequence[Record], fid_mode: FidMode = FID_MODE) -> list[Table]:
    """The tables of cells with an ISP; none where there are references only."""
    if all(r.reference for r in records):
        return []
    made = [_cross_camera(records, fid_mode)]
    if len({r.isp for r in records}) > 1 or any(r.sets for r in records):
        made.append(_cross_camera_by_isp(records, fid_mode))
    return made


def _cross_camera(records: Sequence[Record], fid_mode: FidMode) -> Table:
    """Table 5: means over the ISPs."""
    isps = sorted({r.isp for r in records})
    over = f"mean over {', '.join(isps)}" if len(isps) > 1 else f"ISP: {isps[0]}"
    caption = (
        f"Cross-camera ISP ({over}; {size_of_test(records)}). X→Y: the ISP of X, with X's "
        "look, is brought to camera Y and tested on Y's pictures against X's of the same scene."
    )

    def over_all(label: str) -> list[tuple[tuple[str, ...], Sequence[str]]]:
        return [((label,), isps)]

    metrics = ("kl", main_distance(records, fid_mode))
    return _table("table5", caption, ("Mapper",), metrics, records, over_all)


def _cross_camera_by_isp(records: Sequence[Record], fid_mode: FidMode) -> Table:
    """The supplement of Table 5: each ISP by itself, with all measures."""
    isps = sorted({r.isp for r in records})
    measured = {name for record in records for name in record.per_image}
    aligned = [name for name in ALIGNED if name in measured]
    metrics = ("kl", *all_distances(records, fid_mode), *aligned)
    caption = (
        f"Cross-camera ISP, each ISP by itself ({size_of_test(records)}). X→Y as in Table 5; "
        "mappers are compared within one ISP."
    )
    if aligned:
        titles = ", ".join(METRICS[name].title for name in aligned)
        caption += f" {titles}: against what X renders standing where Y stood, pixel by pixel."

    def each(label: str) -> list[tuple[tuple[str, ...], Sequence[str]]]:
        return [((label, isp), [isp]) for isp in isps]

    return _table(
        "table5-by-isp", caption, ("Mapper", "ISP"), metrics, records, each,
        contest=lambda row: row.labels[1],
    )  # fmt: skip


def _table(
    name: str,
    caption: str,
    label_titles: tuple[str, ...],
    metrics: Sequence[str],
    records: Sequence[Record],
    lines: Lines,
    contest: Contest = lambda row: None,
) -> Table:
    """The references, then a group of rows for each protocol with its own best.

    Protocols stand in the order of their titles; only rows of one `contest` compete.
    """
    columns = columns_of(records, metrics)
    groups: Groups = reference_rows(records, columns, lines)
    for title in sorted({r.title for r in records if not r.reference}):
        own = [r for r in records if r.title == title]
        groups |= embolden({title: mapper_rows(own, columns, lines)}, contest)
    about = (resize_sentence(columns, records), units(columns), bold_rule(records, "scenes"))
    whole = " ".join(filter(None, (caption, *about)))
    notes = (*distance_notes(columns, records), *notes_of(records))
    return Table(name, whole, label_titles, columns, groups, notes)
