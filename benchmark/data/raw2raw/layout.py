"""What is in a download of the raw2raw data set (Afifi and Abuolaim, BMVC 2021).

As downloaded, and below it what the authors' extraction script makes of it::

    unpaired/<camera>/dng/<stem>.dng               196 per camera, no scene in common
    paired/<camera>/dng/<stem>.dng                 stems are times: pairs differ by some seconds
    paired/<camera>/mapping/<stem>.mat             to the other camera, `mapping_matrix` (16, 4)

    unpaired/<camera>/raw-rggb/<stem>_A.mat        `raw_rggb` (H, W, 4) in [0, 1]; Samsung: _B
    paired/<camera>/raw-rggb/<stem>_A.mat          in both cameras' folders: taken by A, and mapped
    paired/<camera>/anchor-raw-rggb/<stem>_A.mat   likewise

So every paired picture makes a pixel-aligned pair of its own, one side of it synthetic. Rendered
pictures are looked for by stem in srgb/, jpg/ and rgb/ of each camera's folder.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from benchmark.cameras import CAMERAS, Camera
from benchmark.data.files.listing import by_stem
from benchmark.data.files.srgb import SRGB_SUFFIXES
from benchmark.errors import BenchError

Layout = Literal["dng", "mat"]
SRGB_PLACES = ("srgb", "jpg", "rgb")


@dataclass(frozen=True)
class Phone:
    """A camera of the data set; levels and filters as the authors' script has them.

    Attributes:
        folder: its name.
        suffix: ends the names of files made from its pictures.
        cfa: colours of a 2x2 cell in reading order.
        black: black level.
        white: white level.
        anchors: stems of its pictures that are anchors.
    """

    folder: str
    suffix: str
    cfa: str
    black: int
    white: int
    anchors: frozenset[str]

    @property
    def range(self) -> int:
        """White level minus black level."""
        return self.white - self.black


# The stems that the authors' script names; on disk there may be fewer (22 are published).
_ANCHORS_A = """2021-06-03_20-43-09 2021-06-03_20-48-56 2021-06-03_21-11-57 2021-06-03_21-17-18
    2021-06-03_21-32-38 2021-06-03_22-03-52 2021-06-07_16-13-49 2021-06-07_16-18-15
    2021-06-07_16-27-27 2021-06-07_16-31-10 2021-06-07_16-34-42 2021-06-07_16-39-03"""
_ANCHORS_B = """2021-06-03_20-43-08 2021-06-03_20-48-55 2021-06-03_21-11-55 2021-06-03_21-17-16
    2021-06-03_21-32-39 2021-06-03_22-00-28 2021-06-07_16-13-48 2021-06-07_16-18-14
    2021-06-07_16-27-25 2021-06-07_16-31-14 2021-06-07_16-34-41 2021-06-07_16-39-03"""
PHONES: dict[Camera, Phone] = {
    "a": Phone("iphone-x", "_A", "RGGB", 528, 4095, frozenset(_ANCHORS_A.split())),
    "b": Phone("samsung-s9", "_B", "GRBG", 0, 1023, frozenset(_ANCHORS_B.split())),
}


@dataclass(frozen=True)
class Shot:
    """A picture that one of the phones took.

    Attributes:
        camera: which took it.
        stem: the time it was taken, e.g. 2021-06-03_20-43-09.
        raw: its DNG, or its extracted .mat.
        mapped: how it looks to the other camera: the mapping matrix of a DNG, or the extracted
            .mat in the other camera's folder; None if unpaired.
        anchor: whether its pair is for training.
        srgb: a rendered picture.
        dng: where a preview may be.
    """

    camera: Camera
    stem: str
    raw: Path
    mapped: Path | None = None
    anchor: bool = False
    srgb: Path | None = None
    dng: Path | None = None

    @property
    def phone(self) -> Phone:
        """The camera's facts."""
        return PHONES[self.camera]

    @property
    def pair_id(self) -> str:
        """Name of both files of its pixel-aligned pair."""
        return self.stem + self.phone.suffix

    @property
    def renders(self) -> bool:
        """Whether there is an sRGB picture of it, or may be one in its DNG."""
        return self.srgb is not None or self.dng is not None


@dataclass(frozen=True)
class Download:
    """All that was found.

    Attributes:
        root: the folder that holds `paired` and `unpaired`.
        layout: whether pictures are read from DNG or from extracted .mat files.
        unpaired: by camera, sorted by stem.
        paired: by camera, sorted by stem; anchors included.
        faults: files that are missing, duplicated or wrongly named, a sentence each.
    """

    root: Path
    layout: Layout
    unpaired: dict[Camera, tuple[Shot, ...]]
    paired: dict[Camera, tuple[Shot, ...]]
    faults: tuple[str, ...]

    def shots(self) -> Iterator[Shot]:
        """Every picture."""
        for camera in CAMERAS:
            yield from (*self.unpaired[camera], *self.paired[camera])

    def lost_anchors(self) -> list[str]:
        """Names in the published list of anchors that are not on disk."""
        found = {shot.pair_id for shots in self.paired.values() for shot in shots}
        names = (stem + phone.suffix for phone in PHONES.values() for stem in phone.anchors)
        return sorted(set(names) - found)


