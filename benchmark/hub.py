"""Published files of weights: where torch hub, and so torchvision and pytorch-fid, keep them."""

from dataclasses import dataclass
from pathlib import Path

import torch


@dataclass(frozen=True)
class WeightFile:
    """A file of weights that was found and can be loaded.

    Attributes:
        path: the file.
        sha256: SHA-256 of its contents, 64 hexadecimal digits.
    """

    path: Path
    sha256: str


def cached(name: str) -> Path:
    """The place of a downloaded file; whether it is there is another question."""
    return Path(torch.hub.get_dir()) / "checkpoints" / name


def how_to_get(url: str, megabytes: int, option: str) -> str:
    """A sentence for errors, tables and logs that lack a file of weights.

    Args:
        url: where it is published, its name at the end.
        megabytes: its size.
        option: what names a file that lies elsewhere, e.g. "--fid-weights".
    """
    place = cached(Path(url).name)
    return f"Download {url} ({megabytes} MB) and name the file with {option}, or put it at {place}."
