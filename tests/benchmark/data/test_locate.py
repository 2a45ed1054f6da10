import json
from pathlib import Path

import pytest

from benchmark.data.locate import full_name
from benchmark.errors import BenchError


@pytest.fixture
def folders(tmp_path):
    for name in ("mine", "mine, too", "simulated", "lsmi", "raw2raw/unpaired/iphone-x", "a:b"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "raw2raw/unpaired/samsung-s9").mkdir()
    (tmp_path / "done").mkdir()
    facts = {"format": 1, "camera_a": "a", "camera_b": "b", "fingerprint": "0", "counts": {}}
    (tmp_path / "done" / "dataset.json").write_text(json.dumps({"name": "lsmi", **facts}))
    return tmp_path


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("simulated", "simulated"),
        ("simulated:size=64", "simulated:size=64"),
        ("folder:/nowhere", "folder:/nowhere"),
        ("lsmi:mine", "lsmi:mine"),
        ("mine", "folder:{}/mine"),
        ("./simulated", "folder:{}/simulated"),
        ("a:b", "folder:{}/a:b"),
        ("mine, too", "folder:{}/mine, too"),
        ("mine,camera_a=x,camera_b=y", "folder:{}/mine,camera_a=x,camera_b=y"),
        ("raw2raw", "raw2raw:{}/raw2raw"),
        ("lsmi", "folder:{}/lsmi"),
        ("done", "lsmi:{}/done"),
    ],
)
def test_a_path_stands_for_its_data_set(folders, text, name):
    assert full_name(text) == name.format(Path.cwd())


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("simulate", "no such folder.*Did you mean 'simulated'"),
        ("./mine/nothing", "mine/nothing: there is no such folder"),
        ("fold:mine", "Unknown data set 'fold'.*Did you mean 'folder'"),
        ("", "no such folder"),
    ],
)
def test_neither_a_folder_nor_a_data_set(folders, text, what):
    with pytest.raises(BenchError, match=what):
        full_name(text)


def test_a_folder_that_was_not_prepared_to_the_end(folders):
    (folders / "mine" / "prepared_from.json").write_text("{}")
    with pytest.raises(BenchError, match="not prepared to the end"):
        full_name("mine")
