"""Pictures of a run side by side: the same scenes as each mapper renders them, and the truth."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from benchmark.cameras import Direction
from benchmark.planning.graph import NONE
from benchmark.records.record import Record
from benchmark.reports.table import NO_MAPPER
from benchmark.steps.previews import preview_of
from benchmark.steps.score import TRUTHS
from benchmark.store.store import Store

MARGIN = 8  # pixels between pictures
HEADING = 22  # pixels above each column
TEXT = 14  # font size in pixels


def write_comparisons(folder: Path, records: Sequence[Record], store: Store) -> list[Path]:
    """One PNG per protocol, ISP and direction: a row per scene, a column per mapper.

    Lower references come first, then the mappers, upper references and the truth. The lowest seed
    is shown. Where there are several ISPs, one more PNG per protocol and direction has a row per
    ISP, all of the first scene.
    """
    files = []
    by_isp: dict[tuple[str, Direction], dict[str, dict[str, list[Path]]]] = {}
    kinds = sorted({(r.protocol, r.isp, r.direction) for r in records if not r.reference})
    for protocol, isp, direction in kinds:
        ranked = [
            r for r in records if (r.protocol, r.isp, r.direction) == (protocol, isp, direction)
        ]
        references = [
            r for r in records if r.reference and (r.isp, r.direction) == (isp, direction)
        ]
        seed = min(r.seed for r in ranked)
        columns = _columns([r for r in (*references, *ranked) if r.seed == seed], store)
        if len(columns) > 1:
            name = "-".join(part for part in (protocol, isp, direction) if part != NONE)
            files.append(folder / f"comparison-{name}.png")
            _sheet(columns).save(files[-1])
            by_isp.setdefault((protocol, direction), {})[isp] = columns
    for (protocol, direction), isps in by_isp.items():
        if len(isps) > 1:
            first = next(iter(isps.values()))
            shared = [title for title in first if all(title in own for own in isps.values())]
            columns = {title: [own[title][0] for own in isps.values()] for title in shared}
            files.append(folder / f"comparison-{protocol}-{direction}.png")
            _sheet(columns, list(isps)).save(files[-1])
    return files


def _columns(records: Sequence[Record], store: Store) -> dict[str, list[Path]]:
    """Heading to preview files; empty for records whose step is no longer in the store."""

    def place(record: Record) -> tuple[int, str]:
        """Lower references, mappers, upper references."""
        upper = 2 if record.reference else 1
        return (0 if record.protocol in NO_MAPPER else upper, record.label)

    columns: dict[str, list[Path]] = {}
    truth: list[Path] = []
    for record in sorted(records, key=place):
        step = store.step_folder(record.score)
        previews = [preview_of(step, i) for i in range(min(TRUTHS, record.n))]
        found = [file for file in previews if file is not None]
        if len(found) == len(previews):
            columns[record.protocol if record.reference else record.label] = found
            truth = [step / f"truth-{i}.png" for i in range(len(previews))]
    if truth:
        columns["truth"] = truth
    return columns


def _sheet(columns: dict[str, list[Path]], rows: Sequence[str] = ()) -> Image.Image:
    """Titles above the columns and, where there are any, names beside the rows."""
    pictures = {
        title: [Image.open(file).convert("RGB") for file in files]
        for title, files in columns.items()
    }
    everything = [picture for column in pictures.values() for picture in column]
    width = max(picture.width for picture in everything)
    height = max(picture.height for picture in everything)
    most = max(len(column) for column in pictures.values())
    font = ImageFont.load_default(TEXT)
    beside = max((MARGIN + round(font.getlength(row)) for row in rows), default=0)
    size = (
        beside + len(pictures) * (width + MARGIN) + MARGIN,
        HEADING + most * (height + MARGIN) + MARGIN,
    )
    sheet = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(sheet)
    for k, name in enumerate(rows):
        draw.text((MARGIN, HEADING + k * (height + MARGIN)), name, fill="black", font=font)
    for k, (title, column) in enumerate(pictures.items()):
        left = beside + MARGIN + k * (width + MARGIN)
        draw.text((left, 4), title, fill="black", font=font)
        for row, picture in enumerate(column):
            sheet.paste(picture, (left, HEADING + row * (height + MARGIN)))
    return sheet
