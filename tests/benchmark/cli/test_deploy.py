"""Trained networks as files, through the command line."""

import importlib.util
import json

import numpy as np
import pytest

from tests.conftest import TOY


@pytest.fixture
def trained(toy_run):
    assert toy_run("--mapper", "global-gain").code == 0


@pytest.fixture
def deploy(bench):
    def run(*arguments):
        return bench("deploy", *arguments, "--plugin", TOY)

    return run


def test_isp_and_mapper_as_one_graph(trained, deploy, tmp_path):
    onnxruntime = pytest.importorskip("onnxruntime", reason="needs isp-bench[deploy]")
    pytest.importorskip("onnxscript", reason="needs isp-bench[deploy]")
    ran = deploy("--isp", "toy-isp", "--mapper", "global-gain", "-o", "model.onnx")
    assert ran.code == 0, ran.err
    assert "raw (1, 4, height, width) to srgb (1, 3, 2*height, 2*width)" in ran.out
    assert "opset 20" in ran.out and "GFLOP" in ran.out and "s in onnxruntime" in ran.out
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx")
    facts = session.get_modelmeta().custom_metadata_map
    assert (facts["isp"], facts["mapper"], facts["direction"]) == ("toy-isp", "global-gain", "b2a")
    assert (facts["camera"], facts["target_camera"]) == ("Right", "Left")
    assert facts["isp_key"] in ran.err and facts["mapper_key"] in ran.err
    assert "black" in facts["input"]
    raw = np.random.default_rng(0).random((1, 4, 161, 203), np.float32)
    (srgb,) = session.run(None, {"raw": raw})
    assert srgb.shape == (1, 3, 322, 406)
    other = deploy("--isp", "toy-isp", "--camera", "b", "-o", "b.onnx")
    assert other.code == 0, other.err
    (alone,) = onnxruntime.InferenceSession(tmp_path / "b.onnx").run(None, {"raw": raw})
    assert np.abs(alone - srgb).mean() > 0.01


def test_a_mapper_as_matrix_and_table(trained, deploy, tmp_path):
    """Camera B of the toy pair is A with the gains 0.5, 0.9, 0.9, 0.7."""
    ran = deploy("--mapper", "global-gain", "--to", "B", "-o", "matrix.json")
    assert ran.code == 0, ran.err
    assert "linear raw of Left to that of Right" in ran.out
    found = json.loads((tmp_path / "matrix.json").read_text())
    assert np.allclose(found["matrix_3x3"], np.diag([0.5, 0.9, 0.7]), atol=0.01)
    assert found["mapper_key"] in ran.err
    ran = deploy("--mapper", "global-gain", "--to", "A", "--points", "3", "-o", "table.cube")
    assert ran.code == 0, ran.err
    assert "differs from the mapper by" in ran.out
    text = (tmp_path / "table.cube").read_text()
    assert "LUT_3D_SIZE 3" in text and found["mapper_key"] in text


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ((), "Give --isp, --mapper, or both"),
        (("--mapper", "global-gain"), "needs --to"),
        (("--isp", "toy-isp", "--to", "A"), "leave --to out"),
        (("--isp", "toy-isp", "-o", "x.cube"), "only a mapper alone can be a .cube"),
        (("--mapper", "identity", "--to", "A", "-o", "x.json", "--input", "mosaic"), "for graphs"),
        (("--mapper", "identity", "--to", "A", "-o", "x.cube", "--points", "1"), "--points 1"),
        (("--isp", "toy-isp", "-o", "x.png"), "must end in one of .onnx, .json, .cube"),
        (("--isp", "toy-isp", "--set", "mapper.tile=3"), "give --mapper, too"),
        (("--isp", "toy-isp", "--seed", "7"), "Train it first"),
    ],
)
def test_what_cannot_be_done_says_what_can(deploy, tmp_path, options, says):
    ran = deploy("-o", "x.onnx", *options)
    assert ran.code == 2, ran.err
    assert says in ran.err
    assert not list(tmp_path.glob("x.*"))


def test_a_missing_package_is_named(deploy, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    ran = deploy("--isp", "toy-isp", "-o", "x.onnx")
    assert ran.code == 2
    assert "pip install 'isp-bench[deploy]'" in ran.err
