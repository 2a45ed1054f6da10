"""The notebook runs, and what is stored of its outputs is small and says nothing of a machine."""

import re

import pytest

pytest.importorskip("nbclient", reason="needs nbclient")
from tests.docs.notebook import FILE, PRESET, execute, read


def codes(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def kinds(cell):
    """The kinds of outputs of a cell."""
    return [sorted(output.get("data", {"stream": 0})) for output in cell.outputs]


@pytest.mark.slow
def test_it_runs_and_gives_the_outputs_that_are_stored(tmp_path, monkeypatch):
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    stored, notebook = read(), read()
    assert sum(PRESET in cell.source for cell in codes(notebook)) == 1
    for cell in codes(notebook):
        cell.source = cell.source.replace(PRESET, PRESET.replace("quick", "smoke"))
    made = execute(notebook, str(tmp_path))
    assert [kinds(cell) for cell in codes(made)] == [kinds(cell) for cell in codes(stored)]
    assert (tmp_path / "results" / "simulated-smoke" / "report.html").is_file()


def test_it_is_stored_as_executed_from_top_to_bottom():
    notebook = read()
    assert [cell.execution_count for cell in codes(notebook)] == list(
        range(1, len(codes(notebook)) + 1)
    )
    pictures = [kind for cell in codes(notebook) for kind in kinds(cell) if "image/png" in kind]
    assert len(pictures) == 2


def test_its_outputs_are_small_and_name_no_place():
    text = FILE.read_text(encoding="utf-8")
    assert len(text) < 200_000
    assert not re.search(r"(?<![\w.>])/(?:home|root|tmp|work|Users|mnt|var)/", text)
    assert "stderr" not in text


def test_its_links_lead_to_pages():
    for cell in read().cells:
        for target in re.findall(
            r"\]\(([^)\s]+)\)", cell.source if cell.cell_type == "markdown" else ""
        ):
            assert (FILE.parent / target).is_file(), target
