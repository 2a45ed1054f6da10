"""A run in a folder whose files are named like our packages: none of them is imported.

The run itself is started as `isp-bench` is: Python adds the folder of that program to its path
and not the current one.
"""

import os
import subprocess
import sys

import pytest

from tests.benchmark.conftest import records
from tests.conftest import TOY

MODULES = ("benchmark", "random", "torch", "submitit", "ray", "json")
PACKAGES = ("benchmark", "isp_models", "mappers", "protocols")


@pytest.fixture
def foreign(tmp_path):
    """A folder of decoys; each of them leaves a trace if it is imported."""
    folder, trace = tmp_path / "mine", tmp_path / "trace"
    folder.mkdir()
    text = f"open({str(trace)!r}, 'a').write(__file__)\nraise SystemExit('this is a decoy')\n"
    for module in MODULES:
        (folder / f"{module}.py").write_text(text)
    for package in PACKAGES[1:]:
        (folder / package).mkdir()
        (folder / package / "__init__.py").write_text(text)
    return folder


def run(folder, *arguments):
    command = [
        sys.executable, "-P", "-m", "benchmark.cli.main", "run", "--plugin", str(TOY),
        "--data", "toy", "--preset", "smoke", "--mapper", "toy-mapper", "--isp", "toy-isp",
        "--direction", "a2b", "--no-references", *arguments,
    ]  # fmt: skip
    return subprocess.run(
        command, cwd=folder, env=os.environ, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("package", [False, True], ids=["benchmark.py", "benchmark/"])
def test_the_pool_imports_nothing_from_the_current_folder(foreign, tmp_path, package):
    if package:
        (foreign / "benchmark").mkdir()
        (foreign / "benchmark.py").rename(foreign / "benchmark" / "__init__.py")
    ran = run(foreign, "--workers", "2")
    assert ran.returncode == 0, ran.stderr
    assert not (tmp_path / "trace").exists()
    assert records(foreign / "results" / "toy-smoke")


@pytest.mark.slow
def test_a_cluster_of_ray_imports_nothing_from_it(foreign, tmp_path):
    pytest.importorskip("ray", reason="needs the extra isp-bench[ray]")
    ran = run(foreign, "--executor", "ray")
    assert ran.returncode == 0, ran.stderr
    assert not (tmp_path / "trace").exists()
    assert records(foreign / "results" / "toy-smoke")


@pytest.mark.slow
def test_jobs_of_submitit_import_nothing_from_it(foreign, tmp_path):
    pytest.importorskip("submitit", reason="needs the extra isp-bench[slurm]")
    ran = run(foreign, "--executor", "slurm", "--slurm", "cluster=local")
    assert ran.returncode == 0, ran.stderr
    assert not (tmp_path / "trace").exists()
    assert records(foreign / "results" / "toy-smoke")
