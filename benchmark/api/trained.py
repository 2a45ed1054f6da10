"""Fitted mappers and trained ISPs from Python."""

from pathlib import Path

from benchmark.cameras import Camera
from benchmark.progress import Progress
from benchmark.steps import load
from benchmark.steps.context import Context
from benchmark.steps.find import TrainedSteps, Wanted
from benchmark.store.step import FitMapper, TrainISP
from benchmark.store.store import Store, default_store
from benchmark.training.device import pick_device
from isp_models.base import DeepISP
from mappers.base import Mapper


def load_mapper(
    name: str,
    *,
    data: str | None = None,
    preset: str | None = None,
    seed: int | None = None,
    store: str | Path | None = None,
    device: str = "auto",
) -> Mapper:
    """The newest fitted mapper that fits the description.

    Args:
        name: a mapper; or the key of its step, or the beginning of that key.
        data: data set, as for `isp-bench run`; None for any.
        preset: name or file; None for any.
        seed: of the training; None for any.
        store: where it is kept; None: $ISP_BENCH_HOME, else the user's cache folder.
        device: where it maps: auto, cpu, cuda, cuda:1, mps.

    Returns:
        The mapper in eval mode: `mapper(raw, "a2b")` maps (N, 4, H, W), packed RGGB in [0, 1].

    Raises:
        BenchError: nothing fits; the text names the command that trains it.
    """
    wanted = Wanted(mapper=name, data=data, preset=preset, seed=seed)
    context = _context(store, device)
    found = TrainedSteps(context.store, wanted).matching(FitMapper)
    return load.load_mapper(found[0].key, context)


def load_isp(
    name: str,
    *,
    camera: Camera = "a",
    data: str | None = None,
    preset: str | None = None,
    seed: int | None = None,
    store: str | Path | None = None,
    device: str = "auto",
) -> DeepISP:
    """The newest trained ISP that fits the description.

    Args:
        name: an ISP; or the key of its step, or the beginning of that key.
        camera: "a" or "b", the camera it was trained for, on that camera's own raw.
        data: as for `load_mapper`.
        preset: as for `load_mapper`.
        seed: as for `load_mapper`.
        store: as for `load_mapper`.
        device: where it develops.

    Returns:
        The ISP in eval mode: `isp(raw)` develops (N, 4, H, W), packed RGGB in [0, 1], to
        (N, 3, 2H, 2W), sRGB in [0, 1].

    Raises:
        BenchError: nothing fits; the text names the command that trains it.
    """
    wanted = Wanted(isp=name, camera=camera, data=data, preset=preset, seed=seed)
    context = _context(store, device)
    found = TrainedSteps(context.store, wanted).matching(TrainISP)
    return load.load_isp(found[0].key, context)


def _context(store: str | Path | None, device: str) -> Context:
    folder = default_store() if store is None else Path(store)
    return Context(Store(folder, "look"), pick_device(device), Progress())
