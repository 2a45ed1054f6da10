"""Where and with what a result was made."""

import shutil
import subprocess
import sys

from benchmark.records.environment import PACKAGES, environment
from tests.conftest import REPOSITORY


def test_versions_and_system_are_noted():
    facts = environment()
    assert set(facts["packages"]) == set(PACKAGES)
    assert all(version[0].isdigit() for version in facts["packages"].values())
    assert facts["python"] == ".".join(map(str, sys.version_info[:3]))


def test_the_commit_is_that_of_this_project_and_of_no_other(tmp_path):
    """A package that is installed within somebody's repository has no commit of its own."""
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org"]
    subprocess.run([*git, "init", "-q", tmp_path], check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "x"], cwd=tmp_path, check=True)
    (tmp_path / ".gitignore").write_text("benchmark\n")
    package = tmp_path / "benchmark"
    (package / "records").mkdir(parents=True)
    shutil.copy(REPOSITORY / "benchmark" / "__init__.py", package)
    for name in ("__init__.py", "environment.py"):
        shutil.copy(REPOSITORY / "benchmark" / "records" / name, package / "records")
    code = "from benchmark.records.environment import environment; print(environment()['commit'])"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert ran.stdout.strip() == "None"
