"""Verdicts are remembered by the scores, and nothing else."""

import pytest

from benchmark.errors import BenchError
from benchmark.records.reproduce import Verdict
from benchmark.records.verdicts import FILE, read_verdicts, remembered, scores_of, write_verdicts
from tests.benchmark.reports.samples import make_record


def test_verdicts_are_kept_and_read(tmp_path):
    records = [make_record(kl=kl) for kl in (1.0, 2.0, 3.0)]
    verdicts = [
        Verdict("a", ("kl",)),
        Verdict("b", ("kl",), ("kl: recorded 2, now 3",)),
        Verdict("c", obstacle="no weights"),
    ]
    assert read_verdicts(tmp_path) == {}
    write_verdicts(tmp_path, remembered(records, verdicts, 0.01))
    kept = read_verdicts(tmp_path)
    assert [kept[scores_of(r)].verdict for r in records[:2]] == ["same", "differs"]
    assert scores_of(records[2]) not in kept


def test_edited_scores_have_no_verdict_and_other_words_the_same():
    record = make_record()
    values = list(record.per_image["kl"])
    edited = record.model_copy(update={"per_image": {"kl": [*values[:-1], values[-1] - 1e-9]}})
    assert scores_of(edited) != scores_of(record)
    assert scores_of(record.model_copy(update={"time": "later"})) == scores_of(record)


def test_a_file_that_is_none_of_ours_is_named(tmp_path):
    (tmp_path / FILE).write_text('{"a": 1}')
    with pytest.raises(BenchError, match=r"cannot be read as verdicts. Delete it"):
        read_verdicts(tmp_path)
