"""What is in an LSMI download, and what is wrong with it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations
from pathlib import Path

from benchmark.data.files.picture_file import open_picture
from benchmark.data.files.raw import read_raw, read_size
from benchmark.data.files.srgb import match_srgb
from benchmark.data.findings import Fault, same_pictures
from benchmark.data.lsmi.layout import CameraFolder, Shot, same_names
from benchmark.data.lsmi.metadata import Metadata
from benchmark.errors import BenchError

PUBLISHED = "published: 7486 pictures of all three cameras; pairs of sony and galaxy: 232"


def counts(camera: str, shots: Mapping[str, Shot], metadata: Metadata) -> str:
    """What a camera has, in a sentence."""
    places = {shot.place for shot in shots.values()}
    lights = Counter(shot.lights for shot in shots.values())
    splits = Counter(metadata.splits.get(place, "no split") for place in places)
    charted = sum(place in metadata.charts for place in places)
    tiffs = sum(shot.levels is not None for shot in shots.values())
    kinds = f"{len(shots)} pictures, {tiffs} of them TIFF" if tiffs else f"{len(shots)} pictures"
    return (
        f"{camera}: {kinds} (lights {_counted(lights)}) of {len(places)} places "
        f"({_counted(splits)}), charts known in {charted} places"
    )


def headers(shots: Iterable[Shot]) -> tuple[dict[Path, tuple[int, int]], list[str]]:
    """Packed size by raw; and the files that cannot be opened."""
    sizes, faults = {}, []
    for shot in shots:
        try:
            sizes[shot.raw] = read_size(shot.raw, shot.levels)
            if shot.srgb is not None:
                open_picture(shot.srgb).close()
        except BenchError as error:
            faults.append(str(error))
    return sizes, faults


def survey_camera(camera: str, folder: CameraFolder, metadata: Metadata) -> list[str]:
    """Counts and faults of one camera; decodes every picture."""
    sizes, broken = headers(folder.shots.values())
    usual = Counter(sizes.values()).most_common(1)
    odd = [
        f"{raw} has {size[0]} x {size[1]} packed pixels, other pictures of {camera} "
        f"{usual[0][0][0]} x {usual[0][0][1]}."
        for raw, size in sizes.items()
        if size != usual[0][0]
    ]
    same: dict[str, list[str]] = defaultdict(list)
    for shot in folder.shots.values():
        try:
            raw = read_raw(shot.raw, shot.levels)
            same[raw.content].append(str(shot.raw))
            if shot.srgb is not None:
                match_srgb(raw, open_picture(shot.srgb), str(shot.srgb))
        except BenchError as error:
            broken.append(str(error))
    faults = [*folder.findings, *metadata.findings, *dict.fromkeys(broken), *odd]
    return [counts(camera, folder.shots, metadata), *map(Fault, faults), *same_pictures(same)]


def survey_pairs(shots: Mapping[str, Mapping[str, Shot]]) -> list[str]:
    """How many pictures of two cameras have equal names, against what was published."""
    found = [
        f"{a} and {b}: {len(same_names(shots[a], shots[b]))} pairs of equal place names and lights"
        for a, b in combinations(shots, 2)
    ]
    return [*found, PUBLISHED]


def _counted(numbers: Counter[str]) -> str:
    return ", ".join(f"{name}: {count}" for name, count in sorted(numbers.items()))