def find_root(source: Path) -> Path | None:
    """The folder that holds both cameras' pictures; None if this is not a download of raw2raw."""
    for root in (source, source / "dataset"):
        if all((root / "unpaired" / phone.folder).is_dir() for phone in PHONES.values()):
            return root
    return None


def read_download(source: Path, layout: Layout | None = None) -> Download:
    """Lists a download; opens no picture.

    Args:
        source: the folder with `paired` and `unpaired`, or the one above (`dataset`).
        layout: what to read; None: the DNG where there are any.

    Raises:
        BenchError: there is no such folder, or nothing in it.
    """
    root = find_root(source)
    if root is None:
        names = " and ".join(f"unpaired/{phone.folder}/" for phone in PHONES.values())
        raise BenchError(
            f"{source} is not a download of raw2raw: {names} are not in it (nor in its dataset/)."
        )
    if layout is None:
        layout = "dng" if any(root.glob("*/*/dng/*.[dD][nN][gG]")) else "mat"
    faults: list[str] = []
    unpaired: dict[Camera, tuple[Shot, ...]] = {}
    paired: dict[Camera, tuple[Shot, ...]] = {}
    for camera in CAMERAS:
        if layout == "dng":
            unpaired[camera] = tuple(_dng_shots(root, "unpaired", camera, faults))
            paired[camera] = tuple(_dng_shots(root, "paired", camera, faults))
        else:
            unpaired[camera] = tuple(_mat_shots(root, "unpaired/{}/raw-rggb", camera, faults))
            both = [
                shot
                for place in ("paired/{}/raw-rggb", "paired/{}/anchor-raw-rggb")
                for shot in _mat_shots(root, place, camera, faults)
            ]
            paired[camera] = tuple(sorted(both, key=lambda shot: shot.stem))
        if not unpaired[camera]:
            place = "dng" if layout == "dng" else "raw-rggb"
            raise BenchError(f"{root / 'unpaired' / PHONES[camera].folder / place} has no picture.")
    return Download(root, layout, unpaired, paired, tuple(dict.fromkeys(faults)))


def _single(folder: Path, suffix: str, faults: list[str]) -> dict[str, Path]:
    """Files of one kind in a folder by stem, each stem once."""
    files = by_stem(folder, ["."], {suffix}, faults)
    for stem, found in files.items():
        if len(found) > 1:
            faults.append(f"{folder} has '{stem}' twice: {', '.join(f.name for f in found)}.")
    return {stem: found[0] for stem, found in files.items()}


def _rendered(folder: Path, faults: list[str]) -> dict[str, Path]:
    """sRGB pictures of a camera by stem; of several places the first one counts."""
    found: dict[str, Path] = {}
    for place in reversed(SRGB_PLACES):
        files = by_stem(folder, [place], SRGB_SUFFIXES, faults)
        found |= {stem: own[0] for stem, own in files.items()}
    return found


def _dng_shots(root: Path, part: str, camera: Camera, faults: list[str]) -> Iterator[Shot]:
    phone = PHONES[camera]
    folder = root / part / phone.folder
    rendered = _rendered(folder, faults)
    files = _single(folder / "dng", ".dng", faults)
    matrices = _single(folder / "mapping", ".mat", faults) if part == "paired" else {}
    for stem in matrices.keys() - files.keys():
        faults.append(f"{matrices[stem]} maps a DNG that is missing.")
    for stem, file in files.items():
        mapped = None
        if part == "paired":
            mapped = matrices.get(stem)
            if mapped is None:
                faults.append(f"{file} has no mapping matrix {folder / 'mapping' / stem}.mat.")
                continue
        srgb = rendered.get(stem, rendered.get(stem + phone.suffix))
        yield Shot(camera, stem, file, mapped, bool(mapped) and stem in phone.anchors, srgb, file)


def _mat_shots(root: Path, place: str, camera: Camera, faults: list[str]) -> Iterator[Shot]:
    """The shots of a camera in one folder of extracted files, e.g. `paired/{}/raw-rggb`."""
    phone, other = PHONES[camera], PHONES["b" if camera == "a" else "a"]
    files = _single(root / place.format(phone.folder), ".mat", faults)
    mapped = _single(root / place.format(other.folder), ".mat", faults)
    folder = root / place.split("/")[0] / phone.folder
    rendered = _rendered(folder, faults)
    dng = _single(folder / "dng", ".dng", faults)
    paired = place.startswith("paired")
    for name, file in files.items():
        stem, suffix = name[:-2], name[-2:]
        if suffix not in (phone.suffix, other.suffix) or (suffix == other.suffix and not paired):
            faults.append(f"{file} is not called TIME{phone.suffix}.mat.")
        elif paired and name not in mapped:
            faults.append(f"{file} has no counterpart in {root / place.format(other.folder)}.")
        elif suffix == phone.suffix:
            srgb = rendered.get(stem, rendered.get(name))
            yield Shot(
                camera, stem, file, mapped[name] if paired else None, "anchor" in place,
                srgb, dng.get(stem),
            )  # fmt: skip
