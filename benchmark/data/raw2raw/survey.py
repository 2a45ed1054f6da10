"""What can be found out about a download of raw2raw without decoding its pictures."""

from collections import Counter

from benchmark.cameras import CAMERAS
from benchmark.data.raw2raw.layout import PHONES, Download
from benchmark.data.raw2raw.pictures import packed_size
from benchmark.errors import BenchError

PUBLISHED = {"unpaired": 196, "anchors": 22, "test": 115}  # 196 by each camera; pairs


def counts(download: Download) -> list[str]:
    """What was found against what was published."""
    findings = [
        f"unpaired {PHONES[camera].folder}: {len(shots)} pictures (published: "
        f"{PUBLISHED['unpaired']})"
        for camera, shots in download.unpaired.items()
    ]
    paired = [shot for shots in download.paired.values() for shot in shots]
    for word, anchor in (("anchors", True), ("test", False)):
        born = Counter(shot.camera for shot in paired if shot.anchor == anchor)
        halves = ", ".join(f"{born[camera]} {phone.suffix}" for camera, phone in PHONES.items())
        findings.append(
            f"paired, {word}: {born.total()} pairs ({halves}) (published: {PUBLISHED[word]})"
        )
    lost = download.lost_anchors()
    if lost:
        findings.append(f"in the authors' list of 24 anchors, but not here: {', '.join(lost)}")
    return findings


def headers(download: Download) -> tuple[dict[str, tuple[int, int]], list[str]]:
    """Packed size by path of the raw; and what cannot be opened, or has an odd size."""
    sizes: dict[str, tuple[int, int]] = {}
    faults = []
    for shot in download.shots():
        try:
            sizes[str(shot.raw)] = packed_size(shot)
        except BenchError as error:
            faults.append(str(error))
    for camera, phone in PHONES.items():
        own = [str(shot.raw) for shot in download.shots() if shot.camera == camera]
        usual = Counter(sizes[raw] for raw in own if raw in sizes).most_common(1)
        for raw in own:
            if raw in sizes and sizes[raw] != usual[0][0]:
                (height, width), (rows, columns) = sizes[raw], usual[0][0]
                faults.append(
                    f"{raw} has {height} x {width} packed pixels, other pictures of "
                    f"{phone.folder} {rows} x {columns}."
                )
    return sizes, faults


def without_srgb(download: Download) -> list[str]:
    """Pictures without sRGB where others of their camera have it."""
    faults = []
    for camera in CAMERAS:
        own = [shot for shot in download.shots() if shot.camera == camera]
        without = [shot for shot in own if not shot.renders]
        if len(without) < len(own):
            faults += [
                f"{shot.raw} has neither an sRGB picture nor its DNG; others have."
                for shot in without
            ]
    return faults
