"""The workflow of docs/leaderboard.md is `examples/leaderboard.yml`, and its commands work."""

import shlex
import shutil

import pytest
import yaml

from benchmark.cli.main import main
from tests.benchmark.bundles import old_bundle
from tests.conftest import REPOSITORY

EXAMPLE = REPOSITORY / "examples" / "leaderboard.yml"
PAGE = REPOSITORY / "docs" / "leaderboard.md"
WORKFLOW = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))


def command(job, place):
    """The words of the command of ours that a job runs, its pattern expanded."""
    (line,) = (
        step["run"]
        for step in WORKFLOW["jobs"][job]["steps"]
        if "isp-bench l" in step.get("run", "")
    )
    bundles = sorted(str(file.relative_to(place)) for file in place.glob("submissions/*.zip"))
    words = shlex.split(line)[1:]
    return [w for word in words for w in (bundles if word == "submissions/*.zip" else [word])]


@pytest.fixture
def place(tmp_path):
    bundle = old_bundle(tmp_path, by="Anna")
    (tmp_path / "submissions").mkdir()
    shutil.move(bundle, tmp_path / "submissions" / "anna.zip")
    return tmp_path


def test_the_page_shows_the_file():
    assert f"```yaml\n{EXAMPLE.read_text('utf-8')}```\n" in PAGE.read_text("utf-8")


def test_the_check_of_pull_requests_fails_where_a_rule_is_broken(place, capsys):
    assert main(command("check", place)) == 1
    assert "anna.zip: gaps" in capsys.readouterr().out


def test_the_board_is_written_where_the_workflow_keeps_it(place):
    assert main([*command("publish", place), "--device", "cpu"]) == 0
    assert {file.name for file in (place / "board").iterdir()} == {
        "leaderboard.md", "leaderboard.html", "rescored.json",
    }  # fmt: skip
    kept = WORKFLOW["jobs"]["publish"]["steps"][-1]["run"]
    assert "git add board\n" in kept
