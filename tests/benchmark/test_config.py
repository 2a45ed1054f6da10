"""Configs from mappings and YAML, and errors that name the key."""

from dataclasses import dataclass

import pytest
from pydantic import BaseModel

from benchmark.config import build, field_names, key_values, read_yaml, validated
from benchmark.errors import BenchError


@dataclass(frozen=True)
class Config:
    steps: int = 10
    rate: float = 0.1
    sizes: tuple[int, ...] = (1, 2)


class Model(BaseModel):
    steps: int = 10


def test_values_are_checked_and_converted():
    assert build(Config, {}, "here") == Config()
    built = build(Config, {"steps": 3, "rate": 1, "sizes": [4]}, "here")
    assert built == Config(3, 1.0, (4,))
    assert isinstance(built.rate, float)
    assert isinstance(built.sizes, tuple)
    assert field_names(Config) == {"steps", "rate", "sizes"}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"step": 3}, "Unknown config key 'step' in here. Did you mean 'steps'?"),
        ({"steps": "many"}, "here: steps = 'many' is not valid"),
        ({"steps": 1.5}, "here: steps = 1.5 is not valid"),
        ({"sizes": [1, "x"]}, r"here: sizes\.1 = 'x' is not valid"),
    ],
)
def test_wrong_values_name_key_value_and_place(values, message):
    with pytest.raises(BenchError, match=message):
        build(Config, values, "here")


def test_key_values_are_yaml_scalars():
    parts = ["a=1", " b=x", "c=true", "d=", "e=1e-3=2", "f=[1, 2]"]
    assert key_values(parts, "here") == {
        "a": 1, "b": "x", "c": True, "d": None, "e": "1e-3=2", "f": [1, 2],
    }  # fmt: skip
    for wrong in ("a", "=1"):
        with pytest.raises(BenchError, match=f"here {wrong}: write KEY=VALUE"):
            key_values([wrong], "here")
    with pytest.raises(BenchError, match="'\\[1' is not a YAML value"):
        key_values(["a=[1"], "here")


def test_yaml_files_must_hold_a_mapping(tmp_path):
    file = tmp_path / "run.yaml"
    file.write_text("steps: 3\n")
    assert read_yaml(file) == {"steps": 3}
    file.write_text("")
    assert read_yaml(file) == {}
    for text, message in (("- 3\n", "must hold"), ("a: [", "is not valid YAML")):
        file.write_text(text)
        with pytest.raises(BenchError, match=message):
            read_yaml(file)
    file.write_bytes(b"a: \xff\n")
    with pytest.raises(BenchError, match="cannot be read"):
        read_yaml(file)
    with pytest.raises(BenchError, match="cannot be read"):
        read_yaml(tmp_path / "missing.yaml")


def test_models_are_validated_with_the_same_kind_of_error():
    assert validated(Model, {"steps": 3}, "run.yaml").steps == 3
    with pytest.raises(
        BenchError, match=r"Unknown key 'stesp' in run\.yaml\. Did you mean 'steps'"
    ):
        validated(Model, {"stesp": 3}, "run.yaml")
    with pytest.raises(BenchError, match=r"run\.yaml: steps = 'x' is not valid"):
        validated(Model, {"steps": "x"}, "run.yaml")
