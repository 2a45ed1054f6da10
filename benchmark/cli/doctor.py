"""`isp-bench doctor`: what is installed and available."""

import argparse
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.cli.options import Verbs, add_verb

if TYPE_CHECKING:
    import torch

EXAMPLES = """  isp-bench doctor
  isp-bench doctor --store /scratch/isp-bench
"""


def add_parser(verbs: Verbs) -> None:
    """Adds the verb."""
    parser = add_verb(
        verbs, "doctor", "show what is installed: packages, devices, weights, data, disk", EXAMPLES
    )
    parser.add_argument("--store", type=Path, metavar="FOLDER", help="the store to report on")
    parser.add_argument("--fid-weights", type=Path, metavar="FILE", help="Inception weights")
    parser.add_argument("--lpips-weights", type=Path, metavar="FILE", help="AlexNet weights")
    parser.set_defaults(execute=execute)


def execute(args: argparse.Namespace) -> int:
    """Runs the verb; 1 if something that every run needs is missing."""
    import os

    import torch

    from benchmark import __version__
    from benchmark.errors import BenchError
    from benchmark.files import size_of
    from benchmark.metrics.fid_weights import search_weights
    from benchmark.metrics.lpips import require_weights
    from benchmark.records.environment import environment
    from benchmark.store.store import Store, default_store
    from benchmark.training.device import pick_device
    from benchmark.units import readable_size

    facts = environment()
    print(f"isp-bench {__version__}, Python {facts['python']}, {facts['system']}")
    print("packages:  " + ", ".join(f"{k} {v}" for k, v in facts["packages"].items()))
    devices = [f"cpu ({os.cpu_count()} cores, {torch.get_num_threads()} threads)"]
    devices += [
        f"cuda:{i} ({torch.cuda.get_device_name(i)})" for i in range(torch.cuda.device_count())
    ]
    if torch.backends.mps.is_available():
        devices.append("mps")
    print("devices:   " + ", ".join(devices))
    for sentence in _too_large(pick_device("auto")):
        print(f"memory:    {sentence}")
    found = search_weights(args.fid_weights, allow_download=False)
    weights = found.weights
    if weights is None:
        print(f"FID:       no weights. {found.reason}")
    else:
        genuine = "the true ones" if weights.genuine else "NOT the ones that define FID"
        print(f"FID:       {weights.path} ({genuine})")
    try:
        print(f"LPIPS:     {require_weights(args.lpips_weights).path}")
    except BenchError as error:
        if args.lpips_weights is not None:
            raise
        print(f"LPIPS:     left out. {error}")
    store = Store(args.store or default_store())
    free = shutil.disk_usage(store.folder).free
    used = readable_size(size_of(store.folder))
    print(f"store:     {store.folder}, {used} used, {readable_size(free)} free")
    for folder in sorted((store.folder / "data").glob("*")):
        print(f"           data {folder.name}, {readable_size(size_of(folder))}")
    return 0


def _too_large(device: "torch.device") -> Iterator[str]:
    """The methods whose training, as published, needs more memory than the device has."""
    from benchmark.costs.estimator import published_peaks
    from benchmark.progress import Progress
    from benchmark.training.device import memory_of
    from benchmark.units import readable_size

    memory = memory_of(device)
    if memory is None:
        return
    with Progress() as progress:
        peaks = published_peaks(progress)
    for name, peak in peaks.items():
        if peak > memory:
            yield (
                f"{name} as published needs about {readable_size(peak)} to train; {device} has "
                f"{readable_size(memory)}"
            )
