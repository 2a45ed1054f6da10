"""`examples/run.yaml` is a run that can be planned, and is shown as it is."""

import yaml

from benchmark.cli.main import main
from benchmark.planning.run_config import RunConfig
from tests.conftest import REPOSITORY

EXAMPLE = REPOSITORY / "examples" / "run.yaml"


def test_the_example_can_be_planned(capsys):
    code = main(["plan", "--config", str(EXAMPLE), "--preset", "smoke"])
    printed = capsys.readouterr()
    assert code == 0, printed.err
    for word in ("downsample=4", "syenet", "seed 2"):
        assert word in printed.out


def test_every_key_is_an_option_of_run():
    assert yaml.safe_load(EXAMPLE.read_text()).keys() <= RunConfig.model_fields.keys()


def test_the_page_shows_the_file():
    assert EXAMPLE.read_text() in (REPOSITORY / "docs" / "running.md").read_text()
