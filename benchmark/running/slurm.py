"""Steps as jobs of Slurm, through submitit.

All missing steps are submitted at once: one array for each level of the graph and class of
resources, held back until the arrays with its inputs have ended. So the run may exit; started
again, it watches the jobs that it finds in the queue. An array waits for "afterany" and not for
"afterok", because one failed step would otherwise hold up the whole next level; a step without
its inputs ends at once.
"""

import dataclasses
import itertools
import json
import logging
import os
import shlex
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from benchmark.errors import BenchError
from benchmark.planning.graph import Plan
from benchmark.progress import Progress
from benchmark.running.executor import PYTHON, Finished, StepCommand
from benchmark.running.levels import missing_levels
from benchmark.running.remote import RemoteStep
from benchmark.running.slurm_options import SlurmOptions
from benchmark.store.step import StepSpec
from benchmark.store.store import Store

WAIT = 2.0  # seconds that `finished` waits for news
POLL = 0.2  # seconds between two checks for results
ASK = 20.0  # seconds between two calls of squeue
PATIENCE = 60.0  # seconds until the result of a job that left the queue is seen on a network drive
REQUEUES = 1000  # times a job may reach its time limit; `--time-limit` stops a step that hangs
LONGEST_ARRAY = 1000  # steps; sites allow 1001 by default (MaxArraySize)
JOB_FILE = "slurm-job"  # in a step's folder: its job's id
SAFE_PATH = "PYTHONSAFEPATH"
# Since Slurm 22.05, srun gives a task one core unless it is asked again.
SETUP = "[ -z $SLURM_CPUS_PER_TASK ] || export SRUN_CPUS_PER_TASK=$SLURM_CPUS_PER_TASK"


class SlurmStep:
    """What a job runs."""

    def __init__(self, step: RemoteStep) -> None:
        self._step = step

    def __call__(self) -> None:
        """Runs the step.

        Raises:
            BenchError: it failed, so that Slurm too lists the job as failed.
        """
        failure = self._step.run()
        if failure is not None:
            raise BenchError(failure)

    def checkpoint(self) -> Any:
        """Called when the time is nearly up: the training is saved, and the job queued again."""
        from submitit.helpers import DelayedSubmission

        self._step.stop()
        return DelayedSubmission(SlurmStep(dataclasses.replace(self._step)))


