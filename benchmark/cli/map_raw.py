"""`isp-bench map`: bring a camera's raw file into the colour space of the other camera."""

import argparse

from benchmark.cli.options import Verbs, add_verb
from benchmark.cli.picture_options import (
    STOPPED,
    add_picture_options,
    check_camera,
    check_files,
    load_chosen_mapper,
    open_trained,
)

EXAMPLES = """  isp-bench map iphone.dng --mapper cstpp --to B -o as-galaxy.dng
  isp-bench map galaxy.dng --mapper global3x3 --to A --preset paper -o as-iphone.dng
  isp-bench map frame.tif --mapper 0123456789ab --to B -o mapped.tif
  isp-bench map iphone.dng --mapper cstpp --set mapper.downsample=4 --to B -o as-galaxy.dng
"""
SUFFIXES = (".dng", ".tif", ".tiff")


def add_parser(verbs: Verbs) -> None:
    """Adds the verb."""
    parser = add_verb(
        verbs, "map", "map a raw file at full size to the other camera with a fitted mapper",
        EXAMPLES,
    )  # fmt: skip
    add_picture_options(parser, "the mapped raw, in 16 bits: a .dng, or a .tif of the mosaic")
    parser.add_argument(
        "--mapper", required=True, metavar="NAME|KEY", help="a fitted mapper, or its step's key"
    )
    parser.add_argument(
        "--to", required=True, type=str.lower, choices=("a", "b"), metavar="A|B",
        help="the camera to map to; the other one must have taken the picture",
    )  # fmt: skip
    parser.set_defaults(execute=execute, stopped=STOPPED)


def execute(args: argparse.Namespace) -> int:
    """Runs the verb."""
    from dataclasses import replace

    from benchmark.cameras import Direction, source_of
    from benchmark.data.files.colour_tags import Colours
    from benchmark.data.files.plain import levels_of
    from benchmark.data.files.raw import read_raw
    from benchmark.data.files.raw_writer import WHITE, read_tags, unpack, write_raw
    from benchmark.interrupt import clean_stops
    from benchmark.progress import Progress
    from benchmark.steps.taken_by import known_cameras
    from benchmark.steps.whole_picture import map_whole, packed
    from benchmark.store.step import FitMapper

    check_files(args.image, args.output, SUFFIXES)
    with clean_stops(), Progress() as progress:
        trained, context = open_trained(args, progress)
        found = trained.matching(FitMapper)
        cameras = known_cameras(found[0].data)
        direction: Direction = "a2b" if args.to == "b" else "b2a"
        other = source_of(direction)
        check_camera(args.image, other, cameras, f"Use --to {other.upper()}.", progress)
        levels = levels_of(args.image)
        picture = read_raw(args.image, levels)
        tags = read_tags(args.image, levels, picture)
        reference = cameras[args.to].colours() if cameras else None
        for sentence in (*picture.notes, trained.choice(found)):
            progress.say(sentence)
        raw = packed(picture)
        mapper = load_chosen_mapper(args, found[0], context)
        mapped = map_whole(mapper, raw.to(context.device), direction, progress)
        colours = tags.colours.after(raw[0].numpy(), mapped[0].numpy(), reference)
        tags = replace(tags, colours=colours)
        mosaic = unpack(mapped[0].numpy(), tags.cfa)
        target = f"camera {args.to.upper()} of {found[0].data.name}"
        write_raw(args.output, mosaic, tags, f"{target} by {found[0].method}")
    described = tags.colours if args.output.suffix.lower() == ".dng" else Colours()
    print(
        f"{args.output}: {mosaic.shape[1]} x {mosaic.shape[0]} sensor pixels, cfa {tags.cfa}, "
        f"black 0, white {WHITE}; {described.origin}"
    )
    return 0
