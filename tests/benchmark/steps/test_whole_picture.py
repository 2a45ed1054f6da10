from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import pytest
import torch
from torch import nn

from benchmark.errors import BenchError
from benchmark.progress import Progress, Task
from benchmark.steps import whole_picture as full_size
from benchmark.steps.whole_picture import map_whole, run_with_progress
from mappers.base import Mapper

NETWORK = nn.Sequential(nn.Conv2d(4, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 3, 3, padding=1))


class Recorder(Progress):
    """Keeps the percentages that a bar would show."""

    @contextmanager
    def task(self, description: str, total: int, *, last: bool = True) -> Iterator[Task]:
        self.shown: list[int] = []
        with super().task(description, total, last=last) as task:
            advance = task.advance

            def recorded(count: int = 1, note: str = "") -> None:
                advance(count, note)
                self.shown.append(task.done)

            with patch.object(task, "advance", recorded):
                yield task


def test_the_bar_follows_the_multiplications():
    recorder, raw = Recorder(quiet=True), torch.rand(1, 4, 200, 300)
    result = run_with_progress(NETWORK, raw, recorder, "develop")
    with torch.inference_mode():
        assert torch.equal(result, NETWORK(raw))
    assert recorder.shown[0] == 100 * 8 * 4 // (8 * 4 + 3 * 8), "the first of two convolutions"
    assert recorder.shown[-1] == 100


def test_a_network_without_weights_has_a_bar_too():
    recorder = Recorder(quiet=True)
    run_with_progress(nn.Identity(), torch.rand(1, 4, 32, 32), recorder, "map")
    assert recorder.shown == [100]


def test_a_stop_is_heard_between_layers(monkeypatch):
    def stop():
        raise KeyboardInterrupt

    monkeypatch.setattr(full_size, "leave_if_requested", stop)
    with pytest.raises(KeyboardInterrupt):
        run_with_progress(NETWORK, torch.rand(1, 4, 32, 32), Progress(quiet=True), "develop")
    monkeypatch.undo()
    run_with_progress(NETWORK, torch.rand(1, 4, 32, 32), Progress(quiet=True), "develop")


@pytest.mark.parametrize(
    ("reason", "says"),
    [("CUDA out of memory. Tried to allocate 9 GiB", "not enough memory"), ("", "NaN")],
)
def test_failures_are_sentences(reason, says):
    def network(raw):
        if reason and raw.shape[-1] > full_size.PROBE:
            raise RuntimeError(reason)
        return raw / 0

    with pytest.raises(BenchError, match=says):
        run_with_progress(network, torch.ones(1, 4, 32, 200), Progress(quiet=True), "develop")


def test_a_mapper_that_can_work_in_tiles_says_so_when_memory_runs_out():
    class Large(Mapper):
        test_time = ("tile",)

        def map(self, raw, direction):
            if raw.shape[-1] > full_size.PROBE:
                raise RuntimeError("CUDA out of memory. Tried to allocate 9 GiB")
            return raw

    with pytest.raises(BenchError, match=r"400 x 64 .* Try --set mapper.tile=1024, or a machine"):
        map_whole(Large(), torch.ones(1, 4, 32, 200), "a2b", Progress(quiet=True))
