"""Which executor a run gets."""

import importlib.util
import os
import shutil
from pathlib import Path

import torch

from benchmark.data.ahead import cores
from benchmark.errors import BenchError
from benchmark.planning.graph import Plan
from benchmark.planning.run_config import RunConfig
from benchmark.running.executor import Executor, StepCommand
from benchmark.running.inline import InlineExecutor
from benchmark.running.pool import PoolExecutor
from benchmark.running.ray_cluster import RayExecutor
from benchmark.running.slurm import SlurmExecutor
from benchmark.running.slurm_options import SlurmOptions
from benchmark.steps.context import Context
from benchmark.store.store import Store

WORKER_BYTES = 2_000_000_000  # a training with the quick preset, torch included, with room to spare


def check_executor(config: RunConfig) -> None:
    """Checks that the executor is installed and that no option belongs to another one.

    Raises:
        BenchError: otherwise.
    """
    options = {"ray": ("--address", config.address), "slurm": ("--slurm", config.slurm)}
    for executor, (option, value) in options.items():
        if value and config.executor != executor:
            raise BenchError(f"{option} belongs to --executor {executor}; give that too.")
    package = {"ray": "ray", "slurm": "submitit"}.get(config.executor)
    if package is not None and importlib.util.find_spec(package) is None:
        raise BenchError(
            f"--executor {config.executor} needs the package {package}: "
            f"pip install 'isp-bench[{config.executor}]'"
        )
    if config.executor == "slurm":
        options_given = SlurmOptions(config.slurm)
        if options_given.cluster == "slurm" and shutil.which("sbatch") is None:
            raise BenchError("--executor slurm: there is no sbatch here. Is this a login node?")


def make_executor(config: RunConfig, plan: Plan, context: Context) -> Executor:
    """The cluster that was asked for; on this machine a pool, or this process for one worker."""
    limit = config.time_limit * 60 if config.time_limit else None
    if config.executor != "local":
        # each machine of a cluster finds its own device
        command = step_command(
            config, context.store, context.fid_weights, context.lpips_weights, config.device
        )
        if config.executor == "ray":
            trainings = _trainings(plan, context.store)
            return RayExecutor(
                command, context.store, trainings, config.address, config.workers, limit
            )
        return SlurmExecutor(
            command, plan, context.store, context.progress, SlurmOptions(config.slurm),
            config.workers, limit,
        )  # fmt: skip
    workers = _workers(config, plan, context)
    if workers == 1 and limit is None:
        return InlineExecutor(context)
    command = step_command(
        config, context.store, context.fid_weights, context.lpips_weights, str(context.device)
    )
    threads = str(_threads(workers))
    environments = [
        {"OMP_NUM_THREADS": threads, "MKL_NUM_THREADS": threads} for _ in range(workers)
    ]
    gpus = _gpus(context)
    for number, environment in enumerate(environments if gpus else ()):
        environment["CUDA_VISIBLE_DEVICES"] = _visible_gpus(gpus)[number % gpus]
    return PoolExecutor(command, environments, context.store, limit)


def step_threads(config: RunConfig, plan: Plan, context: Context) -> int:
    """How many threads a step has on this machine, and by assumption on those of a cluster."""
    return _threads(_workers(config, plan, context) if config.executor == "local" else 1)


def _threads(workers: int) -> int:
    return torch.get_num_threads() if workers == 1 else max(1, cores() // workers)


def step_command(
    config: RunConfig,
    store: Store,
    fid_weights: Path | None,
    lpips_weights: Path | None,
    device: str,
) -> StepCommand:
    """The command of a run's steps, which works in any folder."""
    plugins = tuple(str(Path(plugin).absolute()) for plugin in config.plugin)
    inception = fid_weights.absolute() if fid_weights is not None else None
    alexnet = lpips_weights.absolute() if lpips_weights is not None else None
    return StepCommand(store.folder.absolute(), device, inception, plugins, alexnet)


def _gpus(context: Context) -> int:
    """How many there are for the workers to share."""
    return torch.cuda.device_count() if str(context.device) == "cuda" else 0


def _workers(config: RunConfig, plan: Plan, context: Context) -> int:
    """As asked, else one per GPU; on the CPU one per training, as cores and memory allow."""
    if config.workers:
        return config.workers
    if context.device.type != "cpu":
        return max(1, _gpus(context))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return max(1, min(_trainings(plan, context.store), cores(), memory // WORKER_BYTES))


def _trainings(plan: Plan, store: Store) -> int:
    """How many trainings are missing."""
    return sum(spec.is_training and not store.is_done(key) for key, spec in plan.steps.items())


def _visible_gpus(count: int) -> list[str]:
    named = os.environ.get("CUDA_VISIBLE_DEVICES")
    return named.split(",") if named else [str(i) for i in range(count)]
