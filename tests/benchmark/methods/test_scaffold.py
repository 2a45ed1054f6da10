"""New methods train, pass their own tests and the checks, and come from plug-ins and packages."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY


def python(*arguments: object, paths: tuple[Path, ...] = ()) -> str:
    """Runs Python where only the repository and `paths` are on its path; its output."""
    path = os.pathsep.join(map(str, (REPOSITORY, *paths)))
    ran = subprocess.run(
        [sys.executable, *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.mark.slow
def test_new_methods_pass_the_tests_that_come_with_them(bench, tmp_path):
    assert bench("new", "mapper", "first").code == 0
    assert bench("new", "isp", "second", "--package").code == 0
    printed = python("-m", "pytest", "-p", "no:cacheprovider", "test_first.py", "second")
    assert "4 passed" in printed


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "name"), [("mapper", "third.mapper"), ("isp", "third_isp")])
def test_a_new_plugin_keeps_its_contract(bench, tmp_path, kind, name):
    made = bench("new", kind, name, "-o", "a folder")
    assert made.code == 0, made.err
    file = f"a folder/third_{kind}.py"
    assert f"isp-bench check {name} --plugin '{file}'" in made.out
    checked = bench("check", name, "--plugin", file)
    assert checked.code == 0, checked.out
    assert "warn" not in checked.out


@pytest.mark.slow
def test_a_new_package_offers_its_method(bench, tmp_path):
    assert bench("new", "mapper", "fourth", "--package").code == 0
    project = tmp_path / "fourth"
    groups = tomllib.loads((project / "pyproject.toml").read_text())["project"]["entry-points"]
    installed = project / "fourth-0.1.0.dist-info"  # as an installer writes it
    installed.mkdir()
    (installed / "METADATA").write_text("Name: fourth\nVersion: 0.1.0\n")
    (installed / "entry_points.txt").write_text(
        "\n".join(
            f"[{group}]\n" + "\n".join(f"{name} = {target}" for name, target in points.items())
            for group, points in groups.items()
        )
    )
    checked = python("-m", "benchmark.cli.main", "check", "fourth", paths=(project,))
    assert "fourth: keeps its contract" in checked


@pytest.mark.parametrize("package", [(), ("--package",)])
def test_nothing_is_overwritten(bench, tmp_path, package):
    assert bench("new", "isp", "fifth", *package).code == 0
    before = {file: file.read_text() for file in tmp_path.rglob("*.*") if file.is_file()}
    again = bench("new", "mapper", "fifth", *package)
    assert again.code == 2
    assert "nothing is overwritten" in again.err
    assert {f: f.read_text() for f in tmp_path.rglob("*.*") if f.is_file()} == before


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("my mapper", "cannot be a name"),
        ("../mine", "cannot be a name"),
        ("all", "cannot be a name"),
        ("cstpp", "The mapper 'cstpp' exists already"),
        ("syenet", "The ISP 'syenet' exists already"),
        ("3x3", "Python does not allow"),
        ("class", "Python does not allow"),
        ("true", "Python does not allow"),
        ("torch", "which it would hide"),
        ("mapper-config", "means something else in its file"),
    ],
)
def test_a_name_that_cannot_be_used_is_refused(bench, tmp_path, name, reason):
    refused = bench("new", "mapper", name)
    assert refused.code == 2
    assert reason in refused.err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_an_error(bench, tmp_path):
    (tmp_path / "file").touch()
    assert bench("new", "mapper", "sixth", "-o", "file").code == 2
