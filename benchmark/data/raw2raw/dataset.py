"""`--data raw2raw:DEST`: iPhone X and Samsung S9, prepared from the authors' download.

Pixel-aligned pairs are those of the authors: each paired picture next to the raw that its matrix
makes of it for the other camera (`taken_by` in a record says which side was taken). Test pairs for
the ISP protocols are real pictures of the same scenes by both cameras, paired by their capture
times or by a table; scenes whose pictures are anchors are left out of them.
"""

import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, ClassVar, NamedTuple

from pydantic import Field

from benchmark.cameras import CAMERAS, Camera
from benchmark.data.base import register_dataset, validation_names
from benchmark.data.files.listing import PictureFiles
from benchmark.data.files.pairs_table import PairRow, pairs_table, read_pairs
from benchmark.data.files.picture_file import open_picture
from benchmark.data.files.srgb import match_srgb
from benchmark.data.findings import Fault, check_command, complaint, same_pictures
from benchmark.data.prepared import REPAIR, Preparation, PreparedSource
from benchmark.data.prepared_folder import picture_bytes
from benchmark.data.raw2raw.layout import (
    PHONES,
    Download,
    Layout,
    Shot,
    find_root,
    read_download,
)
from benchmark.data.raw2raw.pictures import read_own, read_shot, read_side
from benchmark.data.raw2raw.survey import counts, headers, without_srgb
from benchmark.errors import BenchError
from benchmark.progress import Progress

TIME = "%Y-%m-%d_%H-%M-%S"  # of a stem


@dataclass(frozen=True)
class Raw2RawOptions:
    """What `--set KEY=VALUE` may say.

    Attributes:
        layout: "dng" or "mat", what to read; None: the DNG where there are any.
        pairs: a table of scene pairs (columns a, b: names of files); "": by capture time.
        limit: largest difference of the capture times of a pair, in seconds. The anchors, which
            the authors name for both cameras, differ by up to 4 s.
        validation: share of the unpaired pictures kept for validation; 0 for none, as published.
    """

    layout: Layout | None = None
    pairs: str = ""
    limit: Annotated[float, Field(ge=0)] = 30.0
    validation: Annotated[float, Field(ge=0, le=0.5)] = 0.0


class _Item(NamedTuple):
    """A picture of a set: whose raw of which shot, and whether with sRGB."""

    shot: Shot
    camera: Camera
    srgb: bool


_Sets = dict[str, dict[str, _Item]]  # by folder, then by id


@register_dataset(
    "raw2raw",
    title="Semi-Supervised Raw-to-Raw Mapping",
    authors="Afifi and Abuolaim",
    year=2021,
    link="https://github.com/mahmoudnafifi/raw2raw",
    licence="MIT",
)
class Raw2Raw(PreparedSource):
    """The raw2raw data set: iPhone X and Samsung S9, real pictures."""

    Options: ClassVar[type] = Raw2RawOptions
    validation_help: ClassVar[str] = (
        "Prepare it again, in a new folder, with some set aside: "
        "`isp-bench data prepare raw2raw SRC DEST --set validation=0.1`."
    )
    license: ClassVar[str] = "MIT, as the authors' repository says"
    citation: ClassVar[str] = (
        "M. Afifi and A. Abuolaim, Semi-Supervised Raw-to-Raw Mapping, BMVC 2021"
    )

    @classmethod
    def recognises(cls, source: Path) -> bool:
        """Whether it has a folder of unpaired pictures for both phones."""
        return find_root(source) is not None

    @classmethod
    def survey(cls, source: Path) -> list[str]:
        """Decodes every picture of a download."""
        download = read_download(source)
        findings: list[str] = [f"raw2raw in {download.root}, read from .{download.layout} files"]
        findings += counts(download)
        findings += map(Fault, download.faults)
        sizes, faults = headers(download)
        findings += map(Fault, (*faults, *without_srgb(download)))
        same: dict[str, list[str]] = defaultdict(list)
        for shot in (shot for shot in download.shots() if str(shot.raw) in sizes):
            try:
                own = read_own(shot)
                same[own.content].append(str(shot.raw))
                findings += [Fault(f"{shot.raw}: {note}.") for note in own.notes]
                if shot.srgb is not None:
                    match_srgb(own, open_picture(shot.srgb), str(shot.srgb))
                if shot.mapped is not None and shot.mapped.suffix == shot.raw.suffix:
                    read_side(shot, "b" if shot.camera == "a" else "a")
            except BenchError as error:
                findings.append(Fault(error))
        return findings + same_pictures(same)

    @classmethod
    def plan(cls, source: Path, options: Raw2RawOptions, progress: Progress) -> Preparation[Any]:
        """Lists the DNG, or the extracted files, with the pairs that they make."""
        download = read_download(source, options.layout)
        sizes, faults = headers(download)
        faults = [*download.faults, *faults, *without_srgb(download)]
        if faults:
            raise complaint(download.root, REPAIR, faults, check_command(str(source)))
        pairs = _scene_pairs(download, options)
        sets = _sets(download, pairs, options.validation)
        names = {shot.camera + shot.stem: shot.raw.name for shot in download.shots()}
        rows = [(names["a" + row.a], names["b" + row.b], row.role) for row in pairs]
        return Preparation(
            root=download.root,
            cameras=(PHONES["a"].folder, PHONES["b"].folder),
            sets=sets,
            read=lambda name, item: read_shot(name, *item, download.root),
            size=_bytes(sets, sizes),
            pairs_used=pairs_table(rows),
            notes=[*counts(download), *_pair_notes(pairs, options)],
        )


