"""A plug-in for tests: a data set, a GAN-like mapper and an ISP that take seconds."""

import os
import signal
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from benchmark.data.base import CameraPair, DataConfig, DataSource, PairSet, register_dataset
from benchmark.data.images import ImageRecord, ImageSet, ImageWriter
from benchmark.progress import Progress
from benchmark.seeds import seed_of
from benchmark.stage import Optimisation, Stage, descend, linear_decay
from isp_models.base import DeepISP, ISPConfig, register_isp
from mappers.base import Mapper, MapperConfig, register_mapper

GAIN_B = np.array([0.5, 0.9, 0.9, 0.7], np.float32)  # camera B is A with other gains


@dataclass(frozen=True)
class ToyDataConfig(DataConfig):
    size: int = 32
    seed: int = 0
    anchors: bool = True


@register_dataset("toy", title="Random smooth pictures")
class Toy(DataSource):
    Config = ToyDataConfig
    license = "CC0-1.0"

    def cameras(self):
        return ("Left", "Right")

    def parts(self):
        anchors = {"anchors"} if self.config.anchors else set()
        return frozenset({"validation", "aligned", "scenes"} | anchors)

    def fingerprint(self):
        return f"{seed_of('toy', asdict(self.config)):016x}" * 2

    def prepare(self, folder: Path, progress: Progress) -> CameraPair:
        def images(name: str, camera: str, count: int) -> ImageSet:
            target = folder / name / camera
            if (target / "index.json").is_file():
                return ImageSet(target)
            writer = ImageWriter(target)
            for i in range(count):
                raw = self._scene(name if name in ("aligned", "scenes", "anchors") else camera, i)
                raw = raw * (GAIN_B[:, None, None] if camera == "b" else 1)
                srgb = np.clip(np.stack([raw[0], raw[1], raw[3]]) ** (1 / 2.2), 0, 1)
                srgb = srgb[::-1] if camera == "b" else srgb  # another look
                srgb = srgb.repeat(2, 1).repeat(2, 2)
                height, width = raw.shape[1:]
                record = ImageRecord(f"{name}-{i}", height, width, 1000, "rendered", "toy")
                writer.write(i, record, (raw * 1000).astype(np.uint16), (srgb * 255).astype("u1"))
            return writer.close()

        def pairs(name: str) -> PairSet:
            return PairSet(images(name, "a", 4), images(name, "b", 4))

        camera_a, camera_b = self.cameras()
        return CameraPair(
            camera_a,
            camera_b,
            train={"a": images("train-a", "a", 6), "b": images("train-b", "b", 6)},
            validation={"a": images("val-a", "a", 1), "b": images("val-b", "b", 1)},
            anchors=pairs("anchors") if self.config.anchors else None,
            aligned=pairs("aligned"),
            scenes=pairs("scenes"),
        )

    def _scene(self, name: str, i: int) -> np.ndarray:
        rng = np.random.default_rng(seed_of(self.config.seed, name, i))
        coarse = torch.from_numpy(rng.random((1, 4, 5, 5), np.float32))
        size = (self.config.size, self.config.size)
        return torch.nn.functional.interpolate(coarse, size, mode="bilinear")[0].numpy()


@dataclass(frozen=True)
class ToyMapperConfig(MapperConfig):
    steps: int = 30
    batch_size: int = 2
    crop_size: int = 16
    learning_rate: float = 0.05
    ema: float = 0.9
    explode_at: int = -1


