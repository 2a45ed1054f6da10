"""What holds for every verb: terminals, pipes, stops, and what the system refuses."""

import errno
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmark.cli import list_names
from benchmark.cli import main as entry
from benchmark.cli.main import main
from tests.conftest import TOY

COMMAND = (sys.executable, "-P", "-m", "benchmark.cli.main")
FULL = Path("/dev/full")


class Terminal(io.TextIOWrapper):
    """A stream of another encoding, strict as Python opens it."""

    def __init__(self, encoding: str) -> None:
        self.written = io.BytesIO()
        super().__init__(self.written, encoding=encoding, write_through=True)

    @property
    def shown(self) -> str:
        return self.written.getvalue().decode(self.encoding)


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "cp437"])
def test_a_poor_terminal_shows_what_it_can_and_the_files_are_utf8(tmp_path, monkeypatch, encoding):
    out, err = Terminal(encoding), Terminal(encoding)
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    command = "run --data toy --preset smoke --workers 1 --mapper identity --isp toy-isp"
    assert main([*command.split(), "--plugin", str(TOY), "--name", "Größe→"]) == 0, err.shown
    assert "Right?Left KL" in out.shown
    table = (tmp_path / "results" / "Größe→" / "table5.md").read_text(encoding="utf-8")
    assert "Right→Left KL↓" in table


def test_errors_with_letters_that_the_terminal_lacks_are_shown(monkeypatch):
    err = Terminal("ascii")
    monkeypatch.setattr(sys, "stderr", err)
    assert main(["info", "Größe→"]) == 2
    assert "Unknown" in err.shown and "Gr??e?" in err.shown


def piped(*arguments: str, stderr: int = subprocess.PIPE) -> tuple[int, str]:
    """Exit code and errors of a command whose reader closes at once."""
    process = subprocess.Popen(
        [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=stderr, env=os.environ
    )
    assert process.stdout is not None
    process.stdout.close()
    errors = process.stderr.read().decode() if process.stderr is not None else ""
    return process.wait(60), errors


@pytest.mark.parametrize(
    "arguments",
    [("list", "mappers"), ("--help",), ("run", "--help"), ("info", "cstpp")],
    ids=" ".join,
)
def test_a_reader_that_has_seen_enough_is_not_an_error(arguments):
    assert piped(*arguments) == (0, "")


def test_a_closed_error_stream_does_not_change_the_exit_code():
    assert piped("info", "nothing-of-this-name", stderr=subprocess.STDOUT) == (2, "")


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")
def test_a_full_disk_behind_the_output_is_a_sentence():
    with FULL.open("w") as full:
        command = [*COMMAND, "list", "mappers"]
        ran = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True)
    assert ran.returncode == 1
    assert "No space left on device" in ran.stderr
    assert "Traceback" not in ran.stderr and "Exception ignored" not in ran.stderr


def failing(error):
    def execute(args):
        raise error

    return execute


@pytest.mark.parametrize(
    "number", [errno.ENOSPC, errno.EACCES, errno.ENAMETOOLONG, errno.EISDIR, errno.EIO]
)
def test_what_the_system_refuses_is_a_sentence(bench, monkeypatch, number):
    monkeypatch.setattr(list_names, "execute", failing(OSError(number, os.strerror(number), "x")))
    ran = bench("list", "mappers")
    assert ran.code == 1
    assert f"x cannot be read or written: {os.strerror(number)}" in ran.err


def test_a_fault_of_the_program_keeps_its_traceback(bench, monkeypatch):
    monkeypatch.setattr(list_names, "execute", failing(OSError(errno.EBADF, "bad")))
    with pytest.raises(OSError, match="bad"):
        bench("list", "mappers")


@pytest.mark.parametrize(
    ("verb", "says"),
    [
        (("list", "mappers"), "Stopped.\n"),
        (("run",), "the same command continues from there"),
        (("map", "x.dng", "--mapper", "identity", "--to", "b", "-o", "y.dng"), "Nothing was"),
        (("render", "x.dng", "--isp", "pynet", "-o", "y.png"), "Nothing was written"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_a_stop_says_what_is_left(bench, monkeypatch, verb, says):
    module = {"list": "list_names", "map": "map_raw"}.get(verb[0], verb[0])
    monkeypatch.setattr(getattr(entry, module), "execute", failing(KeyboardInterrupt()))
    ran = bench(*verb)
    assert ran.code == 130
    assert says in ran.err
