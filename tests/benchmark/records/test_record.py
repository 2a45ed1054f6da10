"""Records as they are read back."""

from benchmark.records.record import Record, read_records
from tests.benchmark.reports.samples import make_record


def written(folder, *records: Record) -> list[Record]:
    """The records after they were written to a run's folder and read again."""
    (folder / "records").mkdir()
    for number, record in enumerate(records):
        (folder / "records" / f"{number}.json").write_text(record.model_dump_json())
    return read_records(folder)


def test_records_are_read_as_they_were_written(tmp_path):
    records = [make_record("one"), make_record("two", 2.0)]
    assert written(tmp_path, *records) == records


def test_what_records_have_in_common_is_in_memory_once(tmp_path):
    isp = {"0" * 20: {"kind": "isp", "config": {"width": 8}}}
    mapper = {"1" * 20: {"kind": "mapper", "config": {"steps": 3}}}
    one, two = written(
        tmp_path, make_record("one", steps=isp), make_record("two", 2.0, steps=isp | mapper)
    )
    assert one.ids is two.ids
    assert one.environment is two.environment
    assert one.steps == isp and two.steps == isp | mapper
    assert one.steps["0" * 20] is two.steps["0" * 20]


def test_a_number_is_not_taken_for_an_equal_one_of_another_type(tmp_path):
    """1 == 1.0 == True in Python, and not in JSON."""
    data = make_record().data
    records = [
        make_record(m, data={**data, "config": {"n": n}})
        for m, n in zip("abc", (1, 1.0, True), strict=True)
    ]
    read = [record.data["config"]["n"] for record in written(tmp_path, *records)]
    assert [type(n) for n in read] == [int, float, bool]