class SlurmExecutor:
    """See :class:`benchmark.running.executor.Executor`; jobs outlive it.

    Args:
        command: the options of the steps.
        plan: the whole graph.
        store: where the jobs' logs and failures go, on a file system that all nodes share.
        progress: the display.
        options: the user's own options of Slurm.
        workers: jobs of an array at a time; None for as many as Slurm lets run.
        time_limit: seconds a step may take in one job; None for any.
    """

    def __init__(
        self,
        command: StepCommand,
        plan: Plan,
        store: Store,
        progress: Progress,
        options: SlurmOptions,
        workers: int | None = None,
        time_limit: float | None = None,
    ) -> None:
        logging.getLogger("submitit").setLevel(logging.ERROR)  # it warns of a slow sacct
        self._command = command
        self._plan = plan
        self._store = store
        self._progress = progress
        self._options = options
        self._workers = workers
        self._time_limit = time_limit
        self._folder = store.folder.absolute() / "slurm"
        self._ahead = options.cluster == "slurm"  # the local cluster knows no dependencies
        self._jobs: dict[str, Any] = {}
        self._watched: set[str] = set()
        self._queue: set[str] | None = None
        self._asked = float("-inf")
        self._gone: dict[str, float] = {}

    def has_room(self) -> bool:
        """Always: Slurm queues what it has no room for."""
        return self._ahead or len(self._watched) < (self._workers or 1)

    def start(self, spec: StepSpec, progress: Progress) -> str:
        """Watches the step's job; the first one submits all missing steps."""
        if spec.key not in self._jobs:
            for level in missing_levels(self._plan, self._store) if self._ahead else [[spec]]:
                self._submit_level(level)
        self._watched.add(spec.key)
        return f"job {self._jobs[spec.key].job_id}"

    def _submit_level(self, level: Sequence[StepSpec]) -> None:
        classes: dict[str, list[StepSpec]] = {}
        for spec in level:
            job = self._queued(spec.key)
            if job is not None:
                self._jobs[spec.key] = job
            else:
                resources = [self._options.of(spec.kind), self._options.minutes(spec.kind)]
                classes.setdefault(json.dumps(resources), []).append(spec)
        for specs in classes.values():
            for first in range(0, len(specs), LONGEST_ARRAY):
                self._submit_array(specs[first : first + LONGEST_ARRAY])

    def _queued(self, key: str) -> Any | None:
        """The job that an earlier run submitted, if it has not ended."""
        import submitit

        file = self._store.step_folder(key) / JOB_FILE
        if not (self._ahead and file.is_file()):
            return None
        job: Any = submitit.SlurmJob(self._folder, file.read_text(encoding="utf-8"))
        return job if self._waiting_or_running(job) else None

    def _waiting_or_running(self, job: Any) -> bool:
        """What squeue says; sacct, which submitit asks, does not exist on every cluster."""
        if time.monotonic() - self._asked > ASK:
            command = ["squeue", "--noheader", "--me", "--array", "--format=%i"]
            listed = subprocess.run(command, capture_output=True, text=True, check=False)
            self._queue = set(listed.stdout.split()) if listed.returncode == 0 else None
            self._asked = time.monotonic()
        return self._queue is None or job.job_id in self._queue

    def _submit_array(self, specs: Sequence[StepSpec]) -> None:
        import submitit

        kind = specs[0].kind
        inputs = itertools.chain.from_iterable(spec.inputs.values() for spec in specs)
        needed = {_array_of(self._jobs[key]) for key in inputs if key in self._jobs}
        options = self._options.of(kind)
        if needed:
            options["dependency"] = f"afterany:{':'.join(sorted(needed))}"
        steps = [RemoteStep(self._command, spec.key, time_limit=self._time_limit) for spec in specs]
        try:
            python = shlex.join(PYTHON)
            executor = submitit.AutoExecutor(
                self._folder, cluster=self._options.cluster, slurm_max_num_timeout=REQUEUES,
                slurm_python=python, local_python=python,
            )  # fmt: skip
            executor.update_parameters(
                name="isp-bench", timeout_min=self._options.minutes(kind), slurm_setup=[SETUP],
                slurm_array_parallelism=self._workers or len(specs),
                slurm_additional_parameters=options,
            )  # fmt: skip
            with _safe_path(), executor.batch():
                jobs = [executor.submit(SlurmStep(step)) for step in steps]
        except (RuntimeError, submitit.core.utils.FailedJobError) as error:
            raise BenchError(f"Slurm refuses the jobs: {str(error).strip()}") from error
        self._asked = float("-inf")
        for spec, job in zip(specs, jobs, strict=True):
            self._jobs[spec.key] = job
            file = self._store.step_folder(spec.key) / JOB_FILE
            file.write_text(job.job_id, encoding="utf-8")

    def finished(self) -> Sequence[Finished]:
        """See the contract."""
        until = time.monotonic() + WAIT
        while True:
            ended = [key for key in self._watched if self._has_ended(key)]
            if ended or time.monotonic() > until:
                self._watched.difference_update(ended)
                return [Finished(key, self._failure(key)) for key in ended]
            time.sleep(POLL)

    def _has_ended(self, key: str) -> bool:
        job = self._jobs[key]
        if not self._ahead:
            return bool(job.done())
        if self._store.is_done(key) or job.paths.result_pickle.exists():
            return True
        if self._waiting_or_running(job):
            self._gone.pop(key, None)
            return False
        now = time.monotonic()
        return now - self._gone.setdefault(key, now) >= PATIENCE

    def _failure(self, key: str) -> str | None:
        job = self._jobs[key]
        if self._store.is_done(key):
            return None
        if job.paths.result_pickle.exists():  # the job has ended
            error = job.exception()
            return None if error is None else self._store.failure(key) or str(error)
        reason = (
            f"Slurm ended its job {job.job_id} ({job.state}); see {job.paths.stderr}. Training up "
            "to the last checkpoint is kept; the same run continues from there."
        )
        self._store.fail(key, reason)
        return reason

    def close(self) -> None:
        """Leaves jobs in Slurm's queue and says how to end them; ends those on this machine."""
        jobs = [self._jobs[key] for key in self._watched]
        if not self._ahead:
            for job in jobs:
                job.cancel()
        elif jobs:
            left = [job for key, job in self._jobs.items() if not self._store.is_done(key)]
            arrays = " ".join(sorted({_array_of(job) for job in left}))
            self._progress.say(
                "The jobs stay in Slurm's queue; the same command watches them again. To end them: "
                f"scancel {arrays}"
            )


@contextmanager
def _safe_path() -> Iterator[None]:
    """What -P does, for all processes started in the block: submitit starts one without it."""
    before = os.environ.get(SAFE_PATH)
    os.environ[SAFE_PATH] = "1"
    try:
        yield
    finally:
        os.environ.pop(SAFE_PATH)
        if before is not None:
            os.environ[SAFE_PATH] = before


def _array_of(job: Any) -> str:
    return str(job.job_id).partition("_")[0]
