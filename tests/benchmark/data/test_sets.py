"""Which pictures are written, and which are left out because they are copies."""

import json

import numpy as np
import pytest

from benchmark.data.images import ImageRecord, ImageSet, Picture
from benchmark.data.sets import LEFT_OUT, find_copies, write_sets
from benchmark.errors import BenchError
from benchmark.progress import Progress, Task

SIZE = (4, 3, 5)


class Reader:
    """Makes a picture of a number; equal numbers are equal pictures."""

    def __init__(self, broken=()):
        self.read, self.broken = [], set(broken)

    def __call__(self, name, number):
        self.read.append(name)
        if name in self.broken:
            raise BenchError(f"{name} is broken.")
        raw = np.full(SIZE, number, np.uint16)
        return Picture(ImageRecord(name, *SIZE[1:], 1000, source=f"{name}.dng"), raw)


def task():
    with Progress(quiet=True).task("", 0) as task:
        return task


def write(dest, sets, reader=None, **options):
    return write_sets(dest, sets, reader or Reader(), task(), **options)


def sets(**changes):
    usual = {
        "train_a": {"t0": 0, "t1": 1, "t2": 2},
        "train_b": {"u0": 10, "u1": 11},
        "validation_a": {"v0": 20},
        "validation_b": {"w0": 30},
        "scenes_a": {"s0": 40},
        "scenes_b": {"s0": 41},
    }
    return {name.replace("_", "-"): own for name, own in {**usual, **changes}.items()}


def ids(dest, name):
    return [record.id for record in ImageSet(dest / name)]


def test_without_copies_everything_is_written(tmp_path):
    written = write(tmp_path, sets())
    assert written.faults == written.left_out == []
    for name, own in sets().items():
        assert ids(tmp_path, name) == list(own)
        assert [ImageSet(tmp_path / name).raw(i)[0, 0, 0] for i in range(len(own))] == [
            np.float32(number / 1000) for number in own.values()
        ]
    assert not (tmp_path / LEFT_OUT).exists()


@pytest.mark.parametrize("tested", ["scenes_a", "scenes_b", "aligned_a", "aligned_b"])
@pytest.mark.parametrize("name", ["train_a", "train_b", "validation_a"])
def test_a_test_picture_is_not_trained_on(tmp_path, tested, name):
    part = tested[:-2]
    both = {f"{part}_a": {"x": 90}, f"{part}_b": {"x": 91}, tested: {"x": 92}}
    given = sets(**both, **{name: {"copy": 92, "own": 93}})
    written = write(tmp_path, given)
    why = "copy.dng is the same picture as the test picture x.dng"
    assert written.left_out == [f"left out of training: {why}"]
    assert ids(tmp_path, name.replace("_", "-")) == ["own"]
    assert json.loads((tmp_path / LEFT_OUT).read_text())[name.replace("_", "-")] == {"copy": why}


def test_a_picture_is_trained_on_once(tmp_path):
    given = sets(
        anchors_a={"p": 1}, anchors_b={"p": 51}, train_a={"t0": 0, "t1": 1, "t2": 0},
        validation_a={"v0": 0}, train_b={"u0": 10, "u1": 0},
    )  # fmt: skip
    written = write(tmp_path, given)
    assert [line.split(": ")[1] for line in written.left_out] == [
        "t1.dng is the same picture as p.dng",
        "t2.dng is the same picture as t0.dng",
        "u1.dng is the same picture as t0.dng",
        "v0.dng is the same picture as t0.dng",
    ]
    assert ids(tmp_path, "train-a") == ["t0"]
    assert ids(tmp_path, "validation-a") == [], "none is left"


def test_anchors_that_are_tested_are_left_out_or_refused(tmp_path):
    given = sets(anchors_a={"p": 60, "q": 61}, anchors_b={"p": 41, "q": 62})
    written = write(tmp_path / "one", given)
    assert written.left_out == [
        "left out of training: p.dng is the same picture as the test picture s0.dng"
    ]
    for camera in "ab":
        assert ids(tmp_path / "one", f"anchors-{camera}") == ["q"], "both sides of the pair"
    written = write(tmp_path / "two", given, refuse_anchors=True)
    assert "p.dng is the same picture as the test picture s0.dng, but" in written.faults[0]
    assert not (tmp_path / "two" / "anchors-a" / "index.json").exists()


def test_nothing_left_to_train_on(tmp_path):
    with pytest.raises(BenchError, match=r"No picture of train-a is left .*t0.dng is the same"):
        write(tmp_path, sets(train_a={"t0": 40}))


@pytest.mark.parametrize("stop", range(10))
def test_a_cut_off_writing_continues_to_the_same(tmp_path, stop):
    given = sets(train_a={"t0": 0, "t1": 40, "t2": 0, "t3": 3}, train_b={"u0": 41, "u1": 11})
    straight = write(tmp_path / "straight", given)
    reader = Reader()

    def cut_off(name, number):
        if len(reader.read) == stop:
            raise KeyboardInterrupt
        return reader(name, number)

    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "out", given, cut_off)
    again = write(tmp_path / "out", given, reader)
    assert again == straight
    # of a pair of which one was read, that one is read again
    assert len(reader.read) == 10 + (stop == 1), "each picture is read once, copies too"
    for name in given:
        one, two = (ImageSet(tmp_path / place / name) for place in ("straight", "out"))
        assert list(one) == list(two)
        assert all(np.array_equal(one.raw(i), two.raw(i)) for i in range(len(one)))
        files = [sorted(f.name for f in s.folder.iterdir()) for s in (one, two)]
        assert files[0] == files[1], "nothing else is there"


def test_a_complete_set_is_not_read_again(tmp_path):
    given = sets(train_a={"t0": 0, "t1": 40})
    first = write(tmp_path, given)
    reader = Reader()
    assert write(tmp_path, given, reader) == first
    assert reader.read == []


def test_a_copy_of_a_test_picture_that_could_not_be_read_at_first(tmp_path):
    given = sets(train_a={"t0": 40, "t1": 1})
    written = write(tmp_path, given, Reader(broken={"s0"}))
    assert written.faults == ["s0 is broken."]
    assert ids(tmp_path, "train-a") == ["t0", "t1"], "nobody knew"
    written = write(tmp_path, given)
    assert ids(tmp_path, "train-a") == ["t1"]
    assert len(written.left_out) == 1


def test_all_broken_pictures_are_named_and_the_others_kept(tmp_path):
    written = write(tmp_path, sets(), Reader(broken={"t1", "u0"}))
    assert written.faults == ["t1 is broken.", "u0 is broken."]
    reader = Reader()
    assert write(tmp_path, sets(), reader).faults == []
    assert sorted(reader.read) == ["t1", "u0"]


def test_looking_for_copies_writes_nothing(tmp_path):
    given = sets(train_a={"t0": 40, "t1": 1})
    found = find_copies(given, Reader(broken={"u0"}), task())
    assert found.faults == ["u0 is broken."]
    assert found.left_out == write(tmp_path, given).left_out


def test_the_task_counts_every_picture(tmp_path):
    class Counted(Task):
        def __init__(self):
            self.counted = 0

        def advance(self, count=1, note=""):
            self.counted += count

    given = sets(train_a={"t0": 40, "t1": 1})
    for _ in range(2):
        counted = Counted()
        write_sets(tmp_path, given, Reader(), counted)
        assert counted.counted == sum(map(len, given.values()))
