"""What the contract check finds, as `isp-bench check` shows it."""

import pytest

from benchmark.registry import ISPS, MAPPERS

MAPPER = """
import numpy as np, torch
from dataclasses import dataclass
from torch import nn
from benchmark.stage import Optimisation, Stage
from mappers.base import Mapper, MapperConfig, register_mapper

{before}
@register_mapper("checked", {facts})
class Checked(Mapper):
    {body}
"""
MAP = "def map(self, raw, direction): return {}"
GAINED = "raw * (0.8 if direction == 'a2b' else 0.9)"
ISP = """
import torch
from isp_models.base import DeepISP, register_isp

@register_isp("checked")
class Checked(DeepISP):
    def develop(self, raw):
        {body}
"""
BIGGER = "raw[:, :3].repeat_interleave(2, 2).repeat_interleave(2, 3)"


@pytest.fixture
def check(bench, tmp_path):
    def run(source):
        file = tmp_path / "checked.py"
        file.write_text(source)
        try:
            return bench("check", "checked", "--plugin", file)
        finally:
            for registry in (MAPPERS, ISPS):
                registry._registered.pop("checked", None)
                registry._classes.pop("checked", None)

    return run


def mapper(body, before="", facts=""):
    return MAPPER.format(body=body.replace("\n", "\n    "), before=before, facts=facts)


def lines(ran, mark):
    """The checks with a mark, and the text below each."""
    found = ran.out.splitlines()
    return {line[5:]: found[i + 1].strip() for i, line in enumerate(found) if line.startswith(mark)}


def test_a_sound_mapper_keeps_its_contract(check):
    ran = check(mapper(MAP.format(GAINED)))
    assert ran.code == 0, ran.out
    assert "checked: keeps its contract\n" in ran.out


@pytest.mark.parametrize(
    ("expression", "failing", "reason"),
    [
        ("raw / raw", "awkward", "NaN or infinity for a picture that is black"),
        ("raw * torch.log(raw)", "awkward", "NaN"),
        ("1 - (1 - raw) * torch.log(1 - raw)", "awkward", "NaN"),
        ("raw / (raw.amax() - raw.amin())", "awkward", "NaN"),
        ("raw / (1 - raw)", "awkward", "infinity"),
        ("(raw - raw.mean()) / raw.std()", "awkward", "NaN"),
        ("raw.mul_(0.5)", "without changing its input", "in place"),
        ("raw.clamp_(0.1)", "without changing its input", "in place"),
        ("torch.from_numpy(np.multiply(raw.numpy(), 0.5, out=raw.numpy()))", "input", "in place"),
        ("raw[..., :-1]", "32x32", "it must be (1, 4, 32, 32)"),
        ("raw[:, :3]", "32x32", "returned a tensor of shape (1, 3, 32, 32)"),
        ("raw.double()", "32x32", "returned torch.float64; it must be torch.float32"),
        ("raw.numpy()", "32x32", "returned ndarray, not a tensor"),
        ("None", "32x32", "returned NoneType, not a tensor"),
        ("raw + torch.rand(1)", "32x32", "another output when asked again"),
        ("{}['x']", "32x32", "KeyError: 'x'"),
    ],
)
def test_what_a_mapper_does_wrong_is_reported(check, expression, failing, reason):
    ran = check(mapper(MAP.format(expression)))
    assert ran.code == 1
    found = lines(ran, "FAIL")
    assert any(failing in name and reason in text for name, text in found.items()), ran.out
    assert "Traceback" not in ran.err


def test_a_change_of_the_input_is_not_called_indeterminate(check):
    ran = check(mapper(MAP.format("raw.mul_(0.5)")))
    assert set(lines(ran, "FAIL")) == {
        "maps a2b without changing its input",
        "maps b2a without changing its input",
    }


