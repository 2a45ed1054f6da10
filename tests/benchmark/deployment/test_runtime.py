import pytest
import torch

from benchmark.deployment.pipeline import Pipeline
from benchmark.errors import BenchError
from tests.benchmark.deployment.networks import pipeline

pytest.importorskip("onnx", reason="needs isp-bench[deploy]")
pytest.importorskip("onnxscript", reason="needs isp-bench[deploy]")
runtime = pytest.importorskip("benchmark.deployment.runtime", reason="needs isp-bench[deploy]")
graph = pytest.importorskip("benchmark.deployment.graph")


@pytest.mark.parametrize("mosaic", [False, True])
def test_a_graph_is_compared_and_counted(mosaic):
    network = Pipeline(isp=pipeline("syenet").isp).eval()
    assert network.isp is not None
    macs = sum(
        4 * weight.numel() if name == "network.tail.weight" else weight.numel()
        for name, weight in network.isp.named_parameters()
        if weight.ndim == 4 and "attention" not in name and not name.endswith("offset")
    )
    measured = runtime.measure(graph.to_onnx(network, {}, mosaic), network, mosaic)
    assert measured.difference < 1e-5
    assert measured.gflop == pytest.approx(2 * macs * runtime.TIMED**2 / 1e9, rel=0.01)
    assert min(measured.onnxruntime, measured.torch) > 0


def test_a_graph_of_other_weights_is_refused():
    network = pipeline("global-gain")
    model = graph.to_onnx(network, {})
    gains = network.get_buffer("mapper.a2b")
    gains += 0.01 * torch.arange(4)
    with pytest.raises(BenchError, match="It was not written"):
        runtime.measure(model, network, mosaic=False)
