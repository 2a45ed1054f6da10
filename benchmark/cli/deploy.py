"""`isp-bench deploy`: trained networks as files for products."""

import argparse
from typing import Any

from benchmark.cli.options import Verbs, add_verb
from benchmark.cli.picture_options import (
    STOPPED,
    add_isp_options,
    add_trained_options,
    check_output,
    isp_and_mapper,
    load_chosen_mapper,
    open_trained,
)
from benchmark.errors import BenchError

EXAMPLES = """  isp-bench deploy --isp microisp -o model.onnx
  isp-bench deploy --isp microisp --mapper cstpp --input mosaic -o model.onnx
  isp-bench deploy --mapper cstpp --to B --set mapper.downsample=4 -o mapper.onnx
  isp-bench deploy --mapper global3x3 --to B -o matrix.json
  isp-bench deploy --mapper global-poly --to B --points 65 -o table.cube
"""
SUFFIXES = (".onnx", ".json", ".cube")
PACKAGES = ("onnx", "onnxscript", "onnxruntime")
PACKED = (
    "packed raw of {}: R, Gr, Gb, B, (count - black) / (white - black) clipped to [0, 1], where "
    "black of the denominator is the highest"
)
MOSAIC = "counts of the RGGB mosaic of {}, with black levels of R, Gr, Gb, B and the white level"


def add_parser(verbs: Verbs) -> None:
    """Adds the verb."""
    parser = add_verb(
        verbs, "deploy", "write an ISP, a mapper, or both, as a file for other software", EXAMPLES
    )
    add_trained_options(
        parser,
        ".onnx: one graph; of a mapper alone that treats all pixels alike, also .json: its matrix, "
        "or .cube: a 3D lookup table",
    )
    add_isp_options(parser, required=False)
    parser.add_argument(
        "--to", type=str.lower, choices=("a", "b"), metavar="A|B",
        help="of a mapper without an ISP: the camera to map to",
    )  # fmt: skip
    parser.add_argument(
        "--input", choices=("packed", "mosaic"), default="packed",
        help="what the graph takes: packed raw in [0, 1], or the sensor's counts with their levels "
        "(default: packed)",
    )  # fmt: skip
    parser.add_argument(
        "--points", type=int, default=33, metavar="N",
        help="colours on each axis of a lookup table, 2 to 129 (default: 33)",
    )  # fmt: skip
    parser.set_defaults(execute=execute, stopped=STOPPED)


def execute(args: argparse.Namespace) -> int:
    """Runs the verb."""
    from benchmark.interrupt import clean_stops
    from benchmark.progress import Progress

    _check(args)
    with clean_stops(), Progress() as progress:
        trained, context = open_trained(args, progress)
        chosen = _Chosen.of(args, trained)
        for found in chosen.choices:
            progress.say(trained.choice(found))
        mapper = load_chosen_mapper(args, chosen.mapper, context) if chosen.mapper else None
        write = {".onnx": _write_graph, ".json": _write_matrix, ".cube": _write_table}
        said = write[args.output.suffix.lower()](args, chosen, mapper, context, progress)
    print(f"{args.output}: {said}")
    return 0


def _check(args: argparse.Namespace) -> None:
    """What can be said of the options alone."""
    from importlib.util import find_spec

    check_output(args.output, SUFFIXES)
    suffix = args.output.suffix.lower()
    if args.isp is None and args.mapper is None:
        raise BenchError("Give --isp, --mapper, or both.")
    if args.isp is None and args.to is None:
        raise BenchError("A mapper without an ISP needs --to, the camera to map to.")
    if args.isp is not None and args.to is not None:
        raise BenchError("An ISP decides where its mapper leads: leave --to out.")
    if args.isp is not None and suffix != ".onnx":
        raise BenchError(f"-o {args.output}: only a mapper alone can be a {suffix} file.")
    if args.input == "mosaic" and suffix != ".onnx":
        raise BenchError("--input mosaic is for graphs, -o NAME.onnx.")
    if not 2 <= args.points <= 129:
        raise BenchError(f"--points {args.points}: a lookup table has 2 to 129 on each axis.")
    missing = [name for name in PACKAGES if find_spec(name) is None]
    if suffix == ".onnx" and missing:
        raise BenchError(
            f"A graph needs the packages {', '.join(missing)}: pip install 'isp-bench[deploy]'"
        )


