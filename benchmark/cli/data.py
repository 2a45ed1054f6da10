"""`isp-bench data prepare|check|show`: published data sets and your own, before they are used."""

import argparse
from pathlib import Path
from typing import Any

from benchmark.cli.options import Verbs, add_verb
from benchmark.errors import BenchError

EXAMPLES = """  isp-bench data check ~/downloads/raw2raw
  isp-bench data prepare raw2raw ~/downloads/raw2raw ~/data/raw2raw
  isp-bench data prepare raw2raw SRC DEST --set pairs=pairs.csv validation=0.1
  isp-bench data check ~/data/raw2raw
  isp-bench data check ~/pictures/two-phones
  isp-bench data check simulated:scenes=~/photographs
  isp-bench data show raw2raw:~/data/raw2raw -o sheet.png
  isp-bench run --data raw2raw:~/data/raw2raw
"""


def add_parser(verbs: Verbs) -> None:
    """Adds the verb."""
    parser = add_verb(verbs, "data", "prepare, check or look at a data set", EXAMPLES)
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)

    prepare = add_verb(
        actions, "prepare",
        "convert a download to packed pictures, once; continues where it was cut off",
        EXAMPLES,
    )  # fmt: skip
    prepare.add_argument("name", help="the data set, e.g. raw2raw")
    prepare.add_argument("source", metavar="SRC", type=Path, help="the download")
    prepare.add_argument("dest", metavar="DEST", type=Path, help="the folder to write")
    prepare.add_argument(
        "--set", nargs="+", action="extend", metavar="KEY=VALUE", default=[],
        help="options of the data set: pairs=FILE (the pairs, in a table), validation=SHARE (kept "
        "from training, for ISPs that choose their weights by it); raw2raw: limit=SECONDS (scene "
        "pairs by capture time), layout=dng|mat; lsmi: camera_a=NAME, camera_b=NAME, size=PIXELS, "
        "test_size=PIXELS",
    )  # fmt: skip
    prepare.set_defaults(execute=_prepare, stopped="Stopped. The same command continues from here.")

    check = add_verb(
        actions, "check",
        "list what is missing, unreadable, duplicated or odd; exit code 1 if anything is",
        EXAMPLES,
    )  # fmt: skip
    check.add_argument(
        "data", metavar="DATA",
        help="a download, a prepared folder, or a folder of your own pictures: PATH or NAME:PATH",
    )  # fmt: skip
    check.add_argument("--preset", metavar="NAME|FILE", default="quick",
                       help="the preset whose data settings apply (default: quick)")  # fmt: skip
    check.set_defaults(execute=_check)

    show = add_verb(actions, "show", "draw a contact sheet: raw next to sRGB, per camera", EXAMPLES)
    show.add_argument("data", metavar="DATA",
                      help="NAME, NAME:PATH or PATH, e.g. simulated")  # fmt: skip
    show.add_argument("-o", "--output", metavar="FILE", type=Path, default=Path("sheet.png"),
                      help="the PNG to write (default: sheet.png)")  # fmt: skip
    show.add_argument("-n", "--count", type=int, default=4, metavar="N",
                      help="pictures of each camera and part (default: 4)")  # fmt: skip
    show.add_argument("--preset", metavar="NAME|FILE", default="quick",
                      help="the preset whose data settings apply (default: quick)")  # fmt: skip
    show.add_argument("--store", metavar="FOLDER", type=Path, default=None,
                      help="where prepared data go (default: as for run)")  # fmt: skip
    show.set_defaults(execute=_show)


def _prepare(args: argparse.Namespace) -> int:
    from benchmark.config import pairs
    from benchmark.data.locate import prepared_sources
    from benchmark.data.prepared import PreparedSource
    from benchmark.progress import Progress
    from benchmark.registry import DATASETS

    cls = DATASETS.get(args.name)
    if not issubclass(cls, PreparedSource):
        known = ", ".join(kind.info.name for kind in prepared_sources())
        raise BenchError(f"'{args.name}' needs no preparing; {known} do.")
    source, dest = args.source.expanduser(), args.dest.expanduser()
    if not source.is_dir():
        raise BenchError(f"{source}: there is no such folder.")
    with Progress() as progress:
        cls.convert(source, dest, pairs(args.set, "--set"), progress)
    print(f"isp-bench run --data {args.name}:{dest}")
    return 0


def _check(args: argparse.Namespace) -> int:
    from benchmark.data.findings import Fault, relative
    from benchmark.data.locate import full_name
    from benchmark.progress import Progress

    name, _, argument = full_name(args.data).partition(":")
    with Progress() as progress:
        findings, root = _findings(name, argument, args.preset, progress)
    faults = sum(isinstance(finding, Fault) for finding in findings)
    for finding in findings:
        line = relative(finding, root)
        print(f"FAULT {line}" if isinstance(finding, Fault) else line)
    print(f"{faults} faults" if faults else "no faults")
    return 1 if faults else 0


def _findings(name: str, argument: str, preset: str, progress: Any) -> tuple[list[str], Path]:
    """What is found in a data set, and the folder from which its files are named."""
    from benchmark.data.folder.dataset import Folder
    from benchmark.data.prepared import PreparedSource
    from benchmark.data.prepared_folder import read_manifest
    from benchmark.data.simulated.dataset import Simulated
    from benchmark.planning.preset import load_preset
    from benchmark.registry import DATASETS
    from benchmark.running.session import open_source

    cls: Any = DATASETS.get(name)
    if issubclass(cls, PreparedSource) and argument:
        path = Path(cls.parse_argument(argument)["path"])
        if read_manifest(path) is None and cls.recognises(path):
            progress.say(f"Reading every picture in {path} ...")
            return cls.survey(path), Path()
    source = open_source(f"{name}:{argument}", load_preset(preset))
    if isinstance(source, Folder):
        return source.survey(progress), Path(source.config.path)
    if isinstance(source, Simulated):
        return source.survey(progress), Path(source.config.photographs or ".")
    source.check()
    if not isinstance(source, PreparedSource):
        return [f"{name}: {' and '.join(source.cameras())}"], Path()
    manifest = source.manifest()
    counts = [f"{part}: {count} pictures" for part, count in manifest.counts.items()]
    complete = f"{source.config.path} is a complete {manifest.name}"
    return [complete, *counts, *manifest.notes], Path()


def _show(args: argparse.Namespace) -> int:
    from benchmark.data.contact_sheet import contact_sheet
    from benchmark.planning.preset import load_preset
    from benchmark.progress import Progress
    from benchmark.running.session import open_source
    from benchmark.store.store import Store, default_store

    if args.output.suffix.lower() != ".png":
        raise BenchError(f"-o {args.output}: the name of a PNG file is needed.")
    if args.count < 1:
        raise BenchError(f"-n {args.count}: at least 1 picture is needed.")
    source = open_source(args.data, load_preset(args.preset))
    source.check()
    store = Store(args.store or default_store())
    folder = store.data_folder(source.info.name, source.fingerprint())
    with Progress() as progress, store.lock(folder, wait=True):
        pair = source.prepare(folder, progress)
    contact_sheet(pair, args.count).save(args.output)
    print(args.output)
    return 0
