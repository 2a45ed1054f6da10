"""The user's own command runs however a run ends, and learns how."""

import os

import pytest

from benchmark.errors import BenchError
from benchmark.progress import Progress
from benchmark.running.on_finish import on_finish

COMMAND = 'printf "%s|%s|%s" "$ISP_BENCH_RESULT" "$ISP_BENCH_SUMMARY" "$ISP_BENCH_FOLDERS" > told'


def told(tmp_path):
    return (tmp_path / "told").read_text().split("|")


def test_it_learns_the_result_and_the_folders(tmp_path):
    with on_finish(COMMAND, Progress(quiet=True)) as ending:
        ending.result, ending.summary = "failed", 'One "step" failed; $HOME'
        ending.folders = [tmp_path / "a", tmp_path / "b"]
    folders = os.pathsep.join([str(tmp_path / "a"), str(tmp_path / "b")])
    assert told(tmp_path) == ["failed", 'One "step" failed; $HOME', folders]


@pytest.mark.parametrize(
    ("error", "result"), [(KeyboardInterrupt(), "stopped"), (BenchError("no disk"), "error")]
)
def test_stops_and_errors_are_told_and_passed_on(tmp_path, error, result):
    with pytest.raises(type(error)), on_finish(COMMAND, Progress(quiet=True)):
        raise error
    assert told(tmp_path)[0] == result
    assert str(error) in told(tmp_path)[1]


def test_a_command_that_fails_is_mentioned_and_no_more(capsys):
    with on_finish("exit 7", Progress()):
        pass
    assert "--on-finish: the command ended with exit code 7." in capsys.readouterr().err


def test_a_run_calls_it(toy_run, tmp_path):
    ran = toy_run("--no-references", "--direction", "a2b", "--on-finish", COMMAND)
    assert ran.code == 0, ran.err
    result, summary, folder = told(tmp_path)
    assert result == "done"
    assert summary.endswith(" steps ran, 0 failed.")
    assert folder == str(tmp_path / "results" / "toy-smoke")
    assert toy_run("--mapper", "no-such-mapper", "--on-finish", COMMAND).code == 2
    assert told(tmp_path)[0] == "error"


def test_a_run_file_cannot_set_it(toy_run, tmp_path):
    file = tmp_path / "run.yaml"
    file.write_text("on_finish: touch told")
    assert toy_run("--config", str(file)).code == 2
    assert not (tmp_path / "told").exists()
