import logging
import os
import shutil
from pathlib import Path

import pytest
import torch
from pytorch_fid import inception

from benchmark.errors import BenchError
from benchmark.hub import cached
from benchmark.metrics import fid_weights
from benchmark.metrics.fid_weights import (
    FILE_NAME,
    URL,
    FidWeights,
    find_weights,
    load_inception,
    search_weights,
)


@pytest.fixture(autouse=True)
def _offline() -> None:
    """In place of the fixture that takes the download away from all other tests."""


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty torch hub cache."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch home"))
    return tmp_path / "torch home" / "hub" / "checkpoints" / FILE_NAME


def test_only_the_genuine_weights_are_called_fid() -> None:
    genuine = FidWeights(Path("any.pth"), "6726825d" + "0" * 56)
    other = FidWeights(Path("folder/mine.pth"), "00c0ffee" + "0" * 56)
    assert (genuine.genuine, genuine.name) == (True, "FID")
    assert not other.genuine
    assert other.name == "FD (mine.pth, sha256 00c0ffee)"


def test_named_file_is_found_and_loads(inception_file: Path) -> None:
    weights = find_weights(inception_file, allow_download=False)
    assert weights is not None and weights.path == inception_file and not weights.genuine
    assert len(weights.sha256) == 64
    network = load_inception(weights)
    assert not network.training and not any(p.requires_grad for p in network.parameters())
    state = torch.load(inception_file, weights_only=True)
    assert torch.equal(network.blocks[0][0].conv.weight, state["Conv2d_1a_3x3.conv.weight"])


def test_the_old_file_format_of_the_genuine_weights_loads(
    inception_file: Path, tmp_path: Path
) -> None:
    file = tmp_path / "old.pth"
    state = torch.load(inception_file, weights_only=True)
    torch.save(state, file, _use_new_zipfile_serialization=False)
    assert find_weights(file, allow_download=False) is not None
    file.write_bytes(file.read_bytes()[:10_000_000])
    with pytest.raises(BenchError, match="truncated"):
        find_weights(file, allow_download=False)


def test_broken_named_files_are_explained(inception_file: Path, tmp_path: Path) -> None:
    def refuses(name: str, content: bytes, message: str) -> None:
        file = tmp_path / name
        file.write_bytes(content)
        with pytest.raises(BenchError, match=message) as error:
            find_weights(file, allow_download=True)
        assert str(file) in str(error.value) and fid_weights.URL in str(error.value)

    refuses("page.pth", b"\n<!DOCTYPE html><html>Not Found</html>", "web page")
    refuses("cut.pth", inception_file.read_bytes()[:5_000_000], "truncated")
    refuses("empty.pth", b"", "truncated")
    with pytest.raises(BenchError, match="There is no file"):
        find_weights(tmp_path / "missing.pth", allow_download=True)
    with pytest.raises(BenchError, match="There is no file"):
        find_weights(tmp_path, allow_download=True)


@pytest.mark.parametrize("content", [{"conv.weight": torch.zeros(3)}, [1, 2], {"a": "text"}])
def test_weights_of_another_network_are_refused(content: object, tmp_path: Path) -> None:
    torch.save(content, tmp_path / "other.pth")
    with pytest.raises(BenchError, match="Inception network"):
        find_weights(tmp_path / "other.pth", allow_download=False)


def test_a_file_with_code_in_it_is_not_run(tmp_path: Path) -> None:
    class Attack:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.mkdir, (str(tmp_path / "was run"),)

    torch.save({"weight": Attack()}, tmp_path / "attack.pth")
    with pytest.raises(BenchError, match="cannot be read"):
        find_weights(tmp_path / "attack.pth", allow_download=False)
    assert not (tmp_path / "was run").exists()


def test_cache_is_used_and_a_broken_one_is_no_crash(hub: Path, inception_file: Path) -> None:
    assert cached(FILE_NAME) == hub
    hub.parent.mkdir(parents=True)
    hub.symlink_to(inception_file)
    weights = find_weights(None, allow_download=False)
    assert weights is not None and weights.path == hub and weights.name.startswith("FD (pt_inc")
    assert "not the file that defines FID" in search_weights(None, allow_download=False).reason
    hub.unlink()
    hub.write_bytes(b"PK broken")
    found = search_weights(None, allow_download=False)
    assert found.weights is None and "Delete it" in found.reason


def test_without_weights_the_way_to_get_them_is_shown(
    hub: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert find_weights(None, allow_download=False) is None
    assert fid_weights.URL in caplog.text and str(hub) in caplog.text
    assert "--fid-weights" in caplog.text


def test_offline_download_is_no_crash(hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fid_weights, "URL", f"http://127.0.0.1:9/{FILE_NAME}")
    found = search_weights(None, allow_download=True)
    assert found.weights is None
    assert "download" in found.reason and "refused" in found.reason
    assert list(hub.parent.iterdir()) == []


def test_download_is_checked_by_hash(
    hub: Path, inception_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fid_weights, "URL", inception_file.as_uri())
    found = search_weights(None, allow_download=True)
    assert found.weights is None and "invalid hash" in found.reason
    assert not hub.exists()
    ours = find_weights(inception_file, allow_download=False)
    assert ours is not None
    monkeypatch.setattr(fid_weights, "SHA256_PREFIX", ours.sha256[:8])
    weights = find_weights(None, allow_download=True)
    assert weights is not None and weights.path == hub and weights.genuine
    shutil.rmtree(hub.parent)


def test_the_address_is_that_of_pytorch_fid() -> None:
    assert URL == inception.FID_WEIGHTS_URL
