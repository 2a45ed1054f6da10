"""Costs of steps that no comparable step was run of: their work, at the rates of the device."""

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch

from benchmark.costs.count import Work, inference_work, training_work
from benchmark.costs.history import Cost, History
from benchmark.costs.rates import Rates, measure_rates
from benchmark.data.base import DataSource, Extent
from benchmark.files import write_atomic
from benchmark.interrupt import leave_if_requested
from benchmark.planning.lengths import bare_method
from benchmark.planning.preset import LENGTH_FIELDS
from benchmark.progress import Progress, Task
from benchmark.registry import ISPS, MAPPERS, Registry
from benchmark.stage import Stage
from benchmark.store.step import (
    DataIdentity,
    FitMapper,
    MapRaw,
    Score,
    StepSpec,
    Training,
    TrainISP,
)
from benchmark.store.store import Store, user_cache
from benchmark.training.device import device_name

CACHE = "estimates.json"
FORMAT = 2  # raised when counts or rates come to mean something else
RAW_BYTES = 8  # per packed pixel of a mapped picture in the store
SCORE_BYTES = 1_000_000  # of measures and previews
MEASURING = 400  # bytes read and written per packed pixel to measure a picture


class _Counts:
    """Counted work and measured rates, kept in the user's cache."""

    def __init__(self) -> None:
        self._file = user_cache() / CACHE
        self._known = _read(self._file)
        self._new = False

    def training(self, spec: Training, stage: Stage) -> Work | None:
        """One step of a stage; None for what cannot be counted."""
        config = {k: v for k, v in spec.config.items() if k not in LENGTH_FIELDS}
        asked = [spec.kind, spec.method, spec.version, spec.source, config,
                 stage.name, stage.batch_size, stage.crop_size]  # fmt: skip
        return self._work(asked, lambda: training_work(bare_method(spec), stage))

    def inference(self, spec: Training, extent: Extent) -> Work | None:
        """One picture; None for what cannot be counted."""
        size = (extent.height, extent.width)
        asked = [spec.kind, spec.method, spec.version, spec.source, spec.config, *size]
        return self._work(asked, lambda: inference_work(bare_method(spec), *size))

    def rates(self, device: torch.device, precision: str, measure: bool) -> Rates | None:
        """Of a device, measured before or, if allowed, now."""
        key = f"{device_name(device)}, {precision}"
        if key not in self._known:
            if not measure:
                return None
            rates = measure_rates(device, bfloat16=precision == "bfloat16")
            self._known[key] = dataclasses.asdict(rates)
            self._new = True
        return Rates(**self._known[key])

    def _work(self, asked: list[Any], count: Callable[[], Work]) -> Work | None:
        text = json.dumps([torch.__version__, *asked], sort_keys=True)
        key = hashlib.sha256(text.encode()).hexdigest()[:20]
        if key not in self._known:
            try:
                work = count()
            except Exception:  # a plug-in that looks at values; a real run says what is wrong
                return None
            self._known[key] = dataclasses.asdict(work)
            self._new = True
        return Work(**self._known[key])

    def save(self) -> None:
        """Writes what is new; where it cannot be written, it is not kept."""
        if self._new:
            with suppress(OSError):
                self._file.parent.mkdir(parents=True, exist_ok=True)
                known = {"format": FORMAT, **self._known}
                write_atomic(self._file, json.dumps(known, indent=1))


