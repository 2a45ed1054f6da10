"""From a run's config to everything needed to run it, checked before any long work."""

import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from benchmark.costs.estimator import Estimator
from benchmark.data.base import CameraPair, DataSource, PairSet
from benchmark.data.images import ImageSet
from benchmark.errors import BenchError
from benchmark.files import nearest_folder, require_writable
from benchmark.hub import WeightFile
from benchmark.metrics.fid_weights import URL, WeightSearch, search_weights
from benchmark.metrics.lpips import find_weights as find_lpips_weights
from benchmark.planning.graph import Cell, Plan
from benchmark.planning.lengths import bare_method
from benchmark.planning.planner import Planner, identity_of, plugin_file
from benchmark.planning.preset import Preset, load_preset
from benchmark.planning.run_config import RunConfig, data_label, split_data
from benchmark.progress import Progress
from benchmark.records.needed import write_planned
from benchmark.records.overwrite import plan_beside
from benchmark.records.plugins import keep_sources
from benchmark.records.record import write_record
from benchmark.registry import DATASETS, ISPS, MAPPERS, PROTOCOLS
from benchmark.running.board import Board
from benchmark.running.choose import check_executor, make_executor, step_command, step_threads
from benchmark.running.levels import command_lines
from benchmark.running.runner import Outcome, Runner
from benchmark.stage import Trainable
from benchmark.steps.context import Context
from benchmark.store.step import DataIdentity, FitMapper, Score, StepSpec, TrainISP
from benchmark.store.store import Store, default_store
from benchmark.training.batches import crop_grid
from benchmark.training.device import device_name, pick_device
from isp_models.base import DeepISP

NO_FID = (
    f"FID needs the Inception weights of pytorch-fid: download {URL} (91 MB), give the file with "
    "--fid-weights and run again; only the scores are computed again."
)
FREE_BYTES = 500_000_000  # with less than this free, a disk fills up sooner or later


@dataclass
class Session:
    """A checked run, ready to start.

    Attributes:
        config: what the user asked for.
        preset: its budget.
        source: the data set.
        identity: what decides its pixels.
        weights: the Inception weights, or why there are none.
        lpips: AlexNet's weights; None without.
        plan: the graph.
        store: where finished steps are kept.
        folder: where records and tables go.
        device: where networks run.
        lacks: what a run would stop for at once; a session that can be run lacks nothing.
    """

    config: RunConfig
    preset: Preset
    source: DataSource
    identity: DataIdentity
    weights: WeightSearch
    lpips: WeightFile | None
    plan: Plan
    store: Store
    folder: Path
    device: torch.device
    lacks: tuple[str, ...] = ()

    def prepare(self, progress: Progress) -> Context:
        """Makes or opens the pictures, and checks whether all methods can be trained on them.

        Raises:
            BenchError: the pictures are smaller than a method's training crops, or lack the sRGB
                that an ISP learns.
        """
        context = Context(self.store, self.device, progress, self._fid_weights, self._lpips_weights)
        _check_pictures(self.plan, context.data(self.identity))
        return context

    def run(self, progress: Progress) -> Outcome:
        """Runs what is missing and writes the records.

        Raises:
            BenchError: as `prepare`.
        """
        context = self.prepare(progress)
        data = context.data(self.identity)
        write_planned(self.folder, self.plan.steps)
        keep_sources(self.folder, self._plugins())
        missing = {} if self.weights.weights else {"fid": NO_FID}
        named = set(self.config.mapper)

        def record(cell: Cell) -> None:
            write_record(
                self.folder, cell, store=self.store, preset=self.preset,
                cameras=self.source.cameras(), named="all" in named or cell.mapper in named,
                budget=self.config.budget, missing=missing, device=device_name(self.device),
                sizes=_test_sizes(self.plan.steps[cell.score], data),
                replace=self.config.overwrite == "always",
            )  # fmt: skip

        missing_steps = {k: s for k, s in self.plan.steps.items() if not self.store.is_done(k)}
        threads = step_threads(self.config, self.plan, context)
        board = Board(missing_steps, self._costs(missing_steps, threads, progress), progress)
        executor = make_executor(self.config, self.plan, context)
        try:
            return Runner(self.plan, self.store, executor, board, record).run()
        finally:
            executor.close()

    def _costs(
        self, steps: Mapping[str, StepSpec], threads: int, progress: Progress
    ) -> dict[str, float]:
        """Seconds that each of some steps should take, as far as that is known."""
        if not steps:
            return {}
        estimator = Estimator(self.store, self.source, self.device, threads=threads, cautious=True)
        with progress.task("estimating the time", len(steps)) as task:
            costs = estimator.costs(steps, self.plan.steps, task)
        return {key: cost.seconds for key, cost in costs.items() if cost is not None}

    def _plugins(self) -> Iterator[Path]:
        """The files of all plug-ins that the run uses."""
        yield from (Path(file) for file in self.config.plugin)
        classes: list[type] = [type(self.source)]
        for spec in self.plan.steps.values():
            match spec:
                case FitMapper():
                    classes.append(MAPPERS.get(spec.method))
                case TrainISP():
                    classes.append(ISPS.get(spec.method))
                case Score():
                    classes.append(PROTOCOLS.get(spec.protocol))
        yield from filter(None, map(plugin_file, dict.fromkeys(classes)))

    def command_lines(self) -> Iterator[str]:
        """A shell script that runs what is missing, in an order in which inputs come first.

        Its steps are recorded in the store and in the run's folder, as those of a run are.
        """
        write_planned(self.folder, self.plan.steps)
        command = step_command(
            self.config, self.store, self._fid_weights, self._lpips_weights, self.config.device
        )
        return command_lines(self.plan, self.store, command)

    @property
    def _fid_weights(self) -> Path | None:
        return self.weights.weights.path if self.weights.weights else None

    @property
    def _lpips_weights(self) -> Path | None:
        return self.lpips.path if self.lpips else None


