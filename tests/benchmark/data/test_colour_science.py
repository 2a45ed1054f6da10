import subprocess
import sys


def test_import_is_silent_and_leaves_numpy_alone():
    code = (
        "import numpy; from benchmark.data.colour_science import colour; colour(); "
        "print(numpy.ones(1), end='')"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stderr == ""
    assert run.stdout == "[1.]"
