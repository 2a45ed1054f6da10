"""Plug-in files: what they register, and errors in them."""

import importlib
import inspect
import shutil
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

import mappers
from benchmark import registry
from benchmark.errors import BenchError
from benchmark.plugin import load_plugin
from benchmark.registry import MAPPERS
from mappers.base import Mapper

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


def test_a_plugin_that_fails_is_named(tmp_path):
    file = tmp_path / "bad.py"
    file.write_text("1 / 0\n")
    with pytest.raises(BenchError, match=r"bad\.py fails: ZeroDivisionError"):
        load_plugin(file)


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
