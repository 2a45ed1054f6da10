"""What is in a folder of somebody's own pictures, and what is wrong with it."""

from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import Path

from benchmark.cameras import Camera
from benchmark.data.files.raw import read_size
from benchmark.data.files.srgb import check_enlargement
from benchmark.data.files.srgb_conversion import check_colours
from benchmark.data.folder.layout import PARTS, Layout
from benchmark.data.folder.pictures import Member, srgb_picture
from benchmark.errors import BenchError


def headers(sets: Mapping[str, Mapping[str, Member]]) -> dict[Path, str]:
    """What is wrong with files by what their headers say, by raw file."""
    broken: dict[Path, str] = {}
    for members in sets.values():
        for member in members.values():
            try:
                size = read_size(member.files.raw, member.files.levels)
                if member.with_srgb:
                    with srgb_picture(member.files) as picture:
                        check_colours(picture, member.srgb_name)
                        check_enlargement(member.srgb_name, picture, *size)
            except BenchError as error:
                broken[member.files.raw] = str(error)
    return broken


def without(
    sets: Mapping[str, Mapping[str, Member]], broken: Collection[Path]
) -> dict[str, dict[str, Member]]:
    """The sets without the pictures, and the pairs, of which a file is broken."""
    bad = {
        (name[:-2] if name[:-2] in PARTS.values() else name, identity)
        for name, members in sets.items()
        for identity, member in members.items()
        if member.files.raw in broken
    }
    return {
        name: {i: m for i, m in members.items() if not {(name, i), (name[:-2], i)} & bad}
        for name, members in sets.items()
    }


def unequal_sizes(sets: Mapping[str, Mapping[str, Member]], broken: Collection[Path]) -> list[str]:
    """The pixel-aligned pairs whose sides differ in size."""
    faults = []
    for part in ("anchors", "aligned"):
        for identity, member in sets.get(f"{part}-a", {}).items():
            pair = (member.files, sets[f"{part}-b"][identity].files)
            if any(files.raw in broken for files in pair):
                continue
            sizes = [read_size(files.raw, files.levels) for files in pair]
            if sizes[0] != sizes[1]:
                a, b = (f"{f.raw} ({s[0]} x {s[1]})" for f, s in zip(pair, sizes, strict=True))
                faults.append(f"{a} and {b} are said to be alike pixel by pixel ({part}).")
    return faults


def summary(layout: Layout, rendering: Mapping[Camera, bool], pairs_help: str) -> list[str]:
    """Which pairs there are, how to say that they are aligned, and which cameras have no sRGB."""
    without_srgb = [
        f"{layout.names[camera]}: neither sRGB pictures nor large previews, so only for raw-to-raw"
        for camera, has in rendering.items()
        if not has
    ]
    return [_pairs(layout, pairs_help), *without_srgb]


def _pairs(layout: Layout, pairs_help: str) -> str:
    count = len(layout.pairs)
    if not layout.by_names:
        roles = Counter(pair.role for pair in layout.pairs)
        kinds = ", ".join(f"{number} {role}" for role, number in roles.items())
        return f"{count} pairs in pairs.csv: {kinds}" if kinds else "0 pairs in pairs.csv"
    if not count:
        return f"0 pairs: no names are equal in both cameras. {pairs_help}"
    return (
        f"{count} pairs of one scene, by their equal names; raw-to-raw needs pairs that are alike "
        f"pixel by pixel. {pairs_help}"
    )
