"""Where torch hub keeps files of weights, and so torchvision and pytorch-fid, too."""

from pathlib import Path

import torch


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
