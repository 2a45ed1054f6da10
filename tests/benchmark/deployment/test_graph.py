"""Graphs in onnxruntime give what torch gives, at sizes that they were not traced at."""

import numpy as np
import pytest
import torch
from torch import nn

import isp_models
import mappers
from benchmark.deployment.pipeline import Packing, Pipeline, example
from benchmark.errors import BenchError
from mappers.base import Mapper
from mappers.networks.tiling import map_tiles
from tests.benchmark.deployment.networks import pipeline

onnx = pytest.importorskip("onnx", reason="needs isp-bench[deploy]")
onnxruntime = pytest.importorskip("onnxruntime", reason="needs isp-bench[deploy]")
pytest.importorskip("onnxscript", reason="needs isp-bench[deploy]")
graph = pytest.importorskip("benchmark.deployment.graph")

SIZES = [(160, 160), (161, 203), (301, 211), (256, 320)]  # packed pixels
QUICK = ("microisp", "syenet", "fda", "global-poly")  # the others take minutes
OTHERS = sorted({*mappers.names(), *isp_models.names()} - {*QUICK})


def session(model):
    return onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )


@pytest.mark.parametrize(
    "name", [*QUICK, *(pytest.param(name, marks=pytest.mark.export) for name in OTHERS)]
)
def test_every_method_as_a_graph(name):
    network = pipeline(name)
    model = graph.to_onnx(network, {})
    run = session(model)
    for size in SIZES:
        raw = example(*size)
        with torch.inference_mode():
            expected = network(raw).numpy()
        (found,) = run.run(None, {"raw": raw.numpy()})
        assert np.abs(found - expected).max() < 1e-4, size
        assert np.ptp(expected) > 0.1, "it is a picture"


def test_a_mapper_before_an_isp_and_the_packing_inside():
    network = Pipeline(pipeline("global-gain").mapper, "b2a", pipeline("syenet").isp).eval()
    model = graph.to_onnx(network, {"isp_key": "0123", "camera": "Café"}, mosaic=True)
    counts = torch.randint(0, 1024, (1, 1, 402, 322)).float()
    black, white = torch.tensor([60.0, 64, 65, 70]), torch.tensor(1000.0)
    with torch.inference_mode():
        expected = network(Packing()(counts, black, white)).numpy()
    inputs = {"mosaic": counts.numpy(), "black": black.numpy(), "white": white.numpy()}
    (found,) = session(model).run(None, inputs)
    assert found.shape == (1, 3, 402, 322)
    assert np.abs(found - expected).max() < 1e-4
    assert {p.key: p.value for p in model.metadata_props} == {"isp_key": "0123", "camera": "Café"}
    assert [i.version for i in model.opset_import if not i.domain] == [graph.OPSET]
    shapes = {
        value.name: [side.dim_param or side.dim_value for side in value.type.tensor_type.shape.dim]
        for value in (*model.graph.input, *model.graph.output)
    }
    assert shapes == {
        "mosaic": [1, 1, "2*height", "2*width"],
        "black": [4],
        "white": [],
        "srgb": [1, 3, "2*height", "2*width"],
    }


def test_a_trained_form_is_merged_to_the_slim_one():
    merged, wide = pipeline("syenet"), isp_models.create("syenet")
    model = graph.to_onnx(merged, {})
    weights = sum(np.prod(tensor.dims) for tensor in model.graph.initializer)
    assert weights < 0.2 * sum(weight.numel() for weight in wide.parameters())


class Odd(Mapper):
    """A mapper whose numbers decide what it does."""

    def map(self, raw, direction):
        return raw * 2 if float(raw.mean()) > 0.5 else raw


def test_what_cannot_be_written_says_why():
    with pytest.raises(BenchError, match=r"cannot be written as ONNX: \w+: "):
        graph.to_onnx(Pipeline(Odd()), {})


def test_tiles_that_only_spare_memory_are_refused():
    tiled = mappers.create("afifi", widths=(4, 8), tile=64).eval()
    with pytest.raises(BenchError, match="leave the setting `tile` at 0"):
        graph.to_onnx(Pipeline(tiled), {})


class Tiled(nn.Module):
    """The output at a pixel depends on the tile that it is in."""

    isp = None

    def forward(self, raw):
        return map_tiles(lambda tile: tile * tile.mean((1, 2, 3), keepdim=True), raw, 256)


def test_tiles_are_where_they_are_in_torch():
    run = session(graph.to_onnx(Tiled(), {}))
    for size in [(160, 160), (256, 256), (161, 600), (700, 257)]:
        raw = example(*size) ** torch.linspace(1, 3, size[1])
        (found,) = run.run(None, {"raw": raw.numpy()})
        assert np.abs(found - Tiled()(raw).numpy()).max() < 1e-5, size


class Divided(nn.Module):
    """Rounds a size down, below 0."""

    isp = None

    def forward(self, raw):
        return raw + (-raw.shape[2] // 2)


def test_whole_numbers_are_divided_as_in_python():
    run = session(graph.to_onnx(Divided(), {}))
    raw = torch.zeros(1, 4, 161, 160)
    (found,) = run.run(None, {"raw": raw.numpy()})
    assert found[0, 0, 0, 0] == -81
