"""Steps as tasks of a Ray cluster: an existing one, or one that is started on this machine."""

import contextlib
import logging
import os
import re
import signal
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmark.errors import BenchError
from benchmark.progress import Progress
from benchmark.running.executor import Finished, StepCommand
from benchmark.running.pool import GRACE
from benchmark.running.remote import RemoteStep
from benchmark.store.step import StepSpec
from benchmark.store.store import Store

WAIT = 0.5  # seconds that `finished` waits for news
CONNECT = 10.0  # seconds that a cluster has to answer
RETRIES = 20  # machines that a step may lose; each time it continues from its checkpoint


def run_remotely(step: RemoteStep) -> str | None:
    """The Ray task; found by its name on every machine."""
    return step.run()


class RayExecutor:
    """See :class:`benchmark.running.executor.Executor`.

    Args:
        command: the options of the steps; with the device "auto" a step gets a GPU if the cluster
            has any.
        store: where failures are recorded.
        trainings: their number, to share the cores among.
        address: of the cluster, "auto" for the one of this machine; None for that one or, when
            there is none, a new one on this machine.
        workers: steps at a time; None for as many as the cluster has room for.
        time_limit: seconds a step may take; None for any.

    Raises:
        BenchError: there is no cluster at the address.
    """

    def __init__(
        self,
        command: StepCommand,
        store: Store,
        trainings: int,
        address: str | None = None,
        workers: int | None = None,
        time_limit: float | None = None,
    ) -> None:
        import ray

        self._ray = ray
        self._command = command
        self._store = store
        self._workers = workers
        self._time_limit = time_limit
        self._tasks: dict[Any, str] = {}
        self._run = ray.remote(run_remotely)
        _connect(address, store.folder.absolute() / "steps")
        nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
        gpus = int(sum(node.get("GPU", 0) for node in nodes)) if command.device != "cpu" else 0
        if command.device not in ("auto", "cpu") and gpus == 0:
            raise BenchError(f"--device {command.device}: the Ray cluster has no GPU.")
        cpus = [int(node.get("CPU", 0)) for node in nodes]
        share = sum(cpus) // (workers or gpus or max(1, min(trainings, sum(cpus))))
        self._cpus = max(1, min(share, max(cpus)))
        self._gpus = 1 if gpus else 0

    def has_room(self) -> bool:
        """Always: Ray queues what it has no room for, and so an autoscaler sees what is needed."""
        return self._workers is None or len(self._tasks) < self._workers

    def start(self, spec: StepSpec, progress: Progress) -> str:
        """Hands the step to Ray, which says nothing until it has ended."""
        threads = str(self._cpus)
        environment = {"OMP_NUM_THREADS": threads, "MKL_NUM_THREADS": threads}
        # A process that waits would keep memory of a GPU that Ray gives to another one.
        reuse = self._gpus == 0
        step = RemoteStep(self._command, spec.key, environment, self._time_limit, reuse)
        task = self._run.options(
            name=spec.title, num_cpus=self._cpus, num_gpus=self._gpus, max_retries=RETRIES
        )
        self._tasks[task.remote(step)] = spec.key
        return "Ray"

    def finished(self) -> Sequence[Finished]:
        """See the contract."""
        ready, _ = self._ray.wait(list(self._tasks), timeout=WAIT)
        return [self._ended(task) for task in ready]

    def _ended(self, task: Any) -> Finished:
        key = self._tasks.pop(task)
        try:
            return Finished(key, self._ray.get(task))
        except self._ray.exceptions.RayTaskError as error:
            reason, trace = str(error.cause), str(error)
        except self._ray.exceptions.RayError as error:  # lost machines, no memory
            reason, trace = f"Ray gave up the step: {error}", ""
        self._store.fail(key, reason, trace)
        return Finished(key, reason)

    def close(self) -> None:
        """Lets every step save its state, and leaves the cluster."""
        tasks = list(self._tasks)
        for task in tasks:
            self._ray.cancel(task)
        if tasks:
            self._ray.wait(tasks, num_returns=len(tasks), timeout=GRACE)
        self._ray.shutdown()


def _connect(address: str | None, folder: Path) -> None:
    """Joins the cluster, or starts one.

    Args:
        address: of the cluster; None for the one of this machine or a new one.
        folder: the current folder for the time of joining. Ray's workers look there for modules
            first, so it must hold none: a user's own `benchmark.py` or `random.py` would be run
            in place of ours.
    """
    import ray

    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")  # silences a warning
    handler = signal.getsignal(signal.SIGTERM)
    try:
        plain = re.fullmatch(r"([^/]+):(\d+)", address or "")
        if plain:  # Ray itself tries for ten minutes
            socket.create_connection((plain[1], int(plain[2])), timeout=CONNECT).close()
        folder.mkdir(exist_ok=True)
        with contextlib.chdir(folder):
            ray.init(address, logging_level=logging.ERROR, log_to_driver=False)
    except (OSError, ValueError, RuntimeError) as error:
        raise BenchError(_advice(address, str(error))) from error
    finally:
        signal.signal(signal.SIGTERM, handler)  # Ray puts its own, which saves nothing


def _advice(address: str | None, reason: str) -> str:
    """The error for a cluster that cannot be reached or started: the reason and the remedy."""
    if "AF_UNIX" in reason:  # Ray's sockets are below its temporary folder
        return (
            f"Ray cannot be started: the path of its temporary folder is too long ({reason}). Set "
            "RAY_TMPDIR to a short folder, for example RAY_TMPDIR=/tmp."
        )
    if address is None:
        return (
            f"Ray cannot be started on this machine: {reason}. Its files go to RAY_TMPDIR, else to "
            "TMPDIR, else to /tmp. Without --executor ray, steps run on this machine."
        )
    return (
        f"--address {address}: no Ray cluster answers ({reason}). Start one with `ray start "
        "--head`, or leave --address out to use this machine alone."
    )
