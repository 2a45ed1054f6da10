"""Which steps the runs of a results folder need."""

import json

import pytest

from benchmark.errors import BenchError
from benchmark.records.needed import needed_by, write_planned


def test_plans_of_several_commands_add_up(tmp_path):
    write_planned(tmp_path / "run", ["b", "a"])
    write_planned(tmp_path / "run", ["c"])
    assert needed_by([tmp_path]) == {"a", "b", "c"}


def test_records_need_their_steps(tmp_path):
    records = tmp_path / "run" / "records"
    records.mkdir(parents=True)
    (records / "cell.json").write_text(json.dumps({"steps": {"a": {}, "b": {}}}))
    write_planned(tmp_path / "other", ["c"])
    assert needed_by([tmp_path / "run"]) == {"a", "b"}
    assert needed_by([tmp_path]) == {"a", "b", "c"}


@pytest.mark.parametrize("content", ["{", "{}", "[]", '{"steps": 3}'])
def test_a_record_that_cannot_be_read_stops_everything(tmp_path, content):
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "cell.json").write_text(content)
    with pytest.raises(BenchError, match=r"cell\.json"):
        needed_by([tmp_path])


def test_a_folder_that_is_not_there_is_reported(tmp_path):
    with pytest.raises(BenchError, match="There is no folder"):
        needed_by([tmp_path / "none"])
