import pytest
import torch

import mappers
from benchmark.errors import BenchError
from benchmark.methods.conformance import check_mapper
from benchmark.planning.preset import load_preset
from benchmark.registry import MAPPERS

NAMES = mappers.names()


@pytest.mark.parametrize("name", NAMES)
def test_contract(name):
    problems = [f"{r.name}: {r.problem}" for r in check_mapper(name) if r.problem]
    assert not problems


@pytest.mark.parametrize("name", NAMES)
def test_wrong_input_is_an_error(name):
    config = MAPPERS.get(name).Config
    mapper = mappers.create(name, **load_preset("smoke").values("mapper", name, config)).eval()
    for shape in [(4, 32, 32), (1, 3, 32, 32), (1, 4, 31, 64)]:
        with pytest.raises(BenchError):
            mapper(torch.rand(*shape), "a2b")
    with pytest.raises(BenchError, match="a2b"):
        mapper(torch.rand(1, 4, 32, 32), "b2b")


@pytest.mark.parametrize("name", [n for n in NAMES if not MAPPERS.get(n).depends_on_seed])
def test_what_does_not_depend_on_the_seed_has_no_weights(name):
    mapper = mappers.create(name)
    assert mapper.state_dict() == {}
    assert not mapper.stages()


@pytest.mark.parametrize("name", NAMES)
def test_facts_are_complete(name):
    info = mappers.info(name)
    assert info.title and info.supervision in ("none", "unpaired", "anchors")
    if info.authors:
        assert info.year and info.link.startswith("https://")
