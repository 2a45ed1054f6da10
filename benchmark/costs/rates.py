"""How fast a device is, measured in seconds, and how long counted work takes on it."""

import copy
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain

import torch
import torch.nn.functional as F
from torch import nn

from benchmark.costs.count import Work, count

REPEATS = 3  # the fastest counts: anything else on the machine only slows down
LAYERS = 32  # of the network whose pictures are so small that only calls take time


@dataclass(frozen=True)
class Rates:
    """What a device does.

    Attributes:
        flop: operations per second in convolutions, forward and backward.
        thin: the same in convolutions of few channels.
        bytes: per second in operators that are bound by memory.
        call: seconds that an operator takes whatever it does.
        overlap: whether operators are queued while others run, as on GPUs.
        threads: that share the work of each operator; all the other rates are those of one.
    """

    flop: float
    thin: float
    bytes: float
    call: float
    overlap: bool
    threads: int = 1

    def seconds(self, work: Work) -> float:
        """How long some work takes."""
        wide = work.flop - work.thin
        computing = wide / self.flop + work.thin / self.thin + work.bytes / self.bytes
        computing /= self.threads
        calling = work.calls * self.call
        return max(computing, calling) if self.overlap else computing + calling


def measure_rates(device: torch.device, *, bfloat16: bool) -> Rates:
    """Measures a device for a few seconds.

    Args:
        device: where networks will run. Of a CPU, one thread is measured: threads that wait for
            each other on a busy machine would look slow, for as long as the rates are kept.
        bfloat16: whether under torch's autocast.
    """
    batch = 4 if device.type == "cpu" else 64  # a GPU is not filled by less
    with (
        _one_thread(),
        torch.random.fork_rng(),
        torch.autocast(device.type, torch.bfloat16, bfloat16),
    ):
        torch.manual_seed(0)
        wide, thin = (_convolution_rate(batch, channels, device) for channels in (64, 12))
        large = torch.rand(2**24 if device.type == "cpu" else 2**28, device=device)
        adding = _seconds(lambda: large + large, device)
        network = _tiny_network().to(device)
        small = torch.rand(1, 4, 8, 8, device=device)
        calling = _seconds(lambda: network(small).sum().backward(), device)
    bare, nothing = copy.deepcopy(network).to("meta"), small.to("meta")
    calls = count(lambda: bare(nothing).sum().backward(), bare).calls
    return Rates(
        wide,
        thin,
        3 * 4 * large.numel() / adding,
        calling / calls,
        device.type == "cuda",
    )


@contextmanager
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _convolution_rate(batch: int, channels: int, device: torch.device) -> float:
    """Operations per second, forward and backward."""
    image = torch.rand(batch, channels, 128, 128, device=device, requires_grad=True)
    kernel = torch.rand(channels, channels, 3, 3, device=device, requires_grad=True)
    seconds = _seconds(lambda: F.conv2d(image, kernel, padding=1).sum().backward(), device)
    return 3 * 2 * batch * channels**2 * 9 * 128 * 128 / seconds


def _tiny_network() -> nn.Sequential:
    """Layers as most networks here have them."""
    layers = ((nn.Conv2d(4, 4, 3, padding=1), nn.InstanceNorm2d(4), nn.LeakyReLU())
              for _ in range(LAYERS))  # fmt: skip
    return nn.Sequential(*chain.from_iterable(layers))


def _seconds(work: Callable[[], object], device: torch.device) -> float:
    """The shortest of a few repetitions."""
    # On a busy CPU, the time in which this thread really runs is that of an idle one.
    clock = time.thread_time if device.type == "cpu" else time.perf_counter
    times = []
    for _ in range(REPEATS + 1):  # the first warms up
        start = clock()
        work()
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        times.append(clock() - start)
    return min(times[1:])
