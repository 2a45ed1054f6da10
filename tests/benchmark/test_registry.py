"""The registry: lazy, helpful, open to others."""

import importlib
import inspect
import re
import shutil
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

import mappers
from benchmark import registry
from benchmark.errors import BenchError
from benchmark.registry import ISPS, MAPPERS, Registry, load_plugin, register_mapper
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


def test_every_method_tells_where_it_is_from():
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


def test_a_plugin_that_fails_is_named(tmp_path):
    file = tmp_path / "bad.py"
    file.write_text("1 / 0\n")
    with pytest.raises(BenchError, match=r"bad\.py fails: ZeroDivisionError"):
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


def test_one_entry_point_found_twice_is_no_clash(installed, caplog):
    found = installed(("theirs", f"{__name__}:Theirs"), ("theirs", f"{__name__}:Theirs"))
    assert "theirs" in found.names()
    assert not caplog.records


@pytest.mark.parametrize("copied", [False, True])
def test_an_installed_package_may_be_given_as_a_plugin_too(monkeypatch, tmp_path, caplog, copied):
    site = tmp_path / "site"
    package = f"packaged{int(copied)}"
    (site / package).mkdir(parents=True)
    (site / package / "__init__.py").write_text("")
    file = site / package / "mapper.py"
    file.write_text(PLUGIN.format(name="packaged", body=MAP))
    monkeypatch.syspath_prepend(site)
    point = EntryPoint("packaged", f"{package}.mapper:Mine", "isp_bench.mappers")
    monkeypatch.setattr(registry, "entry_points", lambda group: [point])
    monkeypatch.delitem(vars(MAPPERS), "_installed", raising=False)
    given = file
    if copied:
        given = tmp_path / "mapper.py"
        given.write_text(file.read_text())
    try:
        load_plugin(given)
        assert "packaged" in MAPPERS.names()
        importlib.import_module(f"{package}.mapper")  # as another entry point of the package may do
        assert isinstance(mappers.create("packaged"), Mapper)
        given.write_text(file.read_text().replace("Mine", "Other"))
        with pytest.raises(BenchError, match="Two mappers are called 'packaged'"):
            load_plugin(shutil.copy(given, tmp_path / "changed.py"))
        assert not caplog.records
    finally:
        forget("packaged")
        del MAPPERS._installed


def test_two_plugins_whose_files_have_one_name(tmp_path):
    for folder in ("one", "other"):
        (tmp_path / folder).mkdir()
        file = tmp_path / folder / "mapper.py"
        file.write_text(PLUGIN.format(name=folder, body=MAP))
        load_plugin(file)
    try:
        for folder in ("one", "other"):
            assert Path(inspect.getfile(MAPPERS.get(folder))).parent.name == folder
    finally:
        forget("one")
        forget("other")


PLUGIN = """
from mappers.base import Mapper, register_mapper
@register_mapper("{name}")
class Mine(Mapper):
    {body}
"""
MAP = "def map(self, raw, direction): return raw"


def forget(name):
    MAPPERS._registered.pop(name, None)
    MAPPERS._classes.pop(name, None)


class Theirs(Mapper):
    def map(self, raw, direction):
        return raw
