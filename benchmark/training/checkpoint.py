"""The state of a training on disk: a SHA-256, then what torch saves.

torch does not compare the checksums in its own files: a flipped bit would be loaded as a weight.
"""

import hashlib
import io
from pathlib import Path
from typing import Any

import torch

from benchmark.errors import BenchError
from benchmark.files import whole_file

DIGEST = hashlib.sha256().digest_size


def write_checkpoint(file: Path, state: dict[str, Any]) -> None:
    """Writes a state so that it appears whole or not at all."""
    buffer = io.BytesIO()
    torch.save(state, buffer)
    with whole_file(file) as part, part.open("wb") as out:
        out.write(hashlib.sha256(buffer.getbuffer()).digest())
        out.write(buffer.getbuffer())


def read_checkpoint(file: Path, device: torch.device) -> dict[str, Any]:
    """Reads a state onto a device; runs no code of the file.

    Raises:
        BenchError: the file is not what was written.
    """
    with file.open("rb") as stream:
        digest, saved = stream.read(DIGEST), stream.read()
    if hashlib.sha256(saved).digest() != digest:
        raise BenchError(f"{file} is damaged: its checksum is not the one it was written with.")
    state: dict[str, Any] = torch.load(io.BytesIO(saved), map_location=device, weights_only=True)
    return state
