"""The engine without work to do: starts of commands, trivial cells, plans, tables, the store."""

import atexit
import itertools
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from benchmark.metrics.statistics import bootstrap_mean
from benchmark.planning.run_config import RunConfig
from benchmark.progress import Progress
from benchmark.records.record import Record, read_records
from benchmark.reports.build import tables
from benchmark.running.executor import PYTHON
from benchmark.running.session import Session, open_session
from benchmark.steps.context import Context
from benchmark.store.states import state_of
from mappers.base import Mapper
from tests.benchmark.reports.samples import make_record
from tests.speed.case import Case, Growth, Work
from tests.speed.plain import engine as plain
from tests.speed.trivial import Trivial

PLUGIN = Path(__file__).with_name("trivial.py")
MAIN = (*PYTHON, "-m", "benchmark.cli.main")
ISPS = ("microisp", "pynet", "pynet-v2", "syenet")


def cases() -> Iterator[Case]:
    """Starts first, as all others have them."""
    for words in (["--help"], ["list"]):
        yield Case(f"isp-bench {words[0]}", partial(start, *MAIN, *words))
    yield Case(
        "a worker's start",
        partial(start, *MAIN, "step", "-", "--store", str(scratch())),
        partial(start, *PYTHON, "-c", "import torch"),
        note="plain: import torch",
    )
    for workers in (1, 2):
        for count in (50, 100, 200):
            yield Case(
                f"trivial cells, {workers} worker{'s' if workers > 1 else ''}",
                partial(trivial_cells, count, workers),
                partial(bare_cells, count),
                threads=1,
                growth=Growth("cells", count),
                note="plain: maps and scores in a loop",
            )
    for nodes in (1, 2):
        yield Case(
            "20 trivial cells on Ray, nodes of one core",
            partial(cells_on_ray, 20, nodes),
            growth=Growth("nodes", nodes),
            seconds=5,
        )
    for count in (250, 500, 1000):
        yield Case("plan", partial(plan, count), growth=Growth("cells", count))
    for count in (1000, 3000, 10_000):
        yield Case(
            "tables from records",
            partial(table, read_records, count),
            partial(table, plain.read_records, count),
            growth=Growth("records", count),
            note="plain: every record whole in memory",
        )
    for count in (1000, 3000):
        yield Case("states of a store", partial(states, count), growth=Growth("cells", count))
    yield Case("200 bootstrap intervals of 115 pictures", intervals)


def scratch() -> Path:
    """A folder that goes when the process ends."""
    folder = Path(tempfile.mkdtemp(prefix="isp-bench-speed-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def start(*command: str) -> Work:
    """A process from its start to its end, with nothing on its standard input."""

    def work() -> None:
        subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, check=False,
        )  # fmt: skip

    return work


def session_of(folder: Path, **options: object) -> Session:
    """A checked run below a folder."""
    facts = {"preset": "smoke", "results": folder / "results", "store": folder / "store"}
    return open_session(RunConfig(**{**facts, **options}))


def trivial_session(
    folder: Path, first: int, count: int, workers: int | None, **options: object
) -> Session:
    """A run of `count` cells of the trivial mapper: both directions of each seed from `first`."""
    return session_of(
        folder, protocol=("raw-to-raw",), mapper=("trivial",), plugin=(str(PLUGIN),),
        seed=tuple(range(first, first + count // 2)), references=False, workers=workers,
        name=str(first), **options,
    )  # fmt: skip


def trivial_cells(count: int, workers: int) -> Work:
    """A whole run of `count` cells, with new seeds for each call."""
    folder = scratch()
    prepared(trivial_session(folder, 0, 2, 1))
    firsts = itertools.count(1, count)

    def work() -> None:
        session = trivial_session(folder, next(firsts), count, workers)
        outcome = session.run(Progress(quiet=True))
        assert not outcome.failures and len(session.plan.cells) == count

    return work


def cells_on_ray(count: int, nodes: int) -> Work:
    """The same on a Ray cluster on this machine, whose processes are there after the first run."""
    from ray.cluster_utils import Cluster

    head = {"num_cpus": 0, "include_dashboard": False}
    cluster = Cluster(initialize_head=True, head_node_args=head)
    atexit.register(cluster.shutdown)
    for _ in range(nodes):
        cluster.add_node(num_cpus=1, num_gpus=0)
    folder = scratch()
    prepared(trivial_session(folder, 0, 2, 1))
    firsts = itertools.count(1, count)
    ray = {"executor": "ray", "address": cluster.address, "device": "cpu"}

    def work() -> None:
        session = trivial_session(folder, next(firsts), count, None, **ray)
        outcome = session.run(Progress(quiet=True))
        assert not outcome.failures and len(session.plan.cells) == count

    return work


def prepared(session: Session) -> Context:
    """The context of a run whose data are there."""
    context = Context(session.store, session.device, Progress(quiet=True))
    context.data(session.identity)
    return context


def bare_cells(count: int) -> Work:
    """The work of such a run, and nothing else."""
    folder = scratch()
    session = trivial_session(folder, 0, 2, 1)
    data = prepared(session).data(session.identity)
    mapper: Mapper = Trivial()
    return lambda: plain.cells(mapper, data, count, folder / "bare")


def plan(count: int) -> Work:
    """`count` cells: five mappers, four ISPs, two directions, and seeds."""
    mappers = ("cstpp", "cyclegan", "cut", "chai", "afifi")
    seeds = tuple(range(count // (len(mappers) * len(ISPS) * 2)))
    options = {"mapper": mappers, "isp": ISPS, "seed": seeds, "references": False}
    folder = scratch()
    return lambda: session_of(folder, **options)


def table(read: Callable[[Path], list[Record]], count: int) -> Work:
    """Reads records of 20 mappers and four ISPs, and makes the tables."""
    folder = scratch()
    (folder / "records").mkdir()
    places = itertools.product(range(count), range(20), ISPS, ("a2b", "b2a"))
    for number, (seed, mapper, isp, direction) in enumerate(itertools.islice(places, count)):
        step = {"kind": "map", "config": {f"setting {i}": i for i in range(40)}}
        facts = {"seed": seed, "isp": isp, "direction": direction, "steps": {f"{seed}": step}}
        record = make_record(f"m{mapper}", 1 + mapper / 20, **facts)
        (folder / "records" / f"{number}.json").write_text(record.model_dump_json(indent=1))
    return lambda: tables(read(folder))


def states(count: int) -> Work:
    """How all steps of a planned run stand."""
    session = trivial_session(scratch(), 0, count, 1)
    for spec in session.plan.steps.values():
        session.store.add(spec)
    return lambda: [state_of(session.store, key) for key in session.store.step_keys()]


def intervals() -> Work:
    """Intervals of the rows of a large table."""
    values = [[(row * i) % 17 / 17 for i in range(115)] for row in range(200)]
    return lambda: [bootstrap_mean(row, ("kl",)) for row in values]
