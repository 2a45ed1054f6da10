"""`results/missing.py` counts every cell of every run in `results/runs`."""

import re
import subprocess
import sys

from tests.conftest import REPOSITORY

RUN = re.compile(r"(\S+), \S+: (\d+) of (\d+) cells measured")
LACKING = re.compile(r"  \S+ seed \d+: (\d+) (missing|of other settings)")


def test_what_is_measured_and_what_is_missing_make_the_whole(tmp_path):
    printed = subprocess.run(
        [sys.executable, REPOSITORY / "results" / "missing.py"],
        cwd=tmp_path,  # it finds the repository by itself
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    runs: dict[str, int] = {}
    for line in printed.splitlines():
        if found := RUN.fullmatch(line):
            name, measured, cells = found.groups()
            runs[name] = runs.get(name, 0) + int(cells) - int(measured)
        else:
            found = LACKING.fullmatch(line)
            assert found, line
            runs[name] -= int(found[1])
    assert runs == {file.stem: 0 for file in (REPOSITORY / "results" / "runs").glob("*.yaml")}
