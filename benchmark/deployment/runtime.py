"""A graph in onnxruntime: whether it gives what torch gives, and how long each takes."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import onnx
import onnxruntime
import torch
from torch import Tensor

from benchmark.costs.count import count
from benchmark.deployment.graph import SMALLEST
from benchmark.deployment.pipeline import Packing, Pipeline, example
from benchmark.errors import BenchError

SIZES = ((SMALLEST, SMALLEST), (SMALLEST + 1, 203), (301, 211), (256, 320))  # packed pixels
CLOSE = 1e-4  # greatest difference of a value in [0, 1]
BLACK, WHITE = (60.0, 64.0, 65.0, 68.0), 1023.0  # levels of the mosaics that are compared
TIMED = 512  # side of the picture that is timed, packed pixels: a megapixel on the sensor
REPEATS = 3


@dataclass(frozen=True)
class Measured:
    """What was found of a graph.

    Attributes:
        difference: the greatest one from torch, of values in [0, 1].
        gflop: 10^9 operations for a packed picture of TIMED x TIMED; a multiply-add counts two.
        onnxruntime: seconds for it, the best of REPEATS, on this CPU.
        torch: the same of torch.
        threads: of both.
    """

    difference: float
    gflop: float
    onnxruntime: float
    torch: float
    threads: int


def measure(model: onnx.ModelProto, pipeline: Pipeline, mosaic: bool) -> Measured:
    """Compares a graph with the pipeline that it was made of, and times both.

    Args:
        model: what :func:`benchmark.deployment.graph.to_onnx` made.
        pipeline: the same; it has no weights any more afterwards.
        mosaic: whether the graph takes a mosaic.

    Raises:
        BenchError: they differ by more than `CLOSE`.
    """
    run = _runner(model, mosaic)
    differences = []
    for size in SIZES:
        raw = example(*size)
        expected, found = _develop(pipeline, raw, mosaic), run(raw)
        differences.append(float(np.abs(found - expected).max()))
    if not max(differences) <= CLOSE:
        raise BenchError(
            f"The graph differs from torch by {max(differences):.2g} of values in [0, 1] in "
            f"onnxruntime {onnxruntime.__version__}; at most {CLOSE:g} is rounding. It was not "
            "written."
        )
    picture = example(TIMED, TIMED)
    in_torch = _seconds(lambda: _develop(pipeline, picture, mosaic))
    in_onnxruntime = _seconds(lambda: run(picture))
    threads = torch.get_num_threads()
    on_meta = pipeline.to("meta")
    with torch.enable_grad():  # without it, what strips have in common would count twice
        work = count(lambda: on_meta(picture.to("meta")), on_meta)
    return Measured(max(differences), work.flop / 1e9, in_onnxruntime, in_torch, threads)


def _runner(model: onnx.ModelProto, mosaic: bool) -> Callable[[Tensor], np.ndarray]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )

    def run(raw: Tensor) -> np.ndarray:
        if not mosaic:
            return session.run(None, {"raw": raw.numpy()})[0]
        counts, black, white = (x.numpy() for x in _counts(raw))
        return session.run(None, {"mosaic": counts, "black": black, "white": white})[0]

    return run


@torch.inference_mode()
def _develop(pipeline: Pipeline, raw: Tensor, mosaic: bool) -> np.ndarray:
    if mosaic:
        raw = Packing()(*_counts(raw))
    return pipeline(raw).numpy()


def _counts(raw: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """A mosaic with its levels whose packed raw is about `raw`, some of it below black."""
    counts = torch.nn.functional.pixel_shuffle(raw * WHITE, 2)
    return counts, torch.tensor(BLACK), torch.tensor(WHITE)


def _seconds(call: Callable[[], object]) -> float:
    """The shortest time of a few calls."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)
