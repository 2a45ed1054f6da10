import pytest

from tests.benchmark.data.raw2raw.download import scenes


@pytest.fixture(scope="session")
def simulated_scenes(tmp_path_factory):
    """Simulated pictures to make downloads of."""
    return scenes(tmp_path_factory.mktemp("scenes"))
