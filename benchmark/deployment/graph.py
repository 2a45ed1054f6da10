"""A network as an ONNX graph of dynamic height and width."""

import logging
import operator
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import onnx
import onnx.compose
import torch
from onnxscript import opset20
from torch import Tensor, nn
from torch.export import Dim

from benchmark.deployment.pipeline import Packing, Pipeline, example
from benchmark.errors import BenchError

OPSET = 20
SMALLEST = 160  # packed pixels; above half a tile, so that every padding can be mirrored
LARGEST = 2**16
TWICE = ("mosaic", "srgb")  # what is twice as high and wide as packed raw
SIZE = (
    1501,
    2003,
)  # packed pixels at which the graph is traced; odd, so that networks pad; many tiles


def to_onnx(pipeline: Pipeline, facts: Mapping[str, str], mosaic: bool = False) -> onnx.ModelProto:
    """The graph of a pipeline, for one picture at a time.

    Args:
        pipeline: in eval mode, on the CPU.
        facts: what is written into the file as metadata.
        mosaic: whether the graph takes a mosaic with its levels, and packs it itself.

    Returns:
        Inputs: `raw`, as :meth:`Pipeline.forward` takes it, or those of :meth:`Packing.forward`.
        Output: `srgb`, or `mapped` where there is no ISP.

    Raises:
        BenchError: something in the network has no counterpart in ONNX.
    """
    output = "mapped" if pipeline.isp is None else "srgb"
    model = _exported(pipeline, {"raw": example(*SIZE)}, output)
    if mosaic:
        counts = torch.zeros(1, 1, 2 * SIZE[0], 2 * SIZE[1])
        levels = {"black": torch.zeros(4), "white": torch.ones(())}
        packing = _exported(Packing(), {"mosaic": counts, **levels}, "packed")
        packing = onnx.compose.add_prefix(
            packing, "packing_", rename_inputs=False, rename_outputs=False
        )
        model = onnx.compose.merge_models(packing, model, io_map=[("packed", "raw")])
    _tidy(model)
    onnx.helper.set_model_props(model, dict(facts))
    onnx.checker.check_model(model, full_check=True)
    return model


def _exported(network: nn.Module, inputs: Mapping[str, Tensor], output: str) -> onnx.ModelProto:
    sizes = Dim.DYNAMIC(min=SMALLEST, max=LARGEST)
    dynamic = tuple({2: sizes, 3: sizes} if x.ndim == 4 else None for x in inputs.values())
    try:
        # With gradients, because without them large pictures go through the ISPs in strips.
        with torch.enable_grad(), _quiet():
            program = torch.export.export(
                network, tuple(inputs.values()), dynamic_shapes=dynamic,
                strict=False, prefer_deferred_runtime_asserts_over_guards=True,
            )  # fmt: skip
            exported = torch.onnx.export(
                program, (), dynamo=True, verbose=False, opset_version=OPSET,
                input_names=list(inputs), output_names=[output],
                custom_translation_table=TRANSLATIONS,
            )  # fmt: skip
    except BenchError:
        raise
    except Exception as error:  # torch's exporter has no base class of its errors
        raise BenchError(f"This network cannot be written as ONNX: {_reason(error)}") from error
    assert exported is not None
    return exported.model_proto


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the warnings of torch and onnxscript about their own insides."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    finally:
        logging.disable(before)


def _floor_divide(a: Any, b: Any) -> Any:
    """Python's division of integers; that of ONNX rounds towards 0."""
    return opset20.Div(opset20.Sub(a, opset20.Mod(a, b)), b)


def _attention(
    query: Any, key: Any, value: Any, attn_mask: Any = None, dropout_p: float = 0.0,
    is_causal: bool = False, scale: float | None = None, enable_gqa: bool = False,
) -> Any:  # fmt: skip
    """Attention of any number of dimensions; the exporter's own knows four."""
    rank = len(query.shape)
    transposed = opset20.Transpose(key, perm=[*range(rank - 2), rank - 1, rank - 2])
    scale = query.shape[rank - 1] ** -0.5 if scale is None else scale
    scores = opset20.MatMul(opset20.Mul(query, scale), transposed)
    if attn_mask is not None:
        scores = opset20.Add(scores, attn_mask)
    return opset20.MatMul(opset20.Softmax(scores, axis=-1), value)


TRANSLATIONS: dict[Any, Any] = {
    operator.floordiv: _floor_divide,
    torch.ops.aten.scaled_dot_product_attention.default: _attention,
}


def _reason(error: BaseException) -> str:
    """The innermost cause, in a line."""
    while error.__cause__ is not None:
        error = error.__cause__
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0] if lines else 'no details'}"


def _tidy(model: onnx.ModelProto) -> None:
    """Names the sizes of inputs and outputs, and drops the exporter's notes on what is between."""
    graph = model.graph
    for value in (*graph.input, *graph.output):
        shape = value.type.tensor_type.shape.dim
        factor = "2*" if value.name in TWICE else ""
        for axis, side in enumerate(("height", "width"), start=2):
            if axis < len(shape):
                shape[axis].dim_param = factor + side
    del graph.value_info[:]
    del model.opset_import[:]  # named twice after a merge
    model.opset_import.append(onnx.helper.make_opsetid("", OPSET))
    for node in graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
