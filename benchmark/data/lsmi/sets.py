"""Which pictures of two LSMI cameras are test pairs, and which are for training."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from benchmark.data.base import validation_names
from benchmark.data.charts import Points
from benchmark.data.files.packing import SMALLEST
from benchmark.data.findings import check_command, complaint
from benchmark.data.lsmi.layout import Shot, TestPair, read_camera, read_pairs, same_names
from benchmark.data.lsmi.metadata import Metadata, read_metadata
from benchmark.data.lsmi.pictures import Item, centre_square, visible_charts
from benchmark.data.lsmi.survey import counts, headers
from benchmark.data.prepared import REPAIR
from benchmark.errors import BenchError

CameraName = Literal["galaxy", "nikon", "sony"]
Sets = dict[str, dict[str, Item]]  # by folder, then by id


@dataclass(frozen=True)
class LsmiOptions:
    """What `--set KEY=VALUE` may say.

    Attributes:
        camera_a: camera A: sony, galaxy or nikon.
        camera_b: camera B.
        pairs: table of the test pairs, with columns id, CAMERA_A_path, CAMERA_B_path; "": pictures
            of equal place names and lights.
        size: side of training and validation pictures in packed pixels.
        test_size: side of the test pictures.
        validation: 0: everything outside the pairs is trained on, as published; otherwise the
            official val places are kept for validation, or this share of the places where no
            official split names some.
    """

    camera_a: CameraName = "sony"
    camera_b: CameraName = "galaxy"
    pairs: str = ""
    size: Annotated[int, Field(ge=SMALLEST)] = 512
    test_size: Annotated[int, Field(ge=SMALLEST)] = 256
    validation: Annotated[float, Field(ge=0, le=0.5)] = 0.0


@dataclass(frozen=True)
class Side:
    """One camera of the pair.

    Attributes:
        name: galaxy, nikon or sony.
        shots: its usable pictures by name.
        srgb: whether they have sRGB.
        sizes: packed rows and columns by raw file.
        metadata: what is known of its places.
        notes: what was found, a sentence each.
    """

    name: str
    shots: Mapping[str, Shot]
    srgb: bool
    sizes: Mapping[Path, tuple[int, int]]
    metadata: Metadata
    notes: tuple[str, ...]

    def charts(self, shot: Shot) -> Mapping[str, Points]:
        """The charts that are in the square that is cut from a picture."""
        return visible_charts(self.all_charts(shot), centre_square(*self.sizes[shot.raw]))

    def all_charts(self, shot: Shot) -> Mapping[str, Points]:
        """The charts in the whole picture, in pixels of the mosaic."""
        return self.metadata.charts.get(shot.place, {})


def read_sides(source: Path, options: LsmiOptions) -> tuple[Side, Side]:
    """Both cameras of a download.

    Raises:
        BenchError: names all files of both that cannot be opened.
    """
    faults: list[str] = []
    sides = [_read_side(source, name, faults) for name in (options.camera_a, options.camera_b)]
    if faults:
        raise complaint(source, REPAIR, faults, check_command(str(source)))
    return sides[0], sides[1]


def _read_side(source: Path, camera: str, faults: list[str]) -> Side:
    """The usable pictures of a camera: with sRGB, unless it has none at all."""
    folder = read_camera(source, camera)
    srgb = any(shot.srgb for shot in folder.shots.values())
    shots = {stem: shot for stem, shot in folder.shots.items() if shot.srgb or not srgb}
    sizes, broken = headers(shots.values())
    faults += broken
    metadata = read_metadata(source, camera)
    notes = [counts(camera, shots, metadata), *folder.findings, *metadata.findings]
    if not srgb:
        notes.append(f"{camera} has no .jpg: no sRGB, so only for raw-to-raw")
    elif without := len(folder.shots) - len(shots):
        notes.append(f"{camera}: {without} pictures without .jpg are left out")
    return Side(camera, shots, srgb, sizes, metadata, tuple(notes))


@dataclass(frozen=True)
class Pairs:
    """The test pairs.

    Attributes:
        used: those that are written.
        left_out: those without charts, where others have some; not trained on either.
        notes: remarks on them, a sentence each.
    """

    used: list[TestPair]
    left_out: list[TestPair]
    notes: list[str]


def choose_pairs(a: Side, b: Side, options: LsmiOptions) -> Pairs:
    """Finds the test pairs.

    Raises:
        BenchError: there are none, or the table that names them is wrong.
    """
    if options.pairs:
        table = Path(options.pairs).expanduser()
        pairs = read_pairs(table, (a.name, b.name), (a.shots, b.shots))
        notes = [f"{len(pairs)} test pairs by {table}"]
    else:
        pairs = same_names(a.shots, b.shots)
        notes = [
            f"{len(pairs)} test pairs of equal place names and lights, which is a guess: look at "
            f"them in `isp-bench data show`, or name the pairs by --set pairs=FILE"
        ]
    if not pairs:
        raise BenchError(
            f"No picture of {a.name} has the place and lights of one of {b.name}, so there are no "
            f"test pairs. Name them in a table with the columns id, {a.name}_path, {b.name}_path: "
            f"--set pairs=FILE."
        )
    bare = [pair for pair in pairs if not _common_charts(a, b, pair)]
    if len(bare) == len(pairs):
        notes.append("no chart is known in any pair: no chart MAE, so no raw-to-raw (Table 2)")
        return Pairs(pairs, [], notes)
    if bare:
        names = ", ".join(pair.id for pair in bare)
        notes.append(f"{len(bare)} pairs without a chart that both show, left out: {names}")
    return Pairs([pair for pair in pairs if pair not in bare], bare, notes)


def _common_charts(a: Side, b: Side, pair: TestPair) -> list[str]:
    """Names of the charts that both cameras see."""
    return sorted(a.charts(pair.a).keys() & b.charts(pair.b).keys())


def choose_sets(a: Side, b: Side, pairs: Pairs, options: LsmiOptions) -> Sets:
    """What is written: the pairs, and everything of other places for training and validation.

    Raises:
        BenchError: too few pictures are left for training, or a picture is too small.
    """
    sets: Sets = {"scenes-a": {}, "scenes-b": {}}
    for pair in pairs.used:
        common = _common_charts(a, b, pair)
        for letter, side, shot in (("a", a, pair.a), ("b", b, pair.b)):
            seen = side.charts(shot)
            visible = {name: seen[name] for name in common}
            sets[f"scenes-{letter}"][pair.id] = Item(shot, options.test_size, side.srgb, visible)
    named = [*pairs.used, *pairs.left_out]
    for letter, side in (("a", a), ("b", b)):
        tested = {pair.a.place if letter == "a" else pair.b.place for pair in named}
        free = {s.stem: s for s in side.shots.values() if s.place not in tested}
        kept = _validation(side, {shot.place for shot in free.values()}, options.validation)
        for part in ("train", "validation") if options.validation else ("train",):
            train = part == "train"
            charts = side.all_charts if train else side.charts
            sets[f"{part}-{letter}"] = {
                stem: Item(shot, options.size, side.srgb, charts(shot), blacken=train)
                for stem, shot in free.items()
                if (shot.place in kept) != train
            }
            if not sets[f"{part}-{letter}"]:
                raise BenchError(
                    f"{len(free)} of {len(side.shots)} pictures of {side.name} are of places that "
                    f"are in no test pair, which leaves none for {part}. If equal place names are "
                    f"not equal scenes, name the pairs: --set pairs=FILE."
                )
    _check_sizes(sets, {**a.sizes, **b.sizes})
    return sets


def _validation(side: Side, places: set[str], share: float) -> frozenset[str]:
    """The places kept for validation, see :class:`LsmiOptions`."""
    official = frozenset(p for p in places if side.metadata.splits.get(p) == "val")
    if share and official and official != places:
        return official
    return validation_names(places, share)


def _check_sizes(sets: Sets, sizes: Mapping[Path, tuple[int, int]]) -> None:
    items = [item for own in sets.values() for item in own.values()]
    small = min(items, key=lambda item: min(sizes[item.shot.raw]) / item.size)
    side = min(sizes[small.shot.raw])
    if side < small.size:
        raise BenchError(
            f"{small.shot.raw} has a square of {side} packed pixels, less than the {small.size} "
            f"asked for. Choose smaller ones: --set size=... test_size=..."
        )


def digest(sets: Sets, source: Path) -> str:
    """SHA-256 of which pictures go where, and of their charts."""
    facts = [
        (
            *(name, key, item.shot.raw.relative_to(source).as_posix(), item.size, item.srgb),
            *((chart, corners.tolist()) for chart, corners in item.charts.items()),
        )
        for name, items in sets.items()
        for key, item in items.items()
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()