def test_a_mapper_that_ignores_the_direction_is_warned(check):
    ran = check(mapper(MAP.format("0.5 * raw")))
    assert ran.code == 0
    assert lines(ran, "warn") == {
        "maps differently in the two directions": (
            "gives the same output for a2b and b2a; is that meant?"
        )
    }
    assert "keeps its contract (1 warning)" in ran.out


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ('supervision="unpared"', "Did you mean 'unpaired'"),
        ('year="soon"', "year = 'soon'"),
    ],
)
def test_wrong_facts_are_reported(check, facts, reason):
    ran = check(mapper(MAP.format(GAINED), facts=facts))
    assert ran.code == 1
    assert reason in ran.err and "Traceback" not in ran.err


@pytest.mark.parametrize("name", ["a/b", "../x", "with space", "all"])
def test_a_name_that_is_not_a_file_name_is_reported(bench, tmp_path, name):
    file = tmp_path / "named.py"
    file.write_text(mapper(MAP.format(GAINED)).replace("checked", name))
    ran = bench("check", name, "--plugin", file)
    assert ran.code == 1
    assert f"'{name}' cannot be a name" in ran.err


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("def __init__(self, config=None): self.gain = 1", "super().__init__(config)"),
        ("def __init__(self, config=None): self.gain = nn.Linear(1, 1)", "super().__init__"),
        ("def __init__(self): super().__init__()", "def __init__(self, config=None)"),
        ("def __init__(self, config=None):\n    super().__init__()\n    1 / 0", "ZeroDivision"),
        ("Config = dict", "must be a dataclass"),
        ("test_time = ('gain',)", "does not have: ['gain']"),
    ],
)
def test_a_mapper_that_cannot_be_created_is_reported(check, body, reason):
    ran = check(mapper(f"{body}\n{MAP.format(GAINED)}"))
    assert ran.code == 1
    assert reason in lines(ran, "FAIL")["is created from its settings"]
    assert "Traceback" not in ran.err


def test_settings_that_are_not_handed_on_are_reported(check):
    before = "@dataclass(frozen=True)\nclass C(MapperConfig):\n    crop_size: int = 7\n"
    body = f"Config = C\ndef __init__(self, config=None): super().__init__()\n{MAP.format('raw')}"
    ran = check(mapper(body, before))
    assert "ignores its settings" in lines(ran, "FAIL")["is created from its settings"]


def test_data_that_is_not_declared_is_reported(check):
    ran = check(mapper(f"def fit(self, data): data.anchors\n{MAP.format(GAINED)}"))
    text = lines(ran, "FAIL")["fits from the data it declares"]
    assert "declares supervision 'none' but reads 'anchors'" in text


def test_what_is_fitted_must_be_saved(check):
    body = (
        "gain = 1.0\n"
        "def fit(self, data): self.gain = float(data.unpaired_b[0].mean())\n"
        "def map(self, raw, direction): return raw * self.gain"
    )
    ran = check(mapper(body, facts='supervision="unpaired"'))
    assert "parameters or buffers" in lines(ran, "FAIL")["saves and loads to the same outputs"]


@pytest.mark.parametrize(
    ("body", "failing", "reason"),
    [
        ("return raw[:, :3]", "32x32", "it must be (1, 3, 64, 64)"),
        (f"return {BIGGER}.double()", "32x32", "torch.float64"),
        (f"return {BIGGER} / raw.amax()", "awkward", "black"),
        (f"raw -= 0.1; return {BIGGER}", "without changing its input", "in place"),
    ],
)
def test_what_an_isp_does_wrong_is_reported(check, body, failing, reason):
    ran = check(ISP.format(body=body))
    assert ran.code == 1
    found = lines(ran, "FAIL")
    assert any(failing in name and reason in text for name, text in found.items()), ran.out


def test_an_unknown_method_is_a_users_mistake(bench):
    ran = bench("check", "cstp")
    assert ran.code == 2
    assert "Did you mean 'cstpp'" in ran.err
