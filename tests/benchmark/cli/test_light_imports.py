"""What answers at once must not load torch."""

import subprocess
import sys

import pytest

HEAVY = ("numpy", "torch", "torchvision", "scipy", "pandas", "colour", "rawpy", "matplotlib")
CALL = """
import sys
from benchmark.cli.main import main
try:
    main(sys.argv[1:])
except SystemExit:
    pass
print("loaded:", *(name for name in {heavy} if name in sys.modules))
"""


def loaded(code, *arguments):
    command = [sys.executable, "-c", code, *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    return ran.stdout.splitlines()[-1].split()[1:]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",), ("run", "--help"), ("plan", "--help"), ("table", "--help"),
        ("figure", "--help"), ("list",),
    ],
)  # fmt: skip
def test_help_and_lists_load_nothing_heavy(arguments):
    assert loaded(CALL.format(heavy=HEAVY), *arguments) == []


def test_the_default_method_is_planned_without_torchs_compiler():
    code = (
        "import sys\n"
        "from benchmark.planning.lengths import on_meta\n"
        "from benchmark.registry import MAPPERS\n"
        "on_meta(MAPPERS, 'cstpp')\n"
        "print('loaded:', *({'torch._dynamo'} & set(sys.modules)))"
    )
    assert loaded(code) == []


def test_records_and_tables_are_read_without_torch():
    code = "import sys, benchmark.records.record, benchmark.reports.build\n"
    assert loaded(f"{code}print('loaded:', *({{'torch'}} & set(sys.modules)))") == []


def test_the_package_loads_nothing_until_it_is_asked():
    code = f"import sys, benchmark\nprint('loaded:', *({{*{HEAVY}}} & set(sys.modules)))"
    assert loaded(code) == []
