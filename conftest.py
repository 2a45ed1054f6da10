"""What pytest collects besides tests: doctests, in the engine and nowhere else."""

from pathlib import Path

TESTS = Path(__file__).parent / "tests"


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leaves out the helpers of tests: collected for doctests, a plug-in would register twice."""
    helper = collection_path.suffix == ".py" and not collection_path.name.startswith("test_")
    return (helper and collection_path.is_relative_to(TESTS)) or None
