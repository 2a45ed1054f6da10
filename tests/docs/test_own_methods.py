"""docs/own-methods.md shows what `isp-bench new` writes, and its run file runs."""

import re

import pytest

from benchmark.cli.main import main
from benchmark.methods.scaffold import new_method
from tests.conftest import REPOSITORY, TOY

PAGE = (REPOSITORY / "docs" / "own-methods.md").read_text(encoding="utf-8")


def renamed(text: str, old: str, new: str) -> str:
    """The text with another name: other tests of this process may have methods of the same name."""
    for case in (str.lower, str.title):
        text = text.replace(case(old), case(new))
    return text


@pytest.mark.parametrize(
    ("kind", "package", "file"),
    [
        ("mapper", False, "page_mapper.py"),
        ("isp", False, "page_isp.py"),
        ("mapper", True, "page-mapper/pyproject.toml"),
    ],
)
def test_the_page_shows_the_files(kind, package, file):
    written = new_method(kind, f"page-{kind}", package)[file]
    language = file.rpartition(".")[2].replace("py", "python")
    assert f"```{language}\n{renamed(written, 'page', 'my')}```\n" in PAGE


@pytest.mark.slow
def test_the_run_file_runs(tmp_path, capsys):
    shown = renamed(PAGE, "my", "paged")
    for text, name in re.findall(r'^```python\n("""(paged-\w+): .*?)^```', shown, re.M | re.S):
        (tmp_path / f"{name.replace('-', '_')}.py").write_text(text)
    (run_file,) = re.findall(r"^```yaml\n(.*?)^```", shown, re.M | re.S)
    (tmp_path / "run.yaml").write_text(run_file)
    files = ("paged_mapper.py", "paged_isp.py", str(TOY))
    code = main(
        ["run", "--config", "run.yaml", "--plugin", *files, "--data", "toy", "--preset", "smoke",
         "--set", "mapper.steps=2", "isp.steps=2", "--seed", "0", "--direction", "a2b",
         "--workers", "1", "--no-references"]
    )  # fmt: skip
    assert code == 0, capsys.readouterr().err
    records = {file.name for file in (tmp_path / "results" / "paged-methods").rglob("*.json")}
    for protocol in ("adaptation", "augmentation"):
        assert any(protocol in name and "paged-mapper" in name for name in records), records
