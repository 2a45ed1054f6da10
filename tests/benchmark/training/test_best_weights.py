"""Which weights a stage ends with where it looks at validation crops."""

import math
from itertools import count

import pytest
import torch
from torch import nn

from benchmark.data.base import CameraPair
from benchmark.errors import ContractError
from benchmark.plugin import load_plugin
from benchmark.progress import Progress
from benchmark.registry import DATASETS
from benchmark.stage import Optimisation, Stage, Validation
from benchmark.training import trainer as training
from benchmark.training.batches import PairedBatches
from benchmark.training.best_weights import BestWeights
from benchmark.training.trainer import Trained, Trainer, TrainingError
from isp_models.base import DeepISP
from tests.conftest import TOY

# What the steps of a stage make of the weight; the loss of validation is its distance from 0.
WALK = (5, 3, 1, 2, 4, 6, 0.5, 7, 8, 9)


class Walker(DeepISP):
    """One weight, which takes the values of a list, one a step."""

    def __init__(self, rule: Validation, ema: float = 0.0, values: tuple[float, ...] = WALK):
        super().__init__()
        self.weight = nn.Parameter(torch.tensor(10.0))
        self.rule, self.ema, self.values = rule, ema, values
        self.seen: list[int] = []

    @classmethod
    def validates(cls, config):
        return True

    def stages(self):
        return [Stage(name, 4, 16, steps=len(self.values)) for name in ("one", "two")]

    def configure(self, stage, total_steps):
        self.steps = 0
        sgd = torch.optim.SGD(self.parameters(), 1.0)
        return Optimisation({"sgd": sgd}, ema=self.ema, validation=self.rule)

    def training_step(self, batch, stage, optimisation):
        assert self.training
        with torch.no_grad():
            self.weight.fill_(self.values[self.steps])
        self.steps += 1
        return {"loss": self.weight.detach().clone()}

    def validation_loss(self, batch, stage):
        assert not self.training
        self.seen.append(len(batch.raw))
        return self.weight.abs()

    def training_state(self):
        return {"steps": self.steps}

    def load_training_state(self, state):
        self.steps = state["steps"]


@pytest.fixture
def data(tmp_path) -> CameraPair:
    load_plugin(TOY)
    return DATASETS.create("toy").prepare(tmp_path / "toy", Progress(quiet=True))


def train(isp: DeepISP, data: CameraPair, folder, validation: bool = True) -> Trained:
    def pairs(part):
        return lambda stage: PairedBatches(part["a"], part["a"], stage, seed=0)

    folder.mkdir(parents=True, exist_ok=True)
    return Trainer(
        isp, pairs(data.train), folder, seed=0, device=torch.device("cpu"),
        progress=Progress(quiet=True), title="walk",
        validation=pairs(data.validation) if validation else None,
    ).train()  # fmt: skip


@pytest.mark.parametrize(
    ("every", "patience", "weight", "steps"),
    [
        (1, None, 0.5, 10),
        (2, None, 2, 10),  # looks at 3, 2, 6, 7, 9
        (3, None, 1, 10),
        (100, None, 9, 10),  # the only look is the one at the end
        (1, 3, 1, 6),  # ends before it finds 0.5
        (1, 4, 0.5, 10),
    ],
)
def test_a_stage_ends_with_its_best_weights(data, tmp_path, every, patience, weight, steps):
    isp = Walker(Validation(every, patience))
    assert train(isp, data, tmp_path / "run").steps == {"one": steps, "two": steps}
    assert isp.weight.item() == weight


def test_every_validation_crop_is_looked_at_once(data, tmp_path):
    isp = Walker(Validation(every=10))
    train(isp, data, tmp_path / "run")
    pictures = sum((r.height // 16) * (r.width // 16) for r in data.validation["a"])
    assert sum(isp.seen) == 2 * pictures
    assert max(isp.seen) <= 4


def test_the_average_of_the_weights_is_what_is_compared_where_it_is_used(data, tmp_path):
    isp = Walker(Validation(every=1), ema=0.5, values=(8, 0, 0, 12))
    train(isp, data, tmp_path / "run")
    assert isp.weight.item() == 2  # of 8, 4, 2, 7


@pytest.mark.parametrize("stop_after", [2, 4, 8, 11])
def test_a_training_cut_off_goes_on_with_the_best_so_far(data, tmp_path, monkeypatch, stop_after):
    rule = Validation(every=1, patience=3)
    asked = count()
    monkeypatch.setattr(training, "stop_requested", lambda: next(asked) + 1 >= stop_after)
    with pytest.raises(KeyboardInterrupt):
        train(Walker(rule), data, tmp_path / "cut")
    monkeypatch.setattr(training, "stop_requested", lambda: False)
    resumed = Walker(rule)
    assert train(resumed, data, tmp_path / "cut").steps == {"one": 6, "two": 6}
    assert resumed.weight.item() == 1


def test_the_losses_of_validation_are_logged(data, tmp_path):
    train(Walker(Validation(every=5)), data, tmp_path / "run")
    log = (tmp_path / "run" / "log.jsonl").read_text()
    assert '{"stage": "one", "step": 5, "validation": 4.0}' in log
    assert log.count("validation") == 4


def test_a_loss_of_validation_that_is_nan_stops_the_training(data, tmp_path):
    isp = Walker(Validation(every=2), values=(1, math.nan, 1))
    isp.training_step = lambda *_: {"loss": torch.zeros(())}  # type: ignore[method-assign]
    with torch.no_grad():
        isp.weight.fill_(math.nan)
    with pytest.raises(TrainingError, match="step 2: the loss 'validation' is nan"):
        train(isp, data, tmp_path / "run")


def test_validation_must_be_declared(data, tmp_path):
    with pytest.raises(ContractError, match="`validates` does not declare"):
        train(Walker(Validation(every=1)), data, tmp_path / "run", validation=False)


def test_without_a_look_the_weights_stay():
    network = nn.Linear(1, 1)
    before = network.weight.clone()
    BestWeights(Validation(every=1)).give(network)
    assert torch.equal(network.weight, before)


def test_weights_of_an_equal_loss_are_not_better():
    network, best = nn.Linear(1, 1, bias=False), BestWeights(Validation(every=1, patience=1))
    for value in (1.0, 2.0):
        nn.init.constant_(network.weight, value)
        best.offer(network, 0.3)
    assert best.enough
    best.give(network)
    assert network.weight.item() == 1
