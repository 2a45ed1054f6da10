"""Fixtures for the whole suite."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

REPOSITORY = Path(__file__).parents[1]
TOY = REPOSITORY / "tests" / "toy.py"

LIMIT = 600.0  # seconds to wait for a process; only a fault takes as long, on the busiest machine
T = TypeVar("T")

# Tests run side by side on few cores; more threads would only fight.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# Nothing listens there, so that no test downloads, for each has an empty cache of weights.
os.environ["https_proxy"] = "http://127.0.0.1:9"


def wait_for(condition: Callable[[], T]) -> T:
    """Waits until a condition holds, and returns what it found."""
    end = time.monotonic() + LIMIT
    while not (found := condition()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
    return found


@pytest.fixture(scope="session")
def _cache(tmp_path_factory, worker_id) -> Path:
    """The user's cache of counted work; one for all tests, for counting takes a while."""
    base = tmp_path_factory.getbasetemp()
    return (base if worker_id == "master" else base.parent) / "cache"


@pytest.fixture(autouse=True)
def _apart(tmp_path, monkeypatch, _cache):
    """No test sees the user's store, weights, cache or results."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(_cache))
    monkeypatch.setenv("ISP_BENCH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def shared() -> Path:
    """Small real data next to the repository; the test is skipped where it is absent."""
    folder = REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"needs the real data in {folder}, which is not there")
    return folder
