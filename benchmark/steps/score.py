"""The last step of a cell: develop (or just take) the test raws, and measure them."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from benchmark.data.images import ImageSet
from benchmark.data.preview import visualise
from benchmark.errors import BenchError
from benchmark.files import save_array, write_atomic
from benchmark.interrupt import leave_if_requested
from benchmark.metrics.angular import angular_error
from benchmark.metrics.chart import chart_colours, chart_mae
from benchmark.metrics.colour_difference import ciede2000
from benchmark.metrics.features import Features
from benchmark.metrics.fid_weights import find_weights
from benchmark.metrics.frechet import FEWEST_LEFT_OUT
from benchmark.metrics.inception import BATCH_SIZE, FeatureExtractor
from benchmark.metrics.kl import divergence, eight_bit, frequencies
from benchmark.metrics.lpips import LPIPS
from benchmark.metrics.pixel import mae, psnr, ssim
from benchmark.progress import Progress
from benchmark.steps.distances import Embedding, embeddings
from benchmark.steps.oracles import ORACLES, samples, transformed
from benchmark.steps.previews import thumbnail, write_preview
from benchmark.store.step import MEASURES
from isp_models.base import DeepISP

TRUTHS = 4  # of the truths, which are the same for many cells, only the first are kept
HISTOGRAMS = "histograms.npy"  # (n, 2, C, 256): of each picture and its truth, see `frequencies`


@dataclass
class Scoring:
    """Measures one cell.

    Attributes:
        raws: the raws under test, as captured or mapped.
        truth: pictures of the same scenes by the reference camera, in the same order.
        isp: the ISP, or None to compare raw with raw.
        folder: where `measures.json`, `histograms.npy` and the previews go.
        features: where features of the truth are kept for other cells: a folder of the store (the
            pictures themselves may be a user's own, or read-only) and the beginning of the files'
            names, which names the data set and the part.
        device: where networks run.
        progress: the display.
        title: names the bar.
        fid_weights: Inception weights; None for no FID and KID.
        lpips_weights: AlexNet's weights; None for no LPIPS.
        save_images: whether every picture is written as PNG.
        aligned: whether raws and truths agree pixel by pixel; only asked without an ISP.
        rendered: what the reference camera renders from where the test raws were taken, in the same
            order: the truth for the developed pictures, pixel by pixel. None if it is not known.
        oracle: the transform of `benchmark/steps/oracles.py` that is fitted on each pair and put in
            place of a mapper; None for none.
    """

    raws: ImageSet
    truth: ImageSet
    isp: DeepISP | None
    folder: Path
    features: Path
    device: torch.device
    progress: Progress
    title: str
    fid_weights: Path | None = None
    lpips_weights: Path | None = None
    save_images: bool = False
    aligned: bool = True
    rendered: ImageSet | None = None
    oracle: str | None = None
    _histograms: list[NDArray[np.float32]] = field(default_factory=list, init=False)

    def run(self) -> dict[str, Any]:
        """Measures all pictures, writes the measures, and returns their number."""
        if [r.id for r in self.raws] != [t.id for t in self.truth]:
            raise BenchError(f"{self.title}: the test raws and the truths are of other scenes.")
        images = self._raw_metrics() if self.isp is None else self._developed_metrics()
        facts: dict[str, Any] = {"ids": [record.id for record in self.raws], **images}
        pairs = zip(self.raws, self.truth, strict=True)
        taken_by = [raw.taken_by or truth.taken_by for raw, truth in pairs]
        if any(taken_by):
            facts["born"] = taken_by
        save_array(self.folder / HISTOGRAMS, np.stack(self._histograms))
        write_atomic(self.folder / MEASURES, json.dumps(facts, indent=1))
        return {"pictures": len(self.raws)}

    def _raw_metrics(self) -> dict[str, Any]:
        """Mapped raw against the other camera's raw: pixels, charts, distribution of values."""
        rows = []
        with self.progress.task(self.title, len(self.raws)) as task:
            for i in range(len(self.raws)):
                leave_if_requested()
                raw, truth = self._raw_pair(i)
                rows.append(self._compared(i, raw, truth))
                self._keep(i, _visible(raw), _visible(truth))
                task.advance()
        # A metric is one of the set only if every picture has it: a chart may be hidden.
        names = [name for name in rows[0] if all(name in row for row in rows)]
        return {"per_image": {name: [row[name] for row in rows] for name in names}, "sets": {}}

    def _raw_pair(self, i: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Raw under test, through the oracle if there is one, and truth."""
        raw, truth = self.raws.raw(i), self.truth.raw(i)
        if self.oracle is None:
            return raw, truth
        pair = (samples(raw), samples(truth)) if self.aligned else self._patches(i, raw, truth)
        return transformed(raw, ORACLES[self.oracle](*pair)), truth

    def _compared(
        self, i: int, raw: NDArray[np.float32], truth: NDArray[np.float32]
    ) -> dict[str, float]:
        values = {}
        if self.aligned:
            values = {
                "psnr": psnr(raw, truth),
                "ssim": ssim(raw, truth),
                "mae": mae(raw, truth),
                "angular": angular_error(raw, truth),
            }
        if self.raws[i].charts and self.truth[i].charts:
            values["chart_mae"] = chart_mae(*self._patches(i, raw, truth))
        return {**values, "kl": self._kl(eight_bit(raw), eight_bit(truth))}

    def _kl(self, picture: NDArray[np.uint8], truth: NDArray[np.uint8]) -> float:
        """KL of the next picture, whose histograms are kept."""
        p, q = frequencies(picture), frequencies(truth)
        self._histograms.append(np.stack((p, q)).astype(np.float32))
        return divergence(p, q)

    def _keep(self, i: int, picture: NDArray[np.uint8], truth: NDArray[np.uint8]) -> None:
        """Keeps small copies, (3, H, W), to be looked at."""
        write_preview(picture, self.folder, i)
        if i < TRUTHS:
            thumbnail(truth).save(self.folder / f"truth-{i}.png")

    def _patches(
        self, i: int, raw: NDArray[np.float32], truth: NDArray[np.float32]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean colours of the charts' patches in both, (P, 4) each."""
        if not self.raws[i].charts or not self.truth[i].charts:
            raise BenchError(
                f"{self.title}: the pair {self.raws[i].id} is not aligned and has no charts in "
                "both pictures, so there is nothing to compare but histograms."
            )
        return chart_colours(raw, self.raws[i].charts), chart_colours(truth, self.truth[i].charts)

    def _developed_metrics(self) -> dict[str, Any]:
        """KL of each developed picture, and Fréchet and kernel distances of all together."""
        weights = find_weights(self.fid_weights, False) if self.fid_weights else None
        inception = FeatureExtractor(weights, self.device) if weights else None
        enough = len(self.raws) >= FEWEST_LEFT_OUT
        compared = embeddings(inception, self.device) if enough else []
        lpips = LPIPS(self.lpips_weights, self.device) if self.lpips_weights else None
        per_image: dict[str, list[float]] = {"kl": []}
        features: dict[str, list[Features]] = {by.identity: [] for by in compared}
        with self.progress.task(self.title, len(self.raws)) as task:
            developed = self._developed()
            while batch := list(islice(developed, BATCH_SIZE)):
                for srgb in batch:
                    i = len(per_image["kl"])
                    per_image["kl"].append(self._kl(srgb, self.truth.srgb(i)))
                    if self.rendered is not None:
                        values = _pixel_by_pixel(srgb, self.rendered.srgb(i), lpips)
                        for name, value in values.items():
                            per_image.setdefault(name, []).append(value)
                for by in compared:
                    features[by.identity].append(by.features(batch))
                task.advance(len(batch))
        sets: dict[str, Any] = {}
        for by in compared:
            rows = np.concatenate(features[by.identity])
            sets |= by.distances(rows, self._truth_features(by))
        facts = asdict(inception.facts) if inception else None
        return {"per_image": per_image, "sets": sets, "extractor": facts}

    def _developed(self) -> Iterator[NDArray[np.uint8]]:
        """sRGB pictures (3, 2H, 2W) uint8, one at a time."""
        assert self.isp is not None
        for i, record in enumerate(self.raws):
            leave_if_requested()
            with torch.inference_mode():
                raw = torch.from_numpy(self.raws.raw(i))[None].to(self.device)
                srgb = eight_bit(self.isp(raw)[0].float().cpu().numpy())
            self._keep(i, srgb, self.truth.srgb(i))
            if self.save_images:
                for kind, picture in (("developed", srgb), ("truth", self.truth.srgb(i))):
                    (self.folder / kind).mkdir(exist_ok=True)
                    _png(picture).save(self.folder / kind / f"{record.id}.png")
            yield srgb

    def _truth_features(self, by: Embedding) -> Features:
        """Features of the truths, kept in the store: every cell needs the same ones."""
        name = hashlib.sha256(f"{by.identity} {len(self.truth)}".encode()).hexdigest()[:16]
        file = self.features.with_name(f"{self.features.name}-{name}.npy")
        if file.is_file():
            return np.load(file, allow_pickle=False)
        features = by.features(self.truth.srgb(i) for i in range(len(self.truth)))
        save_array(file, features)
        return features


def _pixel_by_pixel(
    srgb: NDArray[np.uint8], truth: NDArray[np.uint8], lpips: LPIPS | None
) -> dict[str, float]:
    """A developed picture against its rendering by the reference camera, both (3, 2H, 2W)."""
    pair = srgb / np.float32(255), truth / np.float32(255)
    values = {"psnr": psnr(*pair), "ssim": ssim(*pair), "ciede2000": ciede2000(*pair)}
    return values | ({"lpips": lpips(*pair)} if lpips else {})


def _visible(raw: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Packed raw made visible, (3, H, W)."""
    return visualise(raw).transpose(2, 0, 1)


def _png(picture: NDArray[np.uint8]) -> Image.Image:
    return Image.fromarray(np.ascontiguousarray(picture.transpose(1, 2, 0)))
