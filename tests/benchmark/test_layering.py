"""Methods know the contracts and nothing else of the benchmark; the benchmark names no method."""

import ast

import pytest

import isp_models
import mappers
from tests.conftest import REPOSITORY

ALLOWED = {"benchmark.registry", "benchmark.errors", "benchmark.stage"}
PACKAGES = ("isp_models", "mappers", "protocols")
METHOD_FILES = [f for p in PACKAGES for f in sorted((REPOSITORY / p).rglob("*.py"))]
ENGINE_FILES = sorted((REPOSITORY / "benchmark").rglob("*.py"))


def imports(file):
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("file", METHOD_FILES, ids=lambda f: str(f.relative_to(REPOSITORY)))
def test_methods_import_only_their_contracts(file):
    own = file.relative_to(REPOSITORY).parts[0]
    for module in imports(file):
        top = module.split(".")[0]
        if top == "benchmark":
            assert module in ALLOWED, module
        assert top not in set(PACKAGES) - {own}, module


@pytest.mark.parametrize("file", ENGINE_FILES, ids=lambda f: str(f.relative_to(REPOSITORY)))
def test_the_engine_names_no_method(file):
    for module in imports(file):
        if module.split(".")[0] in PACKAGES:
            assert module in PACKAGES or module.endswith(".base"), module
    tree = ast.parse(file.read_text())
    strings = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)}
    defaults = {"cstpp", "pynet", "adaptation"} if file.name == "run_config.py" else set()
    assert not strings & ({*mappers.names(), *isp_models.names()} - defaults)
