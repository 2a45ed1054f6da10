"""Networks on pictures of a full sensor, with a progress bar."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.modules.module import register_module_forward_hook

from benchmark.cameras import Direction
from benchmark.data.files.packing import RawPicture
from benchmark.errors import BenchError
from benchmark.interrupt import leave_if_requested
from benchmark.progress import Progress
from mappers.base import Mapper

PROBE = 128  # packed pixels; on a corner of this side the work is measured


def packed(picture: RawPicture) -> Tensor:
    """(1, 4, H, W) float32 in [0, 1], packed RGGB, black level subtracted."""
    return torch.from_numpy(picture.counts.astype(np.float32) / np.float32(picture.range))[None]


def map_whole(mapper: Mapper, raw: Tensor, direction: Direction, progress: Progress) -> Tensor:
    """A mapped raw, with a bar.

    Args:
        mapper: a fitted mapper.
        raw: (1, 4, H, W) in [0, 1].
        direction: from the camera that took it to the other one.
        progress: the display.

    Returns:
        (1, 4, H, W), on the CPU.

    Raises:
        BenchError: as `run_with_progress`; or the mapper changes the shape of the picture.
    """
    smaller = ["--set mapper.tile=1024"] if "tile" in mapper.test_time else []
    mapped = run_with_progress(lambda x: mapper(x, direction), raw, progress, "map", smaller)
    if mapped.shape != raw.shape:
        raise BenchError(
            f"map: the mapper made the shape {tuple(mapped.shape)} of {tuple(raw.shape)}; it must "
            "keep the shape."
        )
    return mapped


@torch.inference_mode()
def run_with_progress(
    network: Callable[[Tensor], Tensor],
    raw: Tensor,
    progress: Progress,
    title: str,
    smaller: Sequence[str] = (),
) -> Tensor:
    """`network(raw)` with a bar in percent of its multiplications; Ctrl-C stops between layers.

    Args:
        network: a mapper in one direction, or an ISP.
        raw: (1, 4, H, W).
        progress: the display.
        title: what is done, for the bar.
        smaller: options with which it needs less memory.

    Returns:
        What the network gives, on the CPU.

    Raises:
        BenchError: there is not enough memory, or the result is not finite.
    """
    corner = raw[..., :PROBE, :PROBE]
    done = 0.0

    def count(work: float) -> None:
        nonlocal done
        done += work

    with _layers(count):
        network(corner)
    whole, done = max(done, 1.0) * raw[0, 0].numel() / corner[0, 0].numel(), 0.0
    with progress.task(title, 100) as task:

        def advance(work: float) -> None:
            leave_if_requested()
            count(work)
            percent = min(100, int(100 * done / whole))
            if percent > task.done:
                task.advance(percent - task.done)

        try:
            with _layers(advance):
                result = network(raw).cpu()
        except RuntimeError as error:  # torch's errors of memory are RuntimeErrors
            if "allocate" not in str(error):
                raise
            size = f"{2 * raw.shape[3]} x {2 * raw.shape[2]}"
            elsewhere = [] if raw.device.type == "cpu" else ["--device cpu"]
            remedies = ", or ".join([*smaller, *elsewhere, "a machine with more memory"])
            raise BenchError(
                f"{title}: not enough memory for {size} sensor pixels at once. Try {remedies}."
            ) from error
        task.advance(100 - task.done)
    if not torch.isfinite(result).all():
        raise BenchError(f"{title}: the result holds NaN or infinity; train again.")
    return result


@contextmanager
def _layers(count: Callable[[float], None]) -> Iterator[None]:
    """Reports the multiplications of every layer with a matrix of weights, after it has run."""

    def hook(layer: nn.Module, _: Any, output: Any) -> None:
        weight = getattr(layer, "weight", None)
        if isinstance(weight, Tensor) and weight.ndim > 1 and isinstance(output, Tensor):
            count(float(output.numel()) * weight[0].numel())

    handle = register_module_forward_hook(hook)
    try:
        yield
    finally:
        handle.remove()
