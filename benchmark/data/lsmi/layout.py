"""What an LSMI download holds: pictures by camera, place and lights, and the test pairs.

Layout (Kim et al., ICCV 2021)::

    {galaxy,nikon,sony}/PlaceN/PlaceN_1.{dng,nef,arw}   light 1 alone; _12, _13, _123: together
    {galaxy,nikon,sony}/PlaceN/PlaceN_1.jpg             the same in sRGB
    {galaxy,nikon,sony}/PlaceN/PlaceN_1.tiff            written by the official 0_cvt2tiff.py

A TIFF is used only where there is no camera file: its three channels are half a Bayer mosaic, with
one green for both, and no black level is taken off. Pictures of other light combinations come from
subtraction in later steps of the official scripts, and are not read.
"""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

from benchmark.data.files.listing import (
    entries,
    lost_link,
    matches,
    meant,
    plain_name,
    unreadable,
)
from benchmark.data.files.plain import Levels
from benchmark.data.files.raw import CAMERA_SUFFIXES
from benchmark.errors import BenchError, unknown_name

CAMERAS = ("galaxy", "nikon", "sony")
TIFF_LEVELS = {  # of dcraw -D; in the camera files of sony it is 512 and 16383
    "galaxy": Levels("RGB", white=1023, black=0),
    "nikon": Levels("RGB", white=15520, black=600),
    "sony": Levels("RGB", white=4095, black=128),
}
TIFF_SUFFIXES = (".tiff", ".tif")
SRGB_SUFFIXES = (".jpg", ".jpeg")
SHOT = re.compile(r"(?P<place>.+)_(?P<lights>1|12|13|123)")


@dataclass(frozen=True)
class Shot:
    """One picture in the download.

    Attributes:
        camera: name of its camera.
        place: its scene, e.g. "Place12".
        lights: which lights are on: "1", "12", "13" or "123".
        raw: the camera file, or the TIFF of the official first step.
        srgb: the picture in sRGB; None if it is missing.
    """

    camera: str
    place: str
    lights: str
    raw: Path
    srgb: Path | None

    @property
    def stem(self) -> str:
        """Names the picture among those of its camera."""
        return f"{self.place}_{self.lights}"

    @property
    def levels(self) -> Levels | None:
        """What the numbers of a TIFF mean; None for a camera file, which says so itself."""
        return TIFF_LEVELS[self.camera] if self.raw.suffix.lower() in TIFF_SUFFIXES else None


@dataclass(frozen=True)
class TestPair:
    """One scene under the same lights by both cameras, not aligned: each from its own place."""

    __test__ = False  # no test case, whatever pytest thinks of the name

    id: str
    a: Shot
    b: Shot


@dataclass(frozen=True)
class CameraFolder:
    """The pictures of one camera.

    Attributes:
        shots: by stem, in natural order.
        findings: what is missing or duplicated, a sentence each.
    """

    shots: Mapping[str, Shot]
    findings: tuple[str, ...]


def find_cameras(root: Path) -> tuple[str, ...]:
    """The cameras that a download has.

    Raises:
        BenchError: it has none.
    """
    found = tuple(name for name in CAMERAS if (root / name).is_dir())
    if not found:
        raise BenchError(
            f"{root} is not an LSMI download: it has none of the folders {', '.join(CAMERAS)}, "
            f"each with PlaceN/PlaceN_12.dng (.nef, .arw or .tiff)."
        )
    return found


def read_camera(root: Path, camera: str) -> CameraFolder:
    """Lists the pictures of one camera.

    Raises:
        BenchError: the camera is not there, or has no picture.
    """
    if camera not in find_cameras(root):
        raise unknown_name("LSMI camera", camera, find_cameras(root), str(root))
    shots, findings = {}, []
    for place in sorted(entries(root / camera), key=lambda path: natural(path.name)):
        if place.is_symlink() and not place.exists():
            findings.append(lost_link(place))
        if not place.is_dir():
            continue
        found, faults = _read_place(place, camera)
        findings += faults
        shots.update({shot.stem: shot for shot in found})
    if not shots:
        raise BenchError(
            f"{root / camera} has no picture of the form PlaceN/PlaceN_12.dng (.nef, .arw, .tiff)."
        )
    return CameraFolder(shots, tuple(findings))


def natural(name: str) -> list[tuple[int, str]]:
    """Sorting key by which Place2 comes before Place10."""
    return [(int(part or 0), word) for word, part in re.findall(r"(\D*)(\d*)", name)]


