import hashlib

import pytest

from benchmark.data.files.digests import digest
from benchmark.errors import BenchError


def test_it_follows_the_content(tmp_path):
    file = tmp_path / "a"
    file.write_bytes(b"one")
    first = digest(file)
    assert first == hashlib.sha256(b"one").hexdigest()
    assert digest(file.rename(tmp_path / "b")) == first
    (tmp_path / "b").write_bytes(b"three")
    assert digest(tmp_path / "b") == hashlib.sha256(b"three").hexdigest()


def test_a_missing_file(tmp_path):
    with pytest.raises(BenchError, match="gone cannot be read: No such file"):
        digest(tmp_path / "gone")
