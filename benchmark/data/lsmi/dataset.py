"""`--data lsmi:DEST`: two of the LSMI cameras (Sony, Galaxy, Nikon), prepared from the download.

Two or three lights mix over each scene, and three ColorCheckers stand in it. No two pictures of
different cameras are aligned, so there are scene pairs only; their charts, carried through the crop
and listed in the same order for both cameras, are what raw-to-raw compares (Table 2).

Which pictures are a pair was not published: pictures of equal place names and lights are taken,
or those of a table (`--set pairs=FILE`). As in the paper all others are for training, but nothing
of a place that is in a pair. `--set validation=SHARE` keeps some of them for validation.
"""

from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from benchmark.data.base import register_dataset
from benchmark.data.images import ImageSet
from benchmark.data.lsmi.layout import find_cameras, pairs_table, read_camera
from benchmark.data.lsmi.metadata import read_metadata
from benchmark.data.lsmi.pictures import read_item
from benchmark.data.lsmi.sets import (
    LsmiOptions,
    choose_pairs,
    choose_sets,
    digest,
    read_sides,
)
from benchmark.data.lsmi.survey import survey_camera, survey_pairs
from benchmark.data.prepared import Preparation, PreparedSource
from benchmark.data.prepared_folder import picture_bytes
from benchmark.errors import BenchError
from benchmark.progress import Progress


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

    Options: ClassVar[type] = LsmiOptions
    validation_help: ClassVar[str] = (
        "Prepare it again, in a new folder, with some set aside: "
        "`isp-bench data prepare lsmi SRC DEST --set validation=0.1`."
    )
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
        """Checks all cameras of a download; decodes every picture."""
        cameras = find_cameras(source)
        folders = {camera: read_camera(source, camera) for camera in cameras}
        findings = [f"LSMI in {source}: {', '.join(cameras)}"]
        for camera, folder in folders.items():
            findings += survey_camera(camera, folder, read_metadata(source, camera))
        return findings + survey_pairs({c: folder.shots for c, folder in folders.items()})

    @classmethod
    def plan(cls, source: Path, options: LsmiOptions, progress: Progress) -> Preparation[Any]:
        """Chooses the pairs of two cameras, and what is for training."""
        if options.camera_a == options.camera_b:
            raise BenchError(f"lsmi: camera_a and camera_b are both {options.camera_a}.")
        cameras = options.camera_a, options.camera_b
        progress.say(f"Opening the pictures of {' and '.join(cameras)} in {source} ...")
        a, b = read_sides(source, options)
        pairs = choose_pairs(a, b, options)
        sets = choose_sets(a, b, pairs, options)
        items = [item for own in sets.values() for item in own.values()]
        return Preparation(
            root=source,
            cameras=cameras,
            sets=sets,
            read=partial(read_item, root=source),
            size=sum(picture_bytes(item.size, item.size, item.srgb) for item in items),
            pairs_used=pairs_table(pairs.used, cameras, source),
            notes=[*a.notes, *b.notes, *pairs.notes],
            facts={"pictures": digest(sets, source)},
        )

    def parts(self) -> frozenset[str]:
        """Scene pairs, and charts if those have them."""
        parts = super().parts()
        charted = "scenes" in parts and all(r.charts for r in ImageSet(self._root / "scenes-a"))
        return parts | {"charts"} if charted else parts
