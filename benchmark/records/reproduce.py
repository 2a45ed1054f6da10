"""Scoring a bundle again from its weights, and comparing with its records."""

import dataclasses
import json
import math
import shutil
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from benchmark.errors import BenchError
from benchmark.files import sha256_of
from benchmark.metrics.fid_weights import FidWeights
from benchmark.planning.planner import plugin_file
from benchmark.records.bundle import Bundle
from benchmark.records.record import Record, read_records
from benchmark.registry import DATASETS, ISPS, MAPPERS, PROTOCOLS, Registry
from benchmark.steps.context import Context
from benchmark.steps.run import run_step
from benchmark.store.step import (
    MEASURES,
    WEIGHTS,
    FitMapper,
    Score,
    StepSpec,
    Training,
    TrainISP,
)
from benchmark.store.store import Store


@dataclass(frozen=True)
class Verdict:
    """How the new scores of one cell compare with its record.

    Attributes:
        title: of the cell.
        compared: names of the metrics that were compared.
        differences: a sentence each; none if all is as recorded.
        obstacle: why the cell could not be scored here, which says nothing about its record;
            empty if it was scored.
    """

    title: str
    compared: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()
    obstacle: str = ""

    @property
    def word(self) -> Literal["same", "differs", "could not be scored"]:
        """The verdict in short."""
        if self.obstacle:
            return "could not be scored"
        return "differs" if self.differences else "same"


class Reproduction:
    """Scores the cells of a bundle again.

    Everything happens in a folder of its own inside the store. Of the store itself only prepared
    data is used and, where the bundle has none, weights.

    Args:
        bundle: the unpacked bundle.
        context: the store, the device, the display.
        inception: Inception weights; None to leave FID out.
        tolerance: relative or absolute difference that counts as equal, per picture.
    """

    def __init__(
        self, bundle: Bundle, context: Context, inception: FidWeights | None, tolerance: float
    ) -> None:
        self._bundle = bundle
        self._store = context.store
        self._context = context
        self._inception = inception
        self._tolerance = tolerance
        self._specs = bundle.specs

    def run(self) -> list[Verdict]:
        """Scores all cells; one that cannot be scored does not stop the others."""
        (self._store.folder / "data").mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".verify-", dir=self._store.folder) as name:
            scratch = Store(Path(name))
            (scratch.folder / "data").symlink_to((self._store.folder / "data").absolute())
            return [self._verdict(record, scratch) for record in read_records(self._bundle.folder)]

    def _verdict(self, record: Record, scratch: Store) -> Verdict:
        title = self._specs[record.score].title if record.score in self._specs else record.score
        try:
            measures = self._score(record.score, scratch)
        except Exception as error:  # foreign weights and configs can fail in any way
            name = "" if isinstance(error, BenchError) else f"{type(error).__name__}: "
            return Verdict(title, obstacle=f"{name}{error}")
        compared, differences = compare(record, measures, self._tolerance)
        return Verdict(title, compared, differences)

    def _score(self, score: str, scratch: Store) -> dict[str, Any]:
        for key in self._bundle.behind(score):
            spec = self._specs[key]
            if scratch.is_done(key):
                continue
            self._check(spec)
            scratch.add(spec)
            if spec.is_training:
                self._place_weights(spec, scratch)
            else:
                run_step(key, self._context_for(spec, scratch))
        text = scratch.verified(score, MEASURES).read_text(encoding="utf-8")
        measures: dict[str, Any] = json.loads(text)
        return measures

    def _check(self, spec: StepSpec) -> None:
        """Whether this installation has the same methods and data."""
        match spec:
            case FitMapper():
                self._check_method(MAPPERS, spec)
            case TrainISP():
                self._check_method(ISPS, spec)
            case Score():
                self._check_version(PROTOCOLS, spec.protocol, spec.version)
        self._check_data(spec.data.name, json.dumps(spec.data.config), spec.data.fingerprint)

    def _check_method(self, registry: Registry[Any], spec: Training) -> None:
        """Whether the method is here, in the same version; a plug-in also with the same source."""
        if spec.source is not None:
            _check_known(registry, spec.method)
            file = plugin_file(registry.get(spec.method))
            if file is None or sha256_of(file) != spec.source:
                raise BenchError(
                    f"'{spec.method}' was made with another source (SHA-256 {spec.source[:8]}...) "
                    f"than {file or 'the built-in method of that name'}."
                )
        self._check_version(registry, spec.method, spec.version)

    def _check_version(self, registry: Registry[Any], name: str, version: int) -> None:
        _check_known(registry, name)
        here = registry.info(name).version
        if here != version:
            raise BenchError(
                f"'{name}' has version {version} in the bundle and {here} here; install isp-bench "
                f"{self._bundle.manifest['isp-bench']}."
            )

    @cache  # noqa: B019 - of one short-lived object; a fingerprint may read every picture
    def _check_data(self, name: str, config: str, fingerprint: str) -> None:
        _check_known(DATASETS, name)
        source = DATASETS.create(name, **json.loads(config))
        source.check()
        if source.fingerprint() != fingerprint:
            raise BenchError(
                f"the data set '{name}' is not the same here (fingerprint "
                f"{source.fingerprint()[:12]}, in the bundle {fingerprint[:12]})."
            )

    def _place_weights(self, spec: StepSpec, scratch: Store) -> None:
        """Weights of the bundle, else of the store; both must be those that were recorded."""
        done = json.loads((self._bundle.step_folder(spec.key) / "done.json").read_text())
        file = self._bundle.step_folder(spec.key) / WEIGHTS
        if not file.is_file():
            if not self._store.is_done(spec.key):
                raise BenchError(
                    f"the weights of '{spec.title}' are neither in the bundle nor in the store "
                    f"{self._store.folder}."
                )
            file = self._store.verified(spec.key, WEIGHTS)
        if sha256_of(file) != done["sha256"].get(WEIGHTS):
            raise BenchError(f"the weights of '{spec.title}' are not those that were recorded.")
        shutil.copyfile(file, scratch.step_folder(spec.key) / WEIGHTS)
        scratch.finish(spec.key, done["outcome"])

    def _context_for(self, spec: StepSpec, scratch: Store) -> Context:
        """Inception weights only where the record was measured with the same."""
        wanted = spec.extractor if isinstance(spec, Score) else None
        same = self._inception is not None and self._inception.sha256 == wanted
        path = self._inception.path if same and self._inception is not None else None
        return dataclasses.replace(self._context, store=scratch, fid_weights=path)


