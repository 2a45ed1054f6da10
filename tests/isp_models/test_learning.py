"""Every ISP, from random weights, learns a simulated camera's look with budgets of seconds.

The margins are about half of what was measured with these seeds on a CPU.
"""

from functools import partial

import numpy as np
import pytest
import torch

from benchmark.data.base import CameraPair
from benchmark.metrics.pixel import ssim
from benchmark.progress import Progress
from benchmark.registry import DATASETS, ISPS
from benchmark.training.batches import PairedBatches
from benchmark.training.trainer import Trainer

BUDGETS = {
    "pynet": {
        "width": 0.125, "level0_channels": 128, "stage_steps": (10, 10, 60, 40, 30, 40),
        "learning_rate": 3e-3, "decay_from": 0.5, "batch_size": 2, "crop_size": 32, "vgg": "off",
    },
    "pynet-v2": {
        "stage_steps": (0, 20, 0, 20, 0, 60), "learning_rate": 2e-3, "batch_size": 2,
        "crop_size": 32, "vgg": "off",
    },
    "microisp": {
        "stage_steps": (60, 0, 20), "learning_rate": 5e-3, "batch_size": 2, "crop_size": 48,
        "vgg": "off",
    },
    "syenet": {
        "stage_steps": (5, 100), "learning_rate": 3e-3, "batch_size": 4, "crop_size": 24,
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> CameraPair:
    source = DATASETS.create(
        "simulated", size=64, unpaired=24, validation=1, anchors=0, aligned=0, scenes=6, seed=5
    )
    return source.prepare(tmp_path_factory.mktemp("simulated"), Progress(quiet=True))


def similarity(isp, data: CameraPair) -> float:
    """Mean SSIM of developed unseen pictures against the camera's own."""
    assert data.scenes is not None
    scenes = data.scenes.a
    values = []
    for i in range(len(scenes)):
        with torch.inference_mode():
            developed = isp.eval()(torch.from_numpy(scenes.raw(i))[None])[0].numpy()
        values.append(ssim(developed, scenes.srgb(i).astype(np.float32) / 255))
    return float(np.mean(values))


def train(name: str, config: dict, data: CameraPair, folder):
    torch.manual_seed(0)
    isp = ISPS.create(name, **config)
    look = data.train["a"]
    folder.mkdir()
    Trainer(
        isp, partial(PairedBatches, look, look, seed=0), folder, seed=0,
        device=torch.device("cpu"), progress=Progress(quiet=True), title=name,
    ).train()  # fmt: skip
    return isp


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "gain"),  # measured: 0.17, 0.65, 0.52, 0.59
    [("pynet", 0.1), ("pynet-v2", 0.35), ("microisp", 0.3), ("syenet", 0.3)],
)
def test_the_similarity_to_unseen_truth_rises(data, tmp_path, name, gain):
    torch.manual_seed(0)
    before = similarity(ISPS.create(name, **BUDGETS[name]), data)
    after = similarity(train(name, BUDGETS[name], data, tmp_path / "run"), data)
    assert after > before + gain
