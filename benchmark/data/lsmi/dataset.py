"""`--data lsmi:DEST`: two of the LSMI cameras (Sony, Galaxy, Nikon), prepared from the download.

Two or three lights mix over each scene, and three ColorCheckers stand in it. No two pictures of
different cameras are aligned, so there are scene pairs only; their charts, carried through the crop
and listed in the same order for both cameras, are what raw-to-raw compares (Table 2).

Which pictures are a pair was not published: pictures of equal place names and lights are taken,
or those of a table (`--set pairs=FILE`). As in the paper all others are for training. Nothing of a
place that is in a pair is trained on; the official val places serve for validation.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import ClassVar

from benchmark.config import build
from benchmark.data.base import register_dataset
from benchmark.data.files.listing import complaint
from benchmark.data.images import ImageSet, write_set
from benchmark.data.lsmi.layout import find_cameras, pairs_table, read_camera
from benchmark.data.lsmi.metadata import read_metadata
from benchmark.data.lsmi.pictures import read_item
from benchmark.data.lsmi.sets import (
    REPAIR,
    Options,
    Sets,
    choose_pairs,
    choose_sets,
    digest,
    read_sides,
)
from benchmark.data.lsmi.survey import survey_camera, survey_pairs
from benchmark.data.prepared import PreparedSource
from benchmark.data.prepared_folder import begin, check_space, picture_bytes, write_manifest
from benchmark.errors import BenchError
from benchmark.files import write_atomic
from benchmark.progress import Progress

MOST_NOTES = 10  # kinds of remarks on the pictures of a camera that are told


@register_dataset(
    "lsmi",
    title="Large Scale Multi-Illuminant (LSMI) Dataset",
    authors="Kim et al.",
    year=2021,
    link="https://github.com/DY112/LSMI-dataset",
    licence="CC BY-NC 4.0",
)
class Lsmi(PreparedSource):
    """The LSMI data set: real pictures under two or three lights, with charts."""

    license: ClassVar[str] = "CC BY-NC 4.0: not for commercial use"
    citation: ClassVar[str] = (
        "D. Kim et al., Large Scale Multi-Illuminant (LSMI) Dataset for Developing White Balance "
        "Algorithm Under Mixed Illumination, ICCV 2021"
    )

    @classmethod
    def recognises(cls, source: Path) -> bool:
        """Whether it has a folder of places for one of the cameras."""
        try:
            return any(any((source / c).glob("*/*_1*.*")) for c in find_cameras(source))
        except BenchError:
            return False

    @classmethod
    def survey(cls, source: Path) -> list[str]:
        """Looks through all cameras of a download; decodes every picture."""
        cameras = find_cameras(source)
        folders = {camera: read_camera(source, camera) for camera in cameras}
        findings = [f"LSMI in {source}: {', '.join(cameras)}"]
        for camera, folder in folders.items():
            findings += survey_camera(camera, folder, read_metadata(source, camera))
        return findings + survey_pairs({c: folder.shots for c, folder in folders.items()})

    @classmethod
    def convert(
        cls, source: Path, dest: Path, options: Mapping[str, str], progress: Progress
    ) -> None:
        """Decodes, crops and resizes the pictures of two cameras."""
        chosen = build(Options, options, "data prepare lsmi, --set")
        if chosen.camera_a == chosen.camera_b:
            raise BenchError(f"lsmi: camera_a and camera_b are both {chosen.camera_a}.")
        cameras = chosen.camera_a, chosen.camera_b
        progress.say(f"Opening the pictures of {' and '.join(cameras)} in {source} ...")
        a, b = read_sides(source, chosen)
        pairs = choose_pairs(a, b, chosen)
        sets = choose_sets(a, b, pairs, chosen)
        origin = {
            "data": cls.info.name,
            "source": str(source.absolute()),
            **asdict(chosen),
            "pictures": digest(sets, source),
        }
        if not begin(dest, origin):
            progress.say(f"{dest} is complete.")
            return
        items = [item for own in sets.values() for item in own.values()]
        check_space(dest, sum(picture_bytes(i.size, i.size, i.srgb) for i in items), progress)
        write_atomic(dest / "pairs_used.csv", pairs_table(pairs.used, cameras, source))
        faults = []
        read = partial(read_item, root=source)
        with progress.task(f"Preparing {dest}", len(items)) as task:
            for name, own in sets.items():
                faults += write_set(dest / name, own, read, task)
        if faults:
            raise complaint(source, REPAIR, faults)
        notes = [*a.notes, *b.notes, *pairs.notes, *_picture_notes(dest, sets, cameras)]
        for note in notes:
            progress.say(note)
        write_manifest(dest, cls, cameras, notes, progress)

    def parts(self) -> frozenset[str]:
        """Scene pairs, and charts if those have them."""
        parts = super().parts()
        charted = "scenes" in parts and all(r.charts for r in ImageSet(self._root / "scenes-a"))
        return parts | {"charts"} if charted else parts


def _picture_notes(dest: Path, sets: Sets, cameras: tuple[str, str]) -> list[str]:
    """What was changed in the pictures or found in them, counted."""
    notes = []
    for letter, camera in zip("ab", cameras, strict=True):
        records = [r for name in sets if name[-1] == letter for r in ImageSet(dest / name)]
        remarks = Counter(note for r in records for note in r.source.split(" | ")[1:])
        told = remarks.most_common(MOST_NOTES)
        notes += [f"{camera}: {count} pictures: {note}" for note, count in told]
    return notes
