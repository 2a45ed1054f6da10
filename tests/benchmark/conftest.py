"""Runs of the toy methods in tests/toy.py, through the public command line."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from torchvision.models import alexnet

from benchmark.cli.main import main
from benchmark.files import sha256_of
from benchmark.metrics import fid_weights, lpips
from tests.conftest import TOY


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str


@pytest.fixture(autouse=True, scope="session")
def _offline():
    """Downloads fail at once; also in fixtures that several tests share."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fid_weights, "URL", "file:///there/is/no/network/in/tests")
        yield


@pytest.fixture(scope="session")
def random_alexnet(tmp_path_factory) -> Path:
    """A file like torchvision's, with random features and a classifier that takes no room."""
    with torch.device("meta"):
        shapes = {name: tensor.shape for name, tensor in alexnet().state_dict().items()}
    generator = torch.Generator().manual_seed(0)
    state = {
        name: torch.randn(shape, generator=generator) / shape[1:].numel() ** 0.5
        if name.startswith("features")
        else torch.zeros(1).expand(shape)
        for name, shape in shapes.items()
    }
    file = tmp_path_factory.mktemp("alexnet") / "random.pth"
    torch.save(state, file)
    return file


@pytest.fixture
def alexnet_file(random_alexnet, monkeypatch) -> Path:
    """Random weights that pass for those that define LPIPS."""
    monkeypatch.setattr(lpips, "SHA256_PREFIX", sha256_of(random_alexnet)[:8])
    return random_alexnet


@pytest.fixture
def bench(capsys) -> Callable[..., Ran]:
    """Runs `isp-bench` in this process."""

    def run(*arguments: str) -> Ran:
        capsys.readouterr()
        code = main([str(a) for a in arguments])
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return run


@pytest.fixture
def toy_run(bench) -> Callable[..., Ran]:
    """Runs `isp-bench run` on the toy data with the toy methods."""

    def run(*arguments: str, verb: str = "run") -> Ran:
        given = _defaults(arguments)
        if verb == "run" and "--workers" not in given:
            given += ["--workers", "1"]  # a pool would load torch again for every test
        return bench(verb, "--plugin", TOY, "--preset", "smoke", *given)

    return run


def _defaults(arguments: tuple[str, ...]) -> list[str]:
    given = list(arguments)
    usual = {"--data": "toy", "--mapper": "toy-mapper", "--isp": "toy-isp"}
    for option, value in usual.items():
        if option not in given:
            given += [option, value]
    return given


def records(folder: Path) -> dict[tuple[str, str, str], dict]:
    """Records of a run by (protocol, mapper, direction), without what differs between runs."""
    found = {}
    for file in (folder / "records").glob("*.json"):
        record = json.loads(file.read_text())
        found[record["protocol"], record["mapper"], record["direction"]] = record
    return found