def same_names(a: Mapping[str, Shot], b: Mapping[str, Shot]) -> list[TestPair]:
    """Pairs of equal place names and lights: a guess, as no pair list was published."""
    return [TestPair(stem, a[stem], b[other]) for stem, other in matches(a, b).items()]


def read_pairs(
    path: Path, cameras: tuple[str, str], shots: tuple[Mapping[str, Shot], Mapping[str, Shot]]
) -> list[TestPair]:
    """The pairs in a CSV file: `id`, and for each camera a column NAME or NAME_path.

    A picture is a path, of which the file name counts, or its name alone: Place3_12.

    Raises:
        BenchError: a missing column, an unknown picture, or one that is named twice.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            lines = [(reader.line_num, line) for line in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BenchError(f"{path} cannot be read as a pair list: {error}.") from error
    header = tuple(lines[0][1]) if lines else ()
    columns = [_column(camera, header) for camera in cameras]
    if "id" not in header or None in columns:
        raise BenchError(
            f"{path} must have the columns id, {cameras[0]}_path and {cameras[1]}_path, and a line "
            f"for each pair; it has {', '.join(map(str, header)) or 'nothing'}."
        )
    pairs: list[TestPair] = []
    taken: set[tuple[str, str]] = set()
    for number, line in lines:
        found = []
        for camera, column, known in zip(cameras, columns, shots, strict=True):
            where = f"{path}, line {number}: {camera} has no picture"
            found.append(known[meant(_stem(line[column] or ""), known, where)])
        identity = (line["id"] or "").strip()
        if not identity:
            raise BenchError(f"{path}, line {number}: the id is missing.")
        names = {("id", identity), *((shot.camera, shot.stem) for shot in found)}
        if double := sorted(names & taken):
            kind, name = double[0]
            raise BenchError(f"{path}, line {number}: {kind} {name} was in a line before.")
        taken |= names
        pairs.append(TestPair(identity, *found))
    return pairs


def pairs_table(pairs: list[TestPair], cameras: tuple[str, str], root: Path) -> str:
    """The pairs in the form that :func:`read_pairs` reads."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(("id", *(f"{camera}_path" for camera in cameras)))
    for pair in pairs:
        files = (shot.raw.relative_to(root).as_posix() for shot in (pair.a, pair.b))
        writer.writerow((pair.id, *files))
    return table.getvalue()


def _read_place(folder: Path, camera: str) -> tuple[list[Shot], list[str]]:
    """The pictures of one place, and what is wrong with its files."""
    files: dict[str, dict[str, list[Path]]] = {}
    shots, findings = [], []
    for file in entries(folder):
        stem = plain_name(file.stem)
        kind = _kind(file.suffix.lower()) if SHOT.fullmatch(stem) else ""
        if kind and (fault := unreadable(file)):
            findings.append(fault)
        elif kind:
            files.setdefault(stem, {}).setdefault(kind, []).append(file)
    for stem, kinds in sorted(files.items(), key=lambda item: (len(item[0]), item[0])):
        place, lights = SHOT.fullmatch(stem).groups()  # type: ignore[union-attr]
        raws, srgbs = kinds.get("camera") or kinds.get("tiff") or [], kinds.get("srgb", [])
        if place != plain_name(folder.name):
            findings.append(f"{folder / stem} names another place than its folder; left out.")
        elif not raws:
            findings.append(f"{srgbs[0]} has no raw next to it; left out.")
        else:
            findings += [f"{raws[0]} is used, not {other.name}." for other in raws[1:]]
            if not srgbs:
                findings.append(f"{raws[0]} has no .jpg next to it.")
            shots.append(Shot(camera, place, lights, raws[0], srgbs[0] if srgbs else None))
    if not files:
        findings.append(f"{folder} has no picture.")
    return shots, findings


def _kind(suffix: str) -> str:
    if suffix in CAMERA_SUFFIXES:
        return "camera"
    return "tiff" if suffix in TIFF_SUFFIXES else "srgb" if suffix in SRGB_SUFFIXES else ""


def _column(camera: str, header: tuple[str, ...]) -> str | None:
    return next((name for name in (f"{camera}_path", camera) if name in header), None)


def _stem(text: str) -> str:
    """The picture's name in a path of Unix or Windows, with or without suffix."""
    name = PurePosixPath(PureWindowsPath(text.strip()).as_posix()).name
    return name.rsplit(".", 1)[0]