def open_session(config: RunConfig, *, dry: bool = False) -> Session:
    """Checks a run from top to bottom and plans it; trains and generates nothing.

    Args:
        config: what the user asks for.
        dry: whether the session will not be run: nothing is written, made or downloaded.

    Raises:
        BenchError: anything that would make the run fail later and can be known now. What trained
            methods need beyond the packages is left in `lacks` in a dry session.
    """
    check_executor(config)
    config.load_plugins()
    preset = load_preset(config.preset)
    source = open_source(_one_data_set(config), preset)
    source.check()
    device = pick_device(config.device)
    folder = config.results / (config.name or default_name(config))
    require_writable(folder, "--results", make=not dry)
    store = Store(config.store or default_store(), "plan" if dry else "write")
    _check_space(store.folder)
    lpips = find_lpips_weights(config.lpips_weights)  # may be refused, so before a download
    weights = search_weights(config.fid_weights, not dry)
    identity = identity_of(source)
    extractor = weights.weights.sha256 if weights.weights else None
    alexnet = lpips.sha256 if lpips else None
    plan = Planner(config, preset, identity, source.parts(), extractor, alexnet).plan()
    plan = plan_beside(folder, plan, identity, preset.name, config.overwrite)
    lacks = tuple(_needs_of_methods(plan))
    if lacks and not dry:
        raise BenchError(lacks[0])
    return Session(
        config, preset, source, identity, weights, lpips, plan, store, folder, device, lacks
    )


def open_source(data: str, preset: Preset) -> DataSource:
    """The data set of a `--data` text, with the preset's values under the user's own."""
    name, argument = split_data(data)
    cls = DATASETS.get(name)
    own = cls.parse_argument(argument) if argument else {}
    return DATASETS.create(name, **{**preset.data.get(name, {}), **own})


def default_name(config: RunConfig) -> str:
    """The run's folder: data set and preset, e.g. "simulated-quick"."""
    return f"{data_label(_one_data_set(config))}-{Path(config.preset).stem}"


def _one_data_set(config: RunConfig) -> str:
    if len(config.data) > 1:
        raise BenchError(f"--data {' '.join(config.data)}: one data set at a time, please.")
    return config.data[0]


def _needs_of_methods(plan: Plan) -> Iterator[str]:
    """What ISPs need beyond the packages and do not find, e.g. weights of a perceptual loss."""
    first: dict[Trainable[Any], str] = {}  # trainings of one ISP and config have the same needs
    for spec in plan.steps.values():
        if isinstance(spec, TrainISP):
            first.setdefault(bare_method(spec), spec.title)
    for isp, title in first.items():
        assert isinstance(isp, DeepISP)
        try:
            isp.check_needs()
        except BenchError as error:
            yield f"{title}: {error}"


def _check_pictures(plan: Plan, data: CameraPair) -> None:
    """Whether every training finds crops and sRGB; known once the pictures are there."""
    method: Trainable[Any]
    for spec in plan.steps.values():
        match spec:
            case FitMapper():
                method, sets = bare_method(spec), [*data.train.values()]
            case TrainISP():
                method, sets = bare_method(spec), [data.train[spec.look]]
                if ISPS.get(spec.method).validates(method.config):
                    sets.append(data.validation[spec.look])
                _check_srgb(spec, sets, data)
            case _:
                continue
        for stage in method.stages():
            for images in sets:
                try:
                    crop_grid(images, stage.crop_size)
                except BenchError as error:
                    raise BenchError(f"{spec.title}, {stage.name}: {error}") from error


def _check_srgb(spec: TrainISP, sets: Iterable[ImageSet], data: CameraPair) -> None:
    if any(record.srgb is None for images in sets for record in images):
        name = {"a": data.camera_a, "b": data.camera_b}[spec.look]
        raise BenchError(
            f"{spec.title}: pictures of {name} have no sRGB, so no ISP can learn its look. "
            "Without sRGB there is the protocol raw-to-raw."
        )


def _test_sizes(score: StepSpec, data: CameraPair) -> tuple[tuple[int, int], ...]:
    """The distinct (height, width) of the raws that a cell is tested on, in packed pixels."""
    assert isinstance(score, Score)
    pairs: PairSet = getattr(data, score.part)
    return tuple(
        sorted({(picture.height, picture.width) for picture in pairs.camera(score.camera)})
    )


def _check_space(folder: Path) -> None:
    free = shutil.disk_usage(nearest_folder(folder)).free
    if free < FREE_BYTES:
        raise BenchError(
            f"Only {free / 1e6:.0f} MB are free on the disk of the store {folder}; a run needs at "
            f"least {FREE_BYTES / 1e6:.0f} MB. Make room, or choose another folder with --store."
        )
