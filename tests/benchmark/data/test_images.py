"""Indexes of sets of pictures, those of earlier versions too, and the hash of what files store."""

import json

import numpy as np
import pytest

from benchmark.data.images import ImageRecord, ImageSet, ImageWriter, content_of, index_text

# As version 0.1 wrote it, with notes joined to the source.
OLD = """[
{
"id": "one",
"height": 2,
"width": 3,
"range": 100,
"srgb": "file",
"source": "paired/x.dng | resized | cut"
},
{
"id": "two",
"height": 2,
"width": 3,
"range": 100,
"source": "x.dng",
"born": "b",
"charts": [[[0.5, 1.25]]]
}
]"""


def test_an_index_of_an_earlier_version_is_read(tmp_path):
    (tmp_path / "index.json").write_text(OLD)
    one, two = ImageSet(tmp_path)
    assert (one.source, one.notes, one.taken_by) == ("paired/x.dng", ("resized", "cut"), None)
    assert (two.source, two.notes, two.taken_by) == ("x.dng", (), "b")
    assert index_text([one, two]) == OLD.replace(
        "[[[0.5, 1.25]]]", json.dumps([[[0.5, 1.25]]], indent=0)
    ), "the fingerprint is that of before"


@pytest.mark.parametrize("source", ["a.dng", "a | b.dng", "", "Café 😀.dng"])
@pytest.mark.parametrize("notes", [(), ("cut",), ("cut", "turned | twice")])
def test_a_record_comes_back_as_it_was_written(tmp_path, source, notes):
    record = ImageRecord(
        "x", 2, 3, 100, source=source, notes=notes, taken_by="a", content="12",
        charts=[[[0.5, 1.5]]],
    )  # fmt: skip
    writer = ImageWriter(tmp_path)
    writer.write(0, record, np.zeros((4, 2, 3), np.uint16))
    assert writer.keep(0) == record
    assert list(writer.close()) == [record]


def test_the_fingerprint_does_not_hold_hashes_of_contents():
    records = [ImageRecord("x", 2, 3, 100, source="a", content=c) for c in ("1", "2")]
    assert index_text(records[:1]) == index_text(records[1:])
    assert index_text(records[:1]) != index_text([ImageRecord("x", 2, 3, 100, source="b")])


def test_a_picture_that_is_forgotten_is_not_in_the_set(tmp_path):
    writer = ImageWriter(tmp_path)
    for i in range(3):
        writer.write(i, ImageRecord(f"p{i}", 2, 3, 100), np.zeros((4, 2, 3), np.uint16))
    writer.forget(2)
    assert not writer.has(2)
    assert [record.id for record in writer.close()] == ["p0", "p1"]
    names = sorted(file.name for file in tmp_path.iterdir())
    assert names == ["000000.raw.npy", "000001.raw.npy", "index.json"]


def test_the_hash_is_of_values_and_their_arrangement():
    mosaic = np.arange(24, dtype=np.uint16).reshape(4, 6)
    known = content_of(mosaic)
    assert content_of(mosaic.astype(">u2")) == known, "whatever the order of bytes"
    assert content_of(np.asfortranarray(mosaic)) == known
    assert content_of(np.pad(mosaic, 1)[1:-1, 1:-1]) == known
    assert content_of(mosaic.reshape(6, 4)) != known
    assert content_of(mosaic.astype(np.uint8)) != known
    assert content_of(mosaic + np.uint16(1)) != known
