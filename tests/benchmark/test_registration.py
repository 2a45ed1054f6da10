"""What a registration may say, and how a registered class is created."""

import re

import pytest

import mappers
from benchmark.errors import ContractError
from benchmark.plugin import load_plugin
from benchmark.registry import MAPPERS, register_mapper
from mappers.base import Mapper

PLUGIN = """
import torch
from mappers.base import Mapper, register_mapper
@register_mapper("broken")
class Mine(Mapper):
    {body}
"""


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"supervision": "unpared"}, "Did you mean 'unpaired'"),
        ({"supervision": 3}, "supervision = 3"),
        ({"titel": "x"}, "Did you mean 'title'"),
        ({"version": "two"}, "version = 'two'"),
        ({"needs": "weights"}, "needs = 'weights'"),
    ],
)
def test_facts_are_checked_at_the_registration(facts, reason):
    with pytest.raises(ContractError, match=re.escape(reason)):
        register_mapper("facts", **facts)


@pytest.mark.parametrize("name", ["a/b", "..", "", "a b", ".hidden", "-x", "all", "none", "x" * 65])
def test_a_name_must_be_fit_for_files_and_commands(name):
    with pytest.raises(ContractError, match="cannot be a name"):
        register_mapper(name)


def test_a_decorator_without_a_name_is_explained():
    with pytest.raises(ContractError, match=re.escape('@register_mapper("my-name"')):
        register_mapper(Mapper)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("def __init__(self, config=None): self.x = 1", "super().__init__(config)"),
        ("def __init__(self, config=None): self.x = torch.nn.Linear(1, 1)", "super().__init__"),
        ("def __init__(self, config=None): self.x = self.config", "super().__init__(config)"),
        ("def __init__(self): super().__init__()", "def __init__(self, config=None)"),
        ("def __init__(self, config, width): super().__init__()", "takes (config, width)"),
        ("Config = 3", "must be a dataclass"),
    ],
)
def test_a_broken_constructor_is_explained(tmp_path, body, reason):
    file = tmp_path / "broken.py"
    file.write_text(PLUGIN.format(body=body))
    load_plugin(file)
    try:
        with pytest.raises(ContractError, match=re.escape(reason)):
            mappers.create("broken")
    finally:
        MAPPERS._registered.pop("broken")
        MAPPERS._classes.pop("broken")