class _Chosen:
    """The steps that are deployed.

    Attributes:
        choices: what fits of each kind, newest first, the first being taken.
        isp: step of the ISP, or None.
        mapper: step of the mapper, or None.
        direction: of the mapper.
    """

    def __init__(self, isps: list[Any], mappers: list[Any], direction: Any) -> None:
        self.choices = [found for found in (isps, mappers) if found]
        self.isp = isps[0] if isps else None
        self.mapper = mappers[0] if mappers else None
        self.direction = direction

    @classmethod
    def of(cls, args: argparse.Namespace, trained: Any) -> "_Chosen":
        """Those that the options mean."""
        from benchmark.store.step import FitMapper

        if args.isp is None:
            return cls([], trained.matching(FitMapper), "a2b" if args.to == "b" else "b2a")
        isps, mappers = isp_and_mapper(args, trained)
        return cls(isps, mappers, "b2a" if isps[0].look == "a" else "a2b")

    def cameras(self) -> tuple[str, str]:
        """Names of the camera that takes the raw, and of that whose space or look comes out."""
        from benchmark.cameras import source_of, target_of
        from benchmark.steps.taken_by import known_cameras

        known = known_cameras(self.choices[0][0].data)
        goal = self.isp.look if self.isp else target_of(self.direction)
        mapped = self.isp is None or self.mapper is not None or self.isp.raw is not None
        source = source_of(self.direction) if mapped else goal
        here, there = (known[c].name if known else f"camera {c.upper()}" for c in (source, goal))
        return here, there

    def facts(self, settings: list[str]) -> dict[str, str]:
        """What is written into every file."""
        from benchmark import __version__

        source, goal = self.cameras()
        facts = {"made_by": f"isp-bench {__version__}", "camera": source, "target_camera": goal}
        for kind, step in (("mapper", self.mapper), ("isp", self.isp)):
            if step is not None:
                facts |= {kind: step.method, f"{kind}_key": step.key, "data": step.data.name}
        if self.mapper is not None:
            facts["direction"] = self.direction
        if settings:
            facts["settings"] = " ".join(settings)
        return facts


def _write_graph(
    args: argparse.Namespace, chosen: _Chosen, mapper: Any, context: Any, progress: Any
) -> str:
    import onnxruntime

    from benchmark.deployment.graph import OPSET, SMALLEST, to_onnx
    from benchmark.deployment.pipeline import Pipeline
    from benchmark.deployment.runtime import TIMED, measure
    from benchmark.files import whole_file
    from benchmark.steps.load import load_isp

    isp = load_isp(chosen.isp.key, context) if chosen.isp else None
    pipeline = Pipeline(mapper, chosen.direction, isp).eval().requires_grad_(False)
    mosaic = args.input == "mosaic"
    source, goal = chosen.cameras()
    facts = chosen.facts(args.set) | {
        "input": (MOSAIC if mosaic else PACKED).format(source),
        "output": f"sRGB in [0, 1], look of {goal}" if isp else f"packed raw in [0, 1] of {goal}",
        "smallest": f"{SMALLEST} x {SMALLEST} packed pixels",
    }
    progress.say("Making the graph and comparing it with torch: large networks take minutes.")
    model = to_onnx(pipeline, facts, mosaic)
    measured = measure(model, pipeline, mosaic)
    content = model.SerializeToString()
    with whole_file(args.output) as part:
        part.write_bytes(content)
    shapes = " to ".join(
        ", ".join(map(_shape, part)) for part in (model.graph.input, model.graph.output)
    )
    return (
        f"{len(content) / 1e6:.3g} MB, opset {OPSET}\n"
        f"  {shapes}\n"
        f"  onnxruntime {onnxruntime.__version__} and torch differ by {measured.difference:.1g} at "
        f"most, at odd and even sizes\n"
        f"  {TIMED} x {TIMED} packed pixels: {measured.gflop:.3g} GFLOP; on this CPU "
        f"{measured.onnxruntime:.3g} s in onnxruntime, {measured.torch:.3g} s in torch, "
        f"{measured.threads} thread{'s' if measured.threads > 1 else ''} each"
    )


def _shape(value: Any) -> str:
    sides = [side.dim_param or side.dim_value for side in value.type.tensor_type.shape.dim]
    return f"{value.name} ({', '.join(map(str, sides))})"


def _write_matrix(args: argparse.Namespace, chosen: _Chosen, mapper: Any, *_: Any) -> str:
    from benchmark.deployment.colour import matrix
    from benchmark.files import write_atomic

    write_atomic(args.output, matrix(mapper, chosen.direction, chosen.facts(args.set)))
    source, goal = chosen.cameras()
    return f"matrices from linear raw of {source} to that of {goal}"


def _write_table(args: argparse.Namespace, chosen: _Chosen, mapper: Any, *_: Any) -> str:
    from benchmark.deployment.colour import cube
    from benchmark.files import write_atomic

    table = cube(mapper, chosen.direction, chosen.facts(args.set), args.points)
    write_atomic(args.output, table.text)
    source, goal = chosen.cameras()
    return (
        f"{args.points}³ colours, linear raw of {source} to that of {goal}, R, G, B in [0, 1]\n"
        f"  interpolated, it differs from the mapper by {table.largest:.2g} at most and "
        f"{table.typical:.1g} as a root mean square, of values in [0, 1]"
    )
