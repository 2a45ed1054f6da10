"""Files that appear whole or not at all, and names that cannot be written."""

import os
import sys
from pathlib import Path

import pytest

from benchmark.errors import BenchError
from benchmark.files import check_writable, whole_file, write_atomic

LONGEST = 255  # bytes of a file name on the usual file systems


@pytest.mark.parametrize("name", ["x.txt", "n" * 251 + ".txt", "é" * 125 + ".txt", "📷" * 60])
def test_a_name_of_any_legal_length_is_written(tmp_path, name):
    write_atomic(tmp_path / name, "whole")
    assert [file.name for file in tmp_path.iterdir()] == [name]
    with whole_file(tmp_path / name) as part:
        part.touch()
        assert len(os.fsencode(part.name)) <= 143, "the limit of encrypted home folders"
        assert part.name.startswith(".") and part.name.endswith(".part")


def test_a_failed_block_leaves_the_old_file_and_nothing_else(tmp_path):
    file = tmp_path / "x.txt"
    file.write_text("old")
    with pytest.raises(RuntimeError), whole_file(file) as part:
        part.write_text("new")
        raise RuntimeError
    assert [f.name for f in tmp_path.iterdir()] == ["x.txt"]
    assert file.read_text() == "old"


def test_two_writers_of_one_file_do_not_meet(tmp_path):
    with whole_file(tmp_path / "x") as one, whole_file(tmp_path / "x") as other:
        assert one != other
        one.write_text("one")
        other.write_text("other")
    assert (tmp_path / "x").read_text() == "one"


@pytest.mark.parametrize("name", ["new.png", "there.png", "n" * 251 + ".png"])
def test_what_can_be_written_stays_as_it_is(tmp_path, name):
    (tmp_path / "there.png").write_text("old")
    check_writable(tmp_path / name, "-o")
    assert [file.name for file in tmp_path.iterdir()] == ["there.png"]
    assert (tmp_path / "there.png").read_text() == "old"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("n" * LONGEST + ".png", "too long"),
        ("é" * 127 + ".png", "too long"),
        ("nowhere/x.png", "there is no folder"),
        ("file/x.png", "there is no folder"),
        ("folder.png", "is a folder"),
        ("link.png", "is a folder"),
        ("pipe.png", "a pipe"),
        ("n" * LONGEST + "n/x.png", "too long"),
    ],
)
def test_what_cannot_be_written_is_a_sentence(tmp_path, name, says):
    (tmp_path / "file").touch()
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "link.png").symlink_to("folder.png")
    os.mkfifo(tmp_path / "pipe.png")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(BenchError, match=says):
        check_writable(tmp_path / name, "-o")
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")
def test_a_folder_that_refuses_is_a_sentence():
    with pytest.raises(BenchError, match=r"-o /proc/x\.png cannot be written"):
        check_writable(Path("/proc/x.png"), "-o")


def test_permissions_are_asked(tmp_path):
    """As another user, because root may write everywhere."""
    if os.geteuid() == 0:
        pytest.skip("needs an ordinary user")
    (tmp_path / "kept.png").touch(mode=0o444)
    with pytest.raises(BenchError, match="write-protected"):
        check_writable(tmp_path / "kept.png", "-o")
    tmp_path.chmod(0o555)
    with pytest.raises(BenchError, match="cannot be written"):
        check_writable(tmp_path / "new.png", "-o")
