"""`isp-bench data prepare|check|show`: published data sets and your own, before they are used."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmark.cli.options import Verbs, add_verb
from benchmark.errors import BenchError

EXAMPLES = """  isp-bench data check ~/downloads/raw2raw
  isp-bench data prepare raw2raw ~/downloads/raw2raw ~/data/raw2raw
  isp-bench data prepare raw2raw SRC DEST --set pairs=pairs.csv validation=0.05
  isp-bench data check ~/data/raw2raw
  isp-bench data show raw2raw:~/data/raw2raw -o sheet.png
  isp-bench run --data raw2raw:~/data/raw2raw
"""


def add_parser(verbs: Verbs) -> None:
    """Adds the verb."""
    parser = add_verb(verbs, "data", "prepare, check or look at a data set", EXAMPLES)
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)

    prepare = add_verb(
        actions, "prepare", "turn a download into packed pictures, once; it goes on if cut off",
        EXAMPLES,
    )  # fmt: skip
    prepare.add_argument("name", help="the data set, e.g. raw2raw")
    prepare.add_argument("source", metavar="SRC", type=Path, help="the download")
    prepare.add_argument("dest", metavar="DEST", type=Path, help="the folder to write")
    prepare.add_argument(
        "--set", nargs="+", action="extend", metavar="KEY=VALUE", default=[],
        help="options of the data set; raw2raw: pairs=FILE or limit=SECONDS (scene pairs by a "
        "table or by capture time), validation=SHARE, layout=dng|mat",
    )  # fmt: skip
    prepare.set_defaults(execute=_prepare, stopped="Stopped. The same command continues from here.")

    check = add_verb(
        actions, "check", "list what is missing, unreadable, double or odd; 1 if anything is",
        EXAMPLES,
    )  # fmt: skip
    check.add_argument(
        "path", metavar="PATH", type=Path,
        help="a download, a prepared folder, or a folder of your own pictures",
    )  # fmt: skip
    check.set_defaults(execute=_check)

    show = add_verb(actions, "show", "draw a contact sheet: raw beside sRGB, per camera", EXAMPLES)
    show.add_argument("data", metavar="DATA", help="as for run --data, e.g. simulated")
    show.add_argument("-o", "--output", metavar="FILE", type=Path, default=Path("sheet.png"),
                      help="the PNG to write (default: sheet.png)")  # fmt: skip
    show.add_argument("-n", "--count", type=int, default=4, metavar="N",
                      help="pictures of each camera and part (default: 4)")  # fmt: skip
    show.add_argument("--preset", metavar="NAME|FILE", default="quick",
                      help="whose data settings are taken (default: quick)")  # fmt: skip
    show.add_argument("--store", metavar="FOLDER", type=Path, default=None,
                      help="where prepared data go (default: as for run)")  # fmt: skip
    show.set_defaults(execute=_show)


def _prepare(args: argparse.Namespace) -> int:
    from benchmark.config import pairs
    from benchmark.data.prepared import PreparedSource
    from benchmark.progress import Progress
    from benchmark.registry import DATASETS

    cls = DATASETS.get(args.name)
    if not issubclass(cls, PreparedSource):
        known = ", ".join(kind.info.name for kind in _prepared_sources())
        raise BenchError(f"'{args.name}' needs no preparing; {known} do.")
    source, dest = args.source.expanduser(), args.dest.expanduser()
    if not source.is_dir():
        raise BenchError(f"{source}: there is no such folder.")
    with Progress() as progress:
        cls.convert(source, dest, pairs(args.set, "--set"), progress)
    print(f"isp-bench run --data {args.name}:{dest}")
    return 0


def _check(args: argparse.Namespace) -> int:
    from benchmark.data.folder.layout import read_layout
    from benchmark.data.prepared import Fault
    from benchmark.data.prepared_folder import ORIGIN, read_manifest
    from benchmark.progress import Progress
    from benchmark.registry import DATASETS

    path = args.path.expanduser().absolute()
    if not path.is_dir():
        raise BenchError(f"{path}: there is no such folder.")
    manifest = read_manifest(path)
    if manifest is not None:
        DATASETS.create(manifest.name, path=str(path)).check()
        counts = [f"{name}: {count} pictures" for name, count in manifest.counts.items()]
        print("\n".join((f"{path} is a complete {manifest.name}", *counts, *manifest.notes)))
        return 0
    if (path / ORIGIN).is_file():
        raise BenchError(f"{path} was not prepared to the end; run the same command again.")
    for kind in _prepared_sources():
        if kind.recognises(path):
            Progress().say(f"Reading every picture in {path} ...")
            findings = kind.survey(path)
            faults = sum(isinstance(finding, Fault) for finding in findings)
            for finding in findings:
                print(f"FAULT {finding}" if isinstance(finding, Fault) else finding)
            print(f"{faults} faults" if faults else "no faults")
            return 1 if faults else 0
    DATASETS.create("folder", path=str(path)).check()
    layout = read_layout(path)
    for camera, name in layout.names.items():
        print(f"{name}: {len(layout.pictures[camera])} pictures")
    print(f"{len(layout.pairs)} pairs\nno faults")
    return 0


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


def _prepared_sources() -> Iterator[Any]:
    """The classes of all data sets that are prepared from a download."""
    from benchmark.data.prepared import PreparedSource
    from benchmark.registry import DATASETS

    for name in DATASETS.names():
        cls = DATASETS.get(name)
        if issubclass(cls, PreparedSource):
            yield cls