def _scene_pairs(download: Download, options: Raw2RawOptions) -> list[PairRow]:
    """Pictures of the same scenes by both cameras; none where there is no sRGB."""
    shots = {
        camera: {shot.stem: shot for shot in own if shot.renders}
        for camera, own in download.paired.items()
    }
    if options.pairs:
        pictures = {
            camera: {s.stem: PictureFiles(s.stem, s.raw, s.srgb, None) for s in own.values()}
            for camera, own in shots.items()
        }
        table = Path(options.pairs).expanduser()
        pairs, wrong = read_pairs(table, pictures)
        if wrong:
            raise complaint(table.parent, f"The table {table.name}", wrong)
        roles = {pair.role for pair in pairs} - {"scene"}
        if roles:
            raise BenchError(f"{options.pairs}: the role must be scene here, not {min(roles)}.")
    else:
        pairs = _nearest_in_time(shots["a"], shots["b"], options.limit)
    return [p for p in pairs if not (shots["a"][p.a].anchor or shots["b"][p.b].anchor)]


def _nearest_in_time(a: Iterable[str], b: Iterable[str], limit: float) -> list[PairRow]:
    """Pairs of stems each of which is the other's nearest."""
    times = [{stem: _time(stem) for stem in stems} for stems in (a, b)]
    times_a, times_b = ({s: t for s, t in own.items() if t is not None} for own in times)
    if not times_a or not times_b:
        return []
    pairs = []
    for stem, time in times_a.items():
        near = min(times_b, key=lambda other: abs(times_b[other] - time))
        back = min(times_a, key=lambda other: abs(times_a[other] - times_b[near]))
        if back == stem and abs(times_b[near] - time) <= limit:
            pairs.append(PairRow(stem, near, "scene"))
    return pairs


def _time(stem: str) -> float | None:
    """Seconds; None if the stem is not a capture time."""
    try:
        return datetime.strptime(stem, TIME).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None


def _sets(download: Download, pairs: list[PairRow], share: float) -> _Sets:
    sets: _Sets = {}
    for camera in CAMERAS:
        kept = validation_names((shot.stem for shot in download.unpaired[camera]), share)
        for part in ("train", "validation"):
            sets[f"{part}-{camera}"] = {
                shot.stem: _Item(shot, camera, shot.renders)
                for shot in download.unpaired[camera]
                if (shot.stem in kept) == (part == "validation")
            }
        for part, anchor in (("anchors", True), ("aligned", False)):
            sets[f"{part}-{camera}"] = {
                shot.pair_id: _Item(shot, camera, False)
                for shots in download.paired.values()
                for shot in shots
                if shot.anchor == anchor
            }
        shots = {shot.stem: shot for shot in download.paired[camera]}
        sets[f"scenes-{camera}"] = {
            pair.a: _Item(shots[pair.stem(camera)], camera, True) for pair in pairs
        }
    return {name: items for name, items in sets.items() if items}


def _bytes(sets: _Sets, sizes: Mapping[str, tuple[int, int]]) -> int:
    return sum(
        picture_bytes(*sizes[str(item.shot.raw)], item.srgb)
        for items in sets.values()
        for item in items.values()
    )


def _pair_notes(pairs: list[PairRow], options: Raw2RawOptions) -> list[str]:
    if options.pairs:
        return [f"{len(pairs)} scene pairs by {options.pairs}, anchors left out"]
    if not pairs:
        return ["no scene pairs: no two pictures with sRGB within the limit of capture times"]
    apart = [abs(_seconds(pair)) for pair in pairs]
    return [
        f"{len(pairs)} scene pairs by capture time, anchors left out: {statistics.median(apart):g} "
        f"s apart (median), {max(apart):g} s at most (limit {options.limit:g} s)"
    ]


def _seconds(pair: PairRow) -> float:
    a, b = _time(pair.a), _time(pair.b)
    assert a is not None and b is not None
    return b - a
