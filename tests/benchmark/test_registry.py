"""The registry: lazy, helpful, open to others."""

import re
import subprocess
import sys
from importlib.metadata import EntryPoint

import pytest

import mappers
from benchmark import registry
from benchmark.errors import BenchError
from benchmark.plugin import load_plugin
from benchmark.registry import ISPS, MAPPERS, Registry, register_mapper
from mappers.base import Mapper
from tests.benchmark.conftest import records
from tests.conftest import REPOSITORY

EXAMPLE = REPOSITORY / "examples" / "my_mapper.py"


def test_listing_imports_no_torch():
    code = (
        "import sys, mappers, isp_models, protocols; "
        "[m.info(n) for m in (mappers, isp_models, protocols) for n in m.names()]; "
        "assert mappers.names() and isp_models.names(); "
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_method_says_where_it_is_from():
    for methods in (MAPPERS, ISPS):
        for name in methods._builtin:  # other tests register nameless ones
            assert methods.info(name).title, name
            assert methods.info(name).licence, name


def test_the_example_of_the_readme_runs(bench, toy_run, tmp_path):
    code = [line for line in EXAMPLE.read_text().split('"""', 2)[2].splitlines() if line.strip()]
    assert len(code) <= 15
    assert bench("check", "mean-match", "--plugin", EXAMPLE).code == 0
    ran = bench(
        "run", "--plugin", EXAMPLE, REPOSITORY / "tests" / "toy.py", "--data", "toy",
        "--preset", "smoke", "--mapper", "mean-match", "--isp", "toy-isp", "--seed", "4",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    assert ("adaptation", "mean-match", "a2b") in records(tmp_path / "results" / "toy-smoke")
    assert EXAMPLE.read_text() in (REPOSITORY / "README.md").read_text()


def test_an_unknown_name_gets_the_nearest():
    with pytest.raises(BenchError, match="Did you mean 'cstpp'"):
        mappers.create("cstp")


def test_an_unknown_config_key_gets_the_nearest():
    with pytest.raises(BenchError, match=r"batchsize.*Did you mean 'batch_size'"):
        mappers.create("cstpp", batchsize=2)


def test_two_methods_of_one_name_are_refused(tmp_path):
    file = tmp_path / "clash.py"
    file.write_text(
        "from mappers.base import Mapper, register_mapper\n"
        "@register_mapper('identity')\n"
        "class Mine(Mapper): pass\n"
    )
    with pytest.raises(BenchError, match="Two mappers are called 'identity'"):
        load_plugin(file)


def test_a_class_of_the_wrong_kind_is_refused():
    register_mapper("not-a-mapper", title="wrong on purpose")(type("Wrong", (), {}))
    try:
        with pytest.raises(BenchError, match=r"must derive from mappers\.base\.Mapper"):
            mappers.create("not-a-mapper")
    finally:
        MAPPERS._registered.pop("not-a-mapper")
        MAPPERS._classes.pop("not-a-mapper")


@pytest.fixture
def installed(monkeypatch):
    """A registry of mappers in which entry points are installed."""

    def install(*points: tuple[str, str]) -> Registry:
        found = [EntryPoint(name, value, "isp_bench.mappers") for name, value in points]
        monkeypatch.setattr(registry, "entry_points", lambda group: found)
        return Registry(
            "mapper", "mappers", "register_mapper", "mappers.base:Mapper", "isp_bench.mappers"
        )

    return install


def test_entry_points_of_other_packages_are_found(installed):
    found = installed(("theirs", f"{__name__}:Theirs"))
    assert "theirs" in found.names()
    assert isinstance(found.create("theirs"), Theirs)
    assert "identity" in found


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("hist", "pkg.module", "does not name a class"),
        ("hist", "", "does not name a class"),
        ("hist", "no_such_package.module:Hist", "No module named 'no_such_package'"),
        ("hist", f"{__name__}:Missing", "has no attribute 'Missing'"),
        ("hist", "broken_package:Hist", "RuntimeError: broken on purpose"),
        ("hist", "leaving_package:Hist", "SystemExit"),
        ("hist", "builtins:dict", "must derive from"),
        ("a/b", f"{__name__}:Theirs", "'a/b' cannot be a name"),
        ("identity", "somewhere.else:Identity", "Two mappers are called 'identity'"),
        ("other", "mappers.identity:Identity", "is registered as 'identity'"),
    ],
)
def test_a_broken_entry_point_is_reported_once_and_left_out(
    installed, caplog, tmp_path, monkeypatch, name, value, reason
):
    (tmp_path / "broken_package.py").write_text("raise RuntimeError('broken on purpose')")
    (tmp_path / "leaving_package.py").write_text("raise SystemExit(3)")
    monkeypatch.syspath_prepend(tmp_path)
    found = installed((name, value), ("theirs", f"{__name__}:Theirs"))
    names = found.names()
    assert "theirs" in names and "identity" in names
    assert (name in names) == (name == "identity")
    assert found.info("identity").title == "No mapping: the raw as it is"
    found.names()
    (message,) = [record.getMessage() for record in caplog.records]
    assert reason in message and value in message and "left out" in message
    if name != "identity":
        with pytest.raises(BenchError, match=re.escape(reason)):
            found.get(name)


def test_of_two_packages_with_one_name_neither_is_taken(installed, caplog):
    found = installed(("x", f"{__name__}:Theirs"), ("x", "mappers.base:Mapper"))
    assert "x" not in found.names()
    assert "Two mappers are called 'x'" in caplog.text


def test_one_entry_point_found_twice_is_not_a_clash(installed, caplog):
    found = installed(("theirs", f"{__name__}:Theirs"), ("theirs", f"{__name__}:Theirs"))
    assert "theirs" in found.names()
    assert not caplog.records


class Theirs(Mapper):
    def map(self, raw, direction):
        return raw
