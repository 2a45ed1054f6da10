"""Loading what was trained, from a store."""

import pytest
import torch

from benchmark.errors import BenchError
from benchmark.progress import Progress
from benchmark.steps.context import Context
from benchmark.steps.load import create_mapper, load_isp, load_mapper
from benchmark.store.store import Store
from tests.benchmark.specs import fit


@pytest.fixture
def trained(toy_run, tmp_path):
    """A context on the store of a small run, and the keys of a mapper and an ISP in it."""
    assert toy_run("--no-references", "--direction", "a2b").code == 0
    store = Store(tmp_path / "home")
    keys = {store.spec(key).kind: key for key in store.step_keys()}
    with Progress() as progress:
        yield Context(store, torch.device("cpu"), progress), keys


def test_weights_come_back_and_networks_are_ready(trained):
    context, keys = trained
    mapper, isp = load_mapper(keys["mapper"], context), load_isp(keys["isp"], context)
    assert not mapper.training
    assert not isp.training
    raw = torch.rand(1, 4, 32, 32)
    with torch.inference_mode():
        assert torch.equal(mapper(raw, "a2b"), load_mapper(keys["mapper"], context)(raw, "a2b"))
        assert isp(raw).shape == (1, 3, 64, 64)
    fresh = create_mapper(context.store.spec(keys["mapper"]))
    assert any(
        not torch.equal(one, two)
        for one, two in zip(mapper.parameters(), fresh.parameters(), strict=True)
    ), "the weights are the trained ones"


def test_the_other_kind_is_refused(trained):
    context, keys = trained
    with pytest.raises(BenchError, match="is of kind 'isp'"):
        load_mapper(keys["isp"], context)
    with pytest.raises(BenchError, match="is of kind 'mapper'"):
        load_isp(keys["mapper"], context)


def test_a_mapper_is_drawn_from_its_own_seed_alone():
    def first(seed):
        spec = fit(method="cyclegan", seed=seed, config={"blocks": 1, "width": 4})
        return next(create_mapper(spec).parameters())

    torch.manual_seed(1)
    state = torch.get_rng_state()
    one = first(0)
    assert torch.equal(torch.get_rng_state(), state)
    torch.manual_seed(2)
    assert torch.equal(first(0), one)
    assert not torch.equal(first(1), one)
