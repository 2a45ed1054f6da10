"""The registry: lazy, helpful, open to others."""

import subprocess
import sys

import pytest

import mappers
from benchmark.errors import BenchError
from benchmark.registry import ISPS, MAPPERS, load_plugin, register_mapper
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
    for registry in (MAPPERS, ISPS):
        for name in registry._builtin:  # other tests register nameless ones
            assert registry.info(name).title, name
            assert registry.info(name).licence, name


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


def test_entry_points_of_other_packages_are_found(monkeypatch):
    from importlib.metadata import EntryPoint

    from benchmark import registry

    point = EntryPoint("theirs", "tests.benchmark.test_registry:Theirs", "isp_bench.mappers")
    monkeypatch.setattr(registry, "entry_points", lambda group: [point])
    theirs = registry.Registry(
        "mapper", "mappers", "register_mapper", "mappers.base:Mapper", "isp_bench.mappers"
    )
    assert "theirs" in theirs.names()
    assert isinstance(theirs.create("theirs"), Theirs)
    taken = EntryPoint("identity", "somewhere.else:Identity", "isp_bench.mappers")
    monkeypatch.setattr(registry, "entry_points", lambda group: [taken])
    with pytest.raises(BenchError, match="Two mappers are called 'identity'"):
        registry.Registry(
            "mapper", "mappers", "register_mapper", "mappers.base:Mapper", "isp_bench.mappers"
        ).names()


class Theirs(Mapper):
    def map(self, raw, direction):
        return raw
