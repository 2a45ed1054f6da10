"""Fixtures for the whole suite."""

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
TOY = REPOSITORY / "tests" / "toy.py"

# Tests run side by side on few cores; more threads would only fight.
os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture(autouse=True)
def _apart(tmp_path, monkeypatch):
    """No test sees the user's store, weights or results."""
    monkeypatch.setenv("ISP_BENCH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def shared() -> Path:
    """Small real data beside the repository; the test is skipped where it is absent."""
    folder = REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"needs the real data in {folder}, which is not there")
    return folder
