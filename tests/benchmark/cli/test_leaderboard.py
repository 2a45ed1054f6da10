"""`isp-bench leaderboard`: bundles of several people become boards, whatever state they are in."""

import json
import shutil

import pytest

from tests.benchmark.bundles import old_bundle, rewrite
from tests.conftest import TOY


def polished(files):
    """The records with better numbers."""
    made = dict(files)
    for name in files:
        if name.startswith("records/"):
            record = json.loads(files[name])
            record["per_image"] = {
                metric: [0.9 * value for value in values]
                for metric, values in record["per_image"].items()
            }
            made[name] = json.dumps(record).encode()
    return made


@pytest.fixture
def anna(tmp_path):
    return old_bundle(tmp_path, "anna.zip", by="Anna <b>")


def test_a_board_is_written_from_what_is_sound_and_the_rest_is_named(anna, bench, tmp_path):
    shutil.copy(anna, tmp_path / "copy.zip")
    (tmp_path / "cut.zip").write_bytes(anna.read_bytes()[:-100])
    forged = shutil.copy(anna, tmp_path / "forged.zip")
    renamed = (b'"mapper": "global3x3"', b'"mapper": "cstpp"')
    rewrite(forged, lambda files: {n: c.replace(*renamed) for n, c in files.items()})
    ran = bench("leaderboard", anna, "copy.zip", "cut.zip", "forged.zip", "none.zip", "-o", "board")
    assert ran.code == 2, "not all can be read"
    for text in (
        "anna.zip: gaps; 4 results by Anna <b>",
        "copy.zip: left out",
        "4 of its 4 results are those of anna.zip",
        "it says mapper cstpp, its steps global3x3",
        "cut.zip is not a readable zip file",
        "There is no file none.zip",
    ):
        assert text in ran.out
    html = (tmp_path / "board" / "leaderboard.html").read_text()
    markdown = (tmp_path / "board" / "leaderboard.md").read_text()
    assert "Anna &lt;b&gt;" in html and "<b>" not in html
    assert "Left out" in html and "forged.zip" in markdown
    assert bench("leaderboard", anna, "copy.zip", "-o", "board").code == 1
    assert bench("leaderboard", anna, "-o", "board").code == 0
    assert "Left out" not in (tmp_path / "board" / "leaderboard.html").read_text()


def test_check_writes_nothing_and_has_the_exit_code_for_a_hosting_site(anna, bench, tmp_path):
    before = {file.name for file in tmp_path.iterdir()}
    ran = bench("leaderboard", "--check", anna)
    assert ran.code == 1
    assert "no result with seed 1, 2" in ran.out
    (found,) = json.loads(bench("leaderboard", "--check", "--json", anna).out)
    assert found["by"] == "Anna <b>" and found["results"] == 4
    assert not found["faults"] and found["gaps"]
    assert bench("leaderboard", "--check", "none.zip").code == 2
    assert {file.name for file in tmp_path.iterdir()} == before


def test_nothing_sound_makes_no_board(anna, bench, tmp_path):
    rewrite(anna, lambda files: {n: c for n, c in files.items() if not n.startswith("steps/")})
    ran = bench("leaderboard", anna, "-o", "board")
    assert ran.code == 1
    assert "the bundle lacks the step" in ran.out
    assert "Nothing is left to show" in ran.err
    assert not list((tmp_path / "board").iterdir())


def test_wrong_commands_are_mistakes(anna, bench, tmp_path):
    ran = bench("leaderboard", "--check", "--verify", anna)
    assert ran.code == 2 and "isp-bench verify BUNDLE" in ran.err
    (tmp_path / "file").write_text("")
    assert bench("leaderboard", anna, "-o", "file").code == 2
    (tmp_path / "board").mkdir()
    (tmp_path / "board" / "rescored.json").write_text("[")
    ran = bench("leaderboard", anna, "-o", "board")
    assert ran.code == 2 and "rescored.json cannot be read" in ran.err


def test_results_are_scored_again_once_and_forged_ones_are_left_out(toy_run, bench, tmp_path):
    assert toy_run("--protocol", "raw-to-raw", "--no-references", "--seed", "0", "1", "2").code == 0
    run, again = "results/toy-smoke", ("-o", "board", "--verify", "--device", "cpu")
    assert bench("export", run, "anna.zip", "--by", "Anna").code == 0
    assert bench("export", run, "light.zip", "--by", "Anna", "--no-weights").code == 0
    assert bench("export", run, "forged.zip", "--by", "Anna").code == 0
    rewrite(tmp_path / "forged.zip", polished)
    shutil.rmtree(tmp_path / "home")

    ran = bench("leaderboard", "anna.zip", *again, "--plugin", TOY)
    assert ran.code == 0, ran.out
    assert "toy-mapper" in (board := (tmp_path / "board" / "leaderboard.md").read_text())
    assert "| yes " in board.replace("|         yes ", "| yes ")
    shutil.rmtree(tmp_path / "home")

    # Without weights, and without scoring: what was seen before is known by its scores.
    ran = bench("leaderboard", "light.zip", *again, "--plugin", TOY)
    assert ran.code == 0 and "not all was scored again" not in ran.out
    assert " yes " in (tmp_path / "board" / "leaderboard.md").read_text()

    ran = bench("leaderboard", "forged.zip", *again, "--plugin", TOY)
    assert ran.code == 1
    assert "scored again, 6 of its 6 results differ, e.g. psnr: recorded mean" in ran.out
    assert bench("leaderboard", "forged.zip", "-o", "board").code == 1, "it is remembered"


def test_what_cannot_be_scored_again_is_shown_as_such(anna, bench, tmp_path):
    ran = bench("leaderboard", anna, "-o", "board", "--verify", "--device", "cpu")
    assert ran.code == 0
    assert "not all was scored again: there is no mapper 'frozen' here" in ran.out
    board = (tmp_path / "board" / "leaderboard.md").read_text()
    assert "| 3 of 4 " in board
    (frozen,) = (line for line in board.splitlines() if line.startswith("| frozen"))
    assert " no " in frozen


def test_export_refuses_names_that_no_board_can_show(anna, bench, tmp_path):
    words = ("export", "old/results/simulated-smoke", "bundle.zip", "--store", "old/store")
    ran = bench(*words, "--by", "A", "--link", "ftp://x")
    assert ran.code == 2 and "does not begin with https://" in ran.err
    ran = bench(*words, "--by", "A" * 101)
    assert ran.code == 2 and "not a line of up to 100 letters" in ran.err
    assert not (tmp_path / "bundle.zip").exists()
