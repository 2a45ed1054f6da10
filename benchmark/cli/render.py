"""`isp-bench render`: develop a camera's raw file with a trained ISP."""

import argparse
from pathlib import Path
from typing import Any

from benchmark.cli.options import Verbs, add_verb
from benchmark.cli.picture_options import (
    STOPPED,
    add_isp_options,
    add_picture_options,
    check_camera,
    check_files,
    isp_and_mapper,
    load_chosen_mapper,
    open_trained,
)

EXAMPLES = """  isp-bench render DSC_0001.NEF --isp pynet -o developed.png
  isp-bench render galaxy.dng --isp pynet --mapper cstpp -o developed.png
  isp-bench render iphone.dng --isp syenet --camera b --mapper cstpp -o developed.jpg
  isp-bench render x.dng --isp 0123456789ab --preset paper --seed 1 -o developed.tif
"""
FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".tif": "TIFF", ".tiff": "TIFF"}


def add_parser(verbs: Verbs) -> None:
    """Adds the verb."""
    parser = add_verb(
        verbs, "render", "develop a raw file at full size with a trained ISP", EXAMPLES
    )
    add_picture_options(parser, f"the sRGB picture: {', '.join(FORMATS)}")
    add_isp_options(parser, required=True)
    parser.set_defaults(execute=execute, stopped=STOPPED)


def execute(args: argparse.Namespace) -> int:
    """Runs the verb."""
    from benchmark.cameras import Direction, source_of
    from benchmark.data.files.plain import levels_of
    from benchmark.data.files.raw import read_raw
    from benchmark.data.files.turns import upright
    from benchmark.interrupt import clean_stops
    from benchmark.progress import Progress
    from benchmark.steps.load import load_isp
    from benchmark.steps.taken_by import known_cameras
    from benchmark.steps.whole_picture import map_whole, packed, run_with_progress

    check_files(args.image, args.output, tuple(FORMATS))
    with clean_stops(), Progress() as progress:
        trained, context = open_trained(args, progress)
        isps, mappers = isp_and_mapper(args, trained)
        if mappers:
            direction: Direction = "b2a" if isps[0].look == "a" else "a2b"
            other = source_of(direction)
            cameras = known_cameras(mappers[0].data)
            check_camera(args.image, other, cameras, "Leave --mapper out.", progress)
        picture = read_raw(args.image, levels_of(args.image)).in_frame()
        for sentence in (*picture.notes, trained.choice(isps)):
            progress.say(sentence)
        raw = packed(picture).to(context.device)
        if mappers:
            progress.say(trained.choice(mappers))
            mapper = load_chosen_mapper(args, mappers[0], context)
            raw = map_whole(mapper, raw, direction, progress)
        isp = load_isp(isps[0].key, context)
        srgb = run_with_progress(isp, raw.to(context.device), progress, "develop")[0].numpy()
        srgb = upright(srgb, picture.flip)
        _save(args.output, srgb)
    print(f"{args.output}: {srgb.shape[2]} x {srgb.shape[1]} pixels, sRGB")
    return 0


def _save(path: Path, srgb: Any) -> None:
    """Writes (3, H, W) in [0, 1] as 8 bits, whole or not at all."""
    import numpy as np
    from PIL import Image

    from benchmark.files import whole_file

    pixels = np.rint(srgb.transpose(1, 2, 0) * 255).astype(np.uint8)
    with whole_file(path) as part:
        Image.fromarray(pixels).save(part, FORMATS[path.suffix.lower()], quality=95)
