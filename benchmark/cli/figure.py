"""`isp-bench figure`: figures of a run for a paper."""

import argparse
from pathlib import Path

from benchmark.cli.options import Verbs, add_verb

EXAMPLES = """  isp-bench figure strips results/simulated-quick -o strips.pdf
  isp-bench figure strips results/simulated-quick --scenes 3 --zoom 0.4 0.2 0.25 -o zoom.pdf
  isp-bench figure errors results/simulated-quick --mappers cstpp global3x3 -o errors.pdf
  isp-bench figure intervals results/simulated-quick --width single -o intervals.pdf
  isp-bench figure curves results/simulated-quick --mappers cstpp -o curves.svg
"""
KINDS = {
    "strips": "the same scenes from the source through each mapper to the truth",
    "errors": "the same, with maps of errors",
    "scatter": "quality against the time to fit a mapper",
    "curves": "losses over the steps of a mapper's training",
    "intervals": "scores with their 95 % intervals",
}
FORMATS = (".pdf", ".svg", ".png")


def add_parser(verbs: Verbs) -> None:
    """Adds the verb."""
    parser = add_verb(verbs, "figure", "draw a figure of a run for a paper", EXAMPLES)
    about = "; ".join(f"{kind}: {text}" for kind, text in KINDS.items())
    parser.add_argument("kind", choices=tuple(KINDS), help=about.replace("%", "%%"))
    parser.add_argument("folder", type=Path, help="a run's folder, e.g. results/simulated-quick")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="FILE", help=", ".join(FORMATS)
    )
    parser.add_argument(
        "--width",
        choices=("single", "double"),
        default="double",
        help="of a column, 3.33 inches, or of the page, 7 inches (default: double)",
    )
    parser.add_argument(
        "--mappers",
        nargs="+",
        default=(),
        metavar="NAME",
        help="which, in this order (default: all)",
    )
    parser.add_argument(
        "--protocol", help="(default: raw-to-raw, or else the run's first; for intervals, all)"
    )
    parser.add_argument("--isp", help="(default: for strips and errors, the first; else all)")
    parser.add_argument(
        "--direction",
        choices=("a2b", "b2a"),
        help="(default: for strips and errors, b2a; else both)",
    )
    parser.add_argument(
        "--seed", type=int, help="(default: for strips and errors, the lowest; else all)"
    )
    parser.add_argument(
        "--scenes",
        nargs="+",
        default=(),
        metavar="NAME",
        help="test pictures, as in pictures.csv, or how many next to the median (default: 2)",
    )
    parser.add_argument(
        "--zoom",
        nargs=3,
        type=float,
        metavar=("LEFT", "TOP", "SIDE"),
        help="a square part that each picture shows larger, in shares of its width",
    )
    parser.add_argument(
        "--metric", help="of intervals, as in the CSV files (default: the first table's first)"
    )
    parser.add_argument(
        "--store", type=Path, metavar="FOLDER", help="the store of the run (default: as for run)"
    )
    parser.set_defaults(execute=execute)


def execute(args: argparse.Namespace) -> int:
    """Runs the verb."""
    import importlib.util

    from benchmark.errors import BenchError
    from benchmark.files import check_writable

    if importlib.util.find_spec("matplotlib") is None:
        raise BenchError("Figures need the package matplotlib: pip install 'isp-bench[figures]'")
    if args.output.suffix.lower() not in FORMATS:
        raise BenchError(f"-o {args.output}: the name must end in one of {', '.join(FORMATS)}.")
    check_writable(args.output, "-o")
    _draw(args)
    print(args.output)
    return 0


def _draw(args: argparse.Namespace) -> None:
    from benchmark.records.record import read_records
    from benchmark.reports.build import tables
    from benchmark.reports.figures.choice import Wanted, choose, ranked, restricted
    from benchmark.reports.figures.curves import curves
    from benchmark.reports.figures.gallery import Gallery
    from benchmark.reports.figures.intervals import intervals
    from benchmark.reports.figures.scatter import scatter
    from benchmark.reports.figures.strips import Zoom, strips
    from benchmark.reports.figures.style import in_style, save
    from benchmark.store.store import Store, default_store

    records = read_records(args.folder)
    store = Store(args.store or default_store(), "look")
    wanted = Wanted(
        args.protocol, args.isp, args.direction, args.seed, tuple(args.mappers), tuple(args.scenes)
    )
    with in_style():
        match args.kind:
            case "strips" | "errors":
                zoom = Zoom(*args.zoom) if args.zoom else None
                chosen, gallery = choose(records, wanted), Gallery(store, records)
                figure = strips(chosen, gallery, args.width, zoom, args.kind == "errors")
            case "scatter":
                figure = scatter(ranked(records, wanted), args.width)
            case "curves":
                figure = curves(ranked(records, wanted), store.folder / "steps", args.width)
            case "intervals":
                shown = tables(restricted(records, wanted))
                figure = intervals(shown, args.width, args.metric)
        save(figure, args.output)