class Estimator:
    """Costs of the steps of a plan.

    What was counted and measured is kept in the user's cache, for the next plan.

    Args:
        store: its finished steps are asked first.
        source: the data set.
        device: where the steps will run.
        threads: of each step; by default, as many as torch uses in this process.
        cautious: leaves uncounted what would run code of plug-ins, or occupy a GPU, in this
            process: for one that goes on to lead a run.
    """

    def __init__(
        self,
        store: Store,
        source: DataSource,
        device: torch.device,
        *,
        threads: int | None = None,
        cautious: bool = False,
    ) -> None:
        self._threads = threads or torch.get_num_threads()
        self._cautious = cautious
        self._store = store
        self._source = source
        self._device = device
        self._history = History(store, device.type)
        self._counts = _Counts()

    def cost(self, spec: StepSpec, spec_of: Callable[[str], StepSpec]) -> Cost | None:
        """What a step will take; None where nothing is known.

        Args:
            spec: the step.
            spec_of: gives the steps that it builds on, by key.
        """
        before = self._history.cost(spec, spec_of)
        match spec:
            case Training():
                counted = self._training(spec)
            case MapRaw() | Score():
                counted = self._pictures(spec, spec_of)
            case _:
                counted = None
        if before is None or counted is None:
            return before or counted
        return dataclasses.replace(before, peak=counted.peak)

    def costs(
        self, keys: Iterable[str], specs: Mapping[str, StepSpec], task: Task
    ) -> dict[str, Cost | None]:
        """What some steps will take, as `cost`; keeps what was counted and measured.

        Args:
            keys: of the steps.
            specs: all steps of the plan, by key.
            task: shows how many are estimated.
        """
        found = {}
        for key in keys:
            leave_if_requested()
            found[key] = self.cost(specs[key], specs.__getitem__)
            task.advance()
        self._counts.save()
        return found

    def _training(self, spec: Training) -> Cost | None:
        if not self._may_run(spec):
            return None
        method = bare_method(spec)
        total = Work()
        for stage in method.stages():
            if stage.steps is None:
                return None
            step = self._counts.training(spec, stage)
            if step is None:
                return None
            total += step.times(stage.steps)
        seconds = self._seconds(total, spec.precision)
        return None if seconds is None else Cost(seconds, _weights(method), total.peak)

    def _may_run(self, spec: Training) -> bool:
        return spec.source is None or not self._cautious

    def _seconds(self, work: Work, precision: str) -> float | None:
        measure = self._device.type == "cpu" or not self._cautious
        rates = self._counts.rates(self._device, precision, measure)
        if rates is None:
            return None
        threads = self._threads if self._device.type == "cpu" else 1
        return dataclasses.replace(rates, threads=threads).seconds(work)

    def _pictures(self, spec: MapRaw | Score, spec_of: Callable[[str], StepSpec]) -> Cost | None:
        folder = self._store.data_folder(spec.data.name, spec.data.fingerprint)
        extent = self._source.extent(folder, spec.part, spec.camera)
        if extent is None:
            return None
        key = spec.mapper if isinstance(spec, MapRaw) else spec.isp
        one = Work(bytes=MEASURING * extent.height * extent.width)
        size = RAW_BYTES * extent.pictures * extent.height * extent.width
        if isinstance(spec, Score):
            size = SCORE_BYTES
        if key is not None:
            training = spec_of(key)
            assert isinstance(training, Training)
            if not self._may_run(training):
                return None
            run = self._counts.inference(training, extent)
            if run is None:
                return None
            one += run
        total = one.times(extent.pictures)
        seconds = self._seconds(total, "float32")
        return None if seconds is None else Cost(seconds, size, total.peak)


def published_peaks(progress: Progress) -> dict[str, float]:
    """Memory of the training of each method as published, in bytes, by name."""
    registries: dict[type[Training], Registry[Any]] = {FitMapper: MAPPERS, TrainISP: ISPS}
    names = [(kind, name) for kind, registry in registries.items() for name in registry.names()]
    counts, peaks = _Counts(), {}
    nothing = DataIdentity("", {}, "")
    with progress.task("counting the memory of trainings", len(names)) as task:
        for kind, name in names:
            method = registries[kind].get(name)
            config = dataclasses.asdict(method.Config())
            values: dict[str, Any] = {"method": name, "config": config, "seed": 0}
            if kind is TrainISP:
                values["look"] = "a"
            spec = kind(title=name, data=nothing, version=method.info.version, **values)
            works = [counts.training(spec, stage) for stage in bare_method(spec).stages()]
            peaks[name] = max((work.peak for work in works if work), default=0.0)
            task.advance()
    counts.save()
    return peaks


def _weights(method: torch.nn.Module) -> int:
    return sum(tensor.numel() * tensor.element_size() for tensor in method.state_dict().values())


def _read(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) and found.get("format") == FORMAT else {}
