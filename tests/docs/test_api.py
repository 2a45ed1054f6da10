"""The examples of docs/api.md run in their order; what the API refuses."""

import importlib.util
import re
from typing import Any

import pandas as pd
import pytest
import torch

import benchmark
from benchmark.errors import BenchError
from benchmark.records.record import read_records
from tests.conftest import REPOSITORY, TOY

PAGE = REPOSITORY / "docs" / "api.md"
TOY_RUN = {"data": ("toy",), "isp": ("toy-isp",), "preset": "smoke", "plugin": (str(TOY),)}


@pytest.mark.slow
def test_the_examples_of_the_page_run(capsys):
    names: dict[str, Any] = {}
    for code in re.findall(r"^```python\n(.*?)^```", PAGE.read_text("utf-8"), re.M | re.S):
        exec(code, names)
    folder, frame, srgb = names["folder"], names["frame"], names["srgb"]
    records = read_records(folder)
    assert len(frame) == sum(record.n for record in records)
    for record in records:
        cell = frame[(frame.protocol == record.protocol) & (frame.mapper == record.label)]
        assert cell.picture.tolist() == list(record.ids)
        assert cell.kl.tolist() == pytest.approx(list(record.per_image["kl"]), rel=1e-12)
    assert isinstance(frame, pd.DataFrame)
    assert isinstance(srgb, torch.Tensor)
    assert srgb.shape == (1, 3, 128, 192)
    assert (folder / "report.html").is_file()
    assert "cstpp" in capsys.readouterr().out


def test_a_failed_step_is_an_error_and_the_rest_is_recorded():
    config = benchmark.RunConfig(
        mapper=("toy-broken", "identity"), direction=("b2a",), references=False, workers=1,
        **TOY_RUN,
    )  # fmt: skip
    with pytest.raises(BenchError, match=r"These steps of .*toy-smoke failed: .*toy-broken"):
        benchmark.run(config)
    assert benchmark.load_run("results/toy-smoke").mapper.unique().tolist() == ["identity"]


def test_what_was_not_trained_is_an_error_that_names_the_command(tmp_path):
    with pytest.raises(BenchError, match="isp-bench run --mapper chai --protocol raw-to-raw"):
        benchmark.load_mapper("chai", store=tmp_path / "nothing")
    with pytest.raises(BenchError, match="isp-bench run --isp pynet --direction b2a"):
        benchmark.load_isp("pynet", camera="b", store=tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()


def test_a_missing_pandas_is_named(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(BenchError, match=re.escape("pip install 'isp-bench[pandas]'")):
        benchmark.load_run("results/toy-smoke")


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'lode_run'"):
        _ = benchmark.lode_run