def _check_known(registry: Registry[Any], name: str) -> None:
    if name not in registry.names():
        raise BenchError(
            f"there is no {registry.kind} '{name}' here. If a plug-in defines it, read its source "
            "first, then name it with --plugin."
        )


def compare(
    record: Record, measures: dict[str, Any], tolerance: float
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The metrics that were compared, and a sentence on each that differs.

    What needs weights that are not here (LPIPS, FID and KID) is not compared.
    """
    if list(record.ids) != list(measures["ids"]):
        return (), ("other test pictures than recorded",)
    found = []
    per_image = {
        name: values
        for name, values in record.per_image.items()
        if name != "lpips" or name in measures["per_image"]
    }
    for name, recorded in per_image.items():
        values = measures["per_image"].get(name, [])
        pairs = list(zip(recorded, values, strict=False))
        off = [i for i, (a, b) in enumerate(pairs) if not _close(a, b, tolerance)]
        if len(values) != len(recorded):
            found.append(f"{name}: not measured for every picture")
        elif off:
            worst = max(off, key=lambda i: abs(recorded[i] - values[i]))
            found.append(
                f"{name}: recorded mean {_mean(recorded):.6g}, now {_mean(values):.6g}; "
                f"{len(off)} of {len(values)} pictures differ, most of all {record.ids[worst]} "
                f"({recorded[worst]:.6g}, now {values[worst]:.6g})"
            )
    sets = [name for name in record.sets if name in measures["sets"]]
    for name in sets:
        before, now = record.sets[name].value, measures["sets"][name]["value"]
        if not _close(before, now, tolerance):
            found.append(f"{name}: recorded {before:.6g}, now {now:.6g}")
    return (*per_image, *sets), tuple(found)


def _close(a: float, b: float, tolerance: float) -> bool:
    both_nan = math.isnan(a) and math.isnan(b)
    return both_nan or math.isclose(a, b, rel_tol=tolerance, abs_tol=tolerance)


def _mean(values: Any) -> float:
    return math.fsum(values) / len(values)