@register_mapper("toy-mapper", title="Learned gains", supervision="unpaired")
class ToyMapper(Mapper):
    """Learns gains that match channel means; keeps state in training like a replay pool."""

    Config = ToyMapperConfig
    config: ToyMapperConfig

    def __init__(self, config=None):
        super().__init__(config)
        self.gain = nn.Parameter(torch.ones(4))
        self._history: list[torch.Tensor] = []

    def map(self, raw, direction):
        gain = self.gain[:, None, None]
        return raw * gain if direction == "a2b" else raw / gain

    def stages(self):
        c = self.config
        return [Stage("only", c.batch_size, c.crop_size, steps=c.steps, augment=True)]

    def configure(self, stage, total_steps):
        optimizer = torch.optim.Adam(self.parameters(), self.config.learning_rate)
        return Optimisation(
            {"gain": optimizer}, [linear_decay(optimizer, total_steps, 0.5)], self.config.ema
        )

    def training_step(self, batch, stage, optimisation):
        noise = 0.01 * torch.randn(4)
        means = (self.map(batch.a, "a2b") - batch.b).mean((0, 2, 3))
        self._history = [*self._history[-3:], means.detach()]
        loss = (means + noise).square().sum() + torch.stack(self._history).square().mean()
        if len(self._history) and self.config.explode_at == int(
            optimisation.optimizers["gain"].state.get(self.gain, {}).get("step", 0)
        ):
            loss = loss * float("nan")
        descend(optimisation.optimizers["gain"], loss)
        return {"loss": loss.detach()}

    def training_state(self):
        return {"history": self._history}

    def load_training_state(self, state):
        self._history = state["history"]


@dataclass(frozen=True)
class ToyISPConfig(ISPConfig):
    first_steps: int = 20
    second_steps: int = 20
    batch_size: int = 2
    crop_size: int = 16


@register_isp("toy-isp", title="A 1x1 convolution")
class ToyISP(DeepISP):
    Config = ToyISPConfig
    config: ToyISPConfig

    def __init__(self, config=None):
        super().__init__(config)
        self.network = nn.Sequential(
            nn.Conv2d(4, 8, 1), nn.ReLU(), nn.Conv2d(8, 3, 1), nn.Upsample(scale_factor=2)
        )

    def develop(self, raw):
        return self.network(raw)

    def stages(self):
        c = self.config
        return [
            Stage("first", c.batch_size, c.crop_size, steps=c.first_steps),
            Stage("second", c.batch_size, c.crop_size, steps=c.second_steps),
        ]

    def configure(self, stage, total_steps):
        return Optimisation({"network": torch.optim.Adam(self.parameters(), 0.01)})

    def training_step(self, batch, stage, optimisation):
        loss = (self.network(batch.raw) - batch.srgb).square().mean()
        descend(optimisation.optimizers["network"], loss)
        return {"mse": loss.detach()}


@register_mapper("toy-broken", title="Raises while it maps")
class ToyBroken(Mapper):
    def map(self, raw, direction):
        raise RuntimeError("this mapper is broken on purpose")


@register_isp("toy-impatient", title="Stops early")
class ToyImpatient(ToyISP):
    """Has enough of every stage after seven steps."""

    def __init__(self, config=None):
        super().__init__(config)
        self._steps = 0

    def configure(self, stage, total_steps):
        self._steps = 0
        return super().configure(stage, total_steps)

    def training_step(self, batch, stage, optimisation):
        self._steps += 1
        return super().training_step(batch, stage, optimisation)

    def finished(self):
        return self._steps >= 7

    def training_state(self):
        return {"steps": self._steps}

    def load_training_state(self, state):
        self._steps = state["steps"]


@dataclass(frozen=True)
class MisfitConfig(MapperConfig):
    misfit: str = "dies"


@register_mapper("toy-misfit", title="Takes its process down, hangs, fills the memory, or chatters")
class ToyMisfit(Mapper):
    Config = MisfitConfig
    config: MisfitConfig

    def map(self, raw, direction):
        if self.config.misfit == "dies":
            os.kill(os.getpid(), signal.SIGKILL)
        elif self.config.misfit == "hangs":
            time.sleep(1000)
        elif self.config.misfit == "fills":
            raise MemoryError
        sys.stdout.write("{a plug-in may print}\n")
        return raw
