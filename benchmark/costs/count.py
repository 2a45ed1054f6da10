"""The work in a step of training or in a forward pass, counted without doing it.

Methods run on torch's meta device, where tensors have shapes and no values: every operator is seen,
nothing is computed, and weights take no memory.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from benchmark.stage import Stage, Trainable
from isp_models.base import DeepISP, ISPBatch
from mappers.base import Mapper, MapperBatch

THIN = 32
ADAM_BYTES = 28  # read and written per weight and step: weight, gradient and two moments
ADAM_COPIES = 4  # of the weights in memory: weights, gradient and two moments


@dataclass(frozen=True)
class Work:
    """What some code does, on any device.

    Attributes:
        flop: floating-point operations of convolutions and matrix products.
        thin: those of them with fewer than 32 rows, columns or terms in a sum, which fill no
            device.
        bytes: read and written by all other operators.
        calls: operators.
        peak: bytes in memory at the same time, weights and optimiser included.
    """

    flop: float = 0.0
    thin: float = 0.0
    bytes: float = 0.0
    calls: float = 0.0
    peak: float = 0.0

    def times(self, factor: float) -> "Work":
        """The same work several times, one after the other."""
        return Work(
            self.flop * factor,
            self.thin * factor,
            self.bytes * factor,
            self.calls * factor,
            self.peak,
        )

    def __add__(self, other: "Work") -> "Work":
        return Work(
            self.flop + other.flop,
            self.thin + other.thin,
            self.bytes + other.bytes,
            self.calls + other.calls,
            max(self.peak, other.peak),
        )


def training_work(method: Trainable[Any], stage: Stage) -> Work:
    """The work of one step of a stage.

    Args:
        method: on the meta device.
        stage: one of its stages.

    Raises:
        Exception: whatever a method raises that looks at values, which there are none of.
    """
    method.train()
    optimisation = method.configure(stage, 1)
    weights = sum(p.numel() for p in method.parameters() if p.requires_grad)
    for optimizer in optimisation.optimizers.values():
        setattr(optimizer, "step", _nothing)  # noqa: B010  # fused ones refuse the meta device
    with torch.device("meta"):
        batch = _batch(method, stage)
        work = count(lambda: method.training_step(batch, stage, optimisation), method)
    copies = ADAM_COPIES + (1 if optimisation.ema else 0)
    fixed = 4 * weights * copies
    return replace(work, bytes=work.bytes + ADAM_BYTES * weights, peak=work.peak + fixed)


def inference_work(method: Trainable[Any], height: int, width: int) -> Work:
    """The work of mapping, or developing, one picture.

    Args:
        method: on the meta device.
        height: of the picture in packed pixels.
        width: of the picture in packed pixels.

    Raises:
        Exception: whatever a method raises that looks at values, which there are none of.
    """
    method.eval()
    weights = sum(4 * p.numel() for p in method.parameters())
    with torch.device("meta"), torch.no_grad():
        raw = torch.empty(1, 4, height, width)
        call = (lambda: method(raw, "a2b")) if isinstance(method, Mapper) else lambda: method(raw)
        work = count(call, method)
    return replace(work, peak=work.peak + weights)


def count(call: Callable[[], Any], module: nn.Module) -> Work:
    """The work of a call on meta tensors.

    Args:
        call: what is counted.
        module: its weights and buffers are not counted in the peak.
    """
    own = {_storage(t) for t in (*module.parameters(), *module.buffers())}
    meter, saved = _Meter(), _Saved(own)
    with torch.autograd.graph.saved_tensors_hooks(saved.pack, saved.unpack), meter:
        call()
    peak = saved.peak + meter.largest
    return Work(meter.flop, meter.thin, meter.bytes, meter.calls, peak)


def _nothing() -> None:
    """In place of an optimiser's step, whose cost is known."""


def _batch(method: Trainable[Any], stage: Stage) -> MapperBatch | ISPBatch:
    n, side = stage.batch_size, stage.crop_size
    if isinstance(method, DeepISP):
        return ISPBatch(torch.empty(n, 4, side, side), torch.empty(n, 3, 2 * side, 2 * side))
    crops = [torch.empty(n, 4, side, side) for _ in range(4)]
    return MapperBatch(*crops) if method.info.supervision == "anchors" else MapperBatch(*crops[:2])


class _Meter(TorchDispatchMode):
    """Counts every operator below autograd, those of the backward pass too."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.flop = 0.0
        self.thin = 0.0
        self.bytes = 0.0
        self.calls = 0
        self.largest = 0.0  # bytes that one operator has in hand

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        result = func(*args, **kwargs)
        if func.is_view:
            return result
        self.calls += 1
        touched = sum(map(_size, _tensors((args, kwargs, result))))
        self.largest = max(self.largest, touched)
        formula = flop_registry.get(func._overloadpacket)
        if formula is None:
            self.bytes += touched
        else:
            flop = formula(*args, **kwargs, out_val=result)
            self.flop += flop
            if _smallest_side(args) < THIN:
                self.thin += flop
        return result


class _Saved:
    """The memory of what the backward pass will need, while it is kept."""

    def __init__(self, own: set[int]) -> None:
        self._own = own
        self._kept: dict[int, int] = {}  # storage: how many of its tensors are saved
        self._now = 0
        self.peak = 0

    def pack(self, tensor: Tensor) -> "_Held":
        place = _storage(tensor)
        if place not in self._own:
            if not self._kept.get(place):
                self._now += tensor.untyped_storage().nbytes()
                self.peak = max(self.peak, self._now)
            self._kept[place] = self._kept.get(place, 0) + 1
        return _Held(tensor, self)

    @staticmethod
    def unpack(held: "_Held") -> Tensor:
        return held.tensor

    def release(self, tensor: Tensor) -> None:
        place = _storage(tensor)
        if place in self._own:
            return
        self._kept[place] -= 1
        if not self._kept[place]:
            self._now -= tensor.untyped_storage().nbytes()


class _Held:
    """One saved tensor; told when autograd lets it go."""

    def __init__(self, tensor: Tensor, saved: _Saved) -> None:
        self.tensor = tensor
        self._saved = saved

    def __del__(self) -> None:
        self._saved.release(self.tensor)


def _smallest_side(args: Any) -> int:
    """The smallest of rows, columns and terms of the matrix products behind an operator."""
    tensors = [argument for argument in args if isinstance(argument, Tensor)]
    if any(tensor.ndim > 3 for tensor in tensors):
        # A convolution or its gradient: the kernel (out, in, height, width) comes last.
        kernel = [tensor for tensor in tensors if tensor.ndim > 1][-1]
        return min(kernel.shape[0], kernel[0].numel())
    return min((side for tensor in tensors for side in tensor.shape[-2:]), default=THIN)


def _storage(tensor: Tensor) -> int:
    return tensor.untyped_storage()._cdata


def _size(tensor: Tensor) -> int:
    return tensor.numel() * tensor.element_size()


def _tensors(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _tensors(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _tensors(part)
