"""Checkpoints come back as they were, or are refused."""

import pytest
import torch

from benchmark.errors import BenchError
from benchmark.training.checkpoint import read_checkpoint, write_checkpoint

CPU = torch.device("cpu")


def test_a_state_comes_back(tmp_path):
    weights = torch.arange(4.0)
    state = {"step": 3, "weights": weights, "names": ["a", "b"]}
    write_checkpoint(tmp_path / "checkpoint.pt", state)
    back = read_checkpoint(tmp_path / "checkpoint.pt", CPU)
    assert back["step"] == 3
    assert back["names"] == ["a", "b"]
    assert torch.equal(back["weights"], weights)
    assert [f.name for f in tmp_path.iterdir()] == ["checkpoint.pt"], "no part is left"


@pytest.mark.parametrize("at", [0, 40, -1])
def test_one_flipped_bit_is_noticed(tmp_path, at):
    file = tmp_path / "checkpoint.pt"
    write_checkpoint(file, {"weights": torch.zeros(4)})
    content = bytearray(file.read_bytes())
    content[at] ^= 1
    file.write_bytes(content)
    with pytest.raises(BenchError, match="is damaged"):
        read_checkpoint(file, CPU)


def test_a_truncated_file_is_noticed(tmp_path):
    file = tmp_path / "checkpoint.pt"
    write_checkpoint(file, {"weights": torch.zeros(4)})
    for length in (0, 10, len(file.read_bytes()) - 1):
        file.write_bytes(file.read_bytes()[:length])
        with pytest.raises(BenchError, match="is damaged"):
            read_checkpoint(file, CPU)


def test_a_failed_write_leaves_the_old_state(tmp_path):
    file = tmp_path / "checkpoint.pt"
    write_checkpoint(file, {"step": 1})
    with pytest.raises(Exception, match="pickle"):
        write_checkpoint(file, {"step": lambda: 2})
    assert read_checkpoint(file, CPU) == {"step": 1}
    assert [f.name for f in tmp_path.iterdir()] == ["checkpoint.pt"]
