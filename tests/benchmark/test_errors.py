"""The error for a name that does not exist."""

import pytest

from benchmark.errors import unknown_name


@pytest.mark.parametrize(
    ("name", "hint"),
    [("pynett", "Did you mean 'pynet'?"), ("PYNET-V2", "Did you mean 'pynet-v2'?"), ("zzz", None)],
)
def test_the_nearest_name_is_offered(name, hint):
    text = str(unknown_name("ISP", name, ["syenet", "pynet", "pynet-v2"], where="run.yaml"))
    assert text.startswith(f"Unknown ISP '{name}' in run.yaml.")
    assert text.endswith("Known: pynet, pynet-v2, syenet.")
    assert (hint in text) if hint else ("Did you mean" not in text)
