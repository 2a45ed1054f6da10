"""`docs/methods.md` says what the registry says."""

import subprocess
import sys

import pytest

from benchmark.cli.main import main
from tests.benchmark.cli.documented import METHODS_PAGE, commands_in
from tests.conftest import REPOSITORY


@pytest.mark.slow
def test_the_page_on_methods_is_what_the_command_makes():
    # A process of its own, so that methods registered by other tests stay out.
    command = [sys.executable, "-m", "benchmark.cli.main", *METHODS_PAGE[1:]]
    made = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    page = (REPOSITORY / "docs" / "methods.md").read_text(encoding="utf-8")
    assert page == made.stdout, f"make it again: {' '.join(METHODS_PAGE)}"
    assert METHODS_PAGE in commands_in(page)


def test_other_kinds_are_named_only(capsys):
    assert main(["list", "protocols", "presets", "--format", "markdown"]) == 0
    text = capsys.readouterr().out
    assert "## Protocols" in text and "| adaptation" in text
    assert "## Presets" in text and "| quick" in text
    assert "GFLOP |" not in text


def test_kinds_are_listed_in_the_order_asked_for(capsys):
    assert main(["list", "isps", "data"]) == 0
    text = capsys.readouterr().out
    assert text.index("isps:") < text.index("data:")
    assert "mappers:" not in text
