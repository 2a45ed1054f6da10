"""The weights of the Inception network behind FID: finding, downloading and checking the file.

FID is defined by one particular network, the 2015 TensorFlow Inception that pytorch-fid ported.
Its file is known by its SHA-256; any other file of the same structure gives a Fréchet distance that
stands in tables under its own name.
"""

import contextlib
import logging
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import Tensor

from benchmark.errors import BenchError
from benchmark.files import sha256_of
from benchmark.hub import WeightFile, cached, how_to_get

if TYPE_CHECKING:
    from pytorch_fid.inception import InceptionV3

logger = logging.getLogger(__name__)

# As in pytorch_fid.inception, whose import takes longer than that of torch.
FILE_NAME = "pt_inception-2015-12-05-6726825d.pth"
MEGABYTES = 91
URL = f"https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/{FILE_NAME}"
SHA256_PREFIX = "6726825d"  # torch hub's convention: the name ends in the start of the SHA-256
CONNECTION_TIMEOUT = 30.0  # seconds without a byte


@dataclass(frozen=True)
class FidWeights(WeightFile):
    """A file of Inception weights, those that define FID or others."""

    @property
    def genuine(self) -> bool:
        """Whether these are the weights that define FID."""
        return self.sha256.startswith(SHA256_PREFIX)

    @property
    def name(self) -> str:
        """What a Fréchet distance with these weights may be called."""
        return "FID" if self.genuine else f"FD ({self.path.name}, sha256 {self.sha256[:8]})"


class WeightSearch(NamedTuple):
    """The weights found, and what the user must know about them.

    Attributes:
        weights: None if there are none that can be used.
        reason: why there are none, or why the column may not be called FID, and what to do; empty
            with the genuine weights.
    """

    weights: FidWeights | None
    reason: str


def how_to_get_weights() -> str:
    """A sentence for tables and logs that lack FID."""
    return how_to_get(URL, MEGABYTES, "--fid-weights")


def find_weights(path: str | Path | None, allow_download: bool) -> FidWeights | None:
    """The weights to use or None, the reason logged; see :func:`search_weights`."""
    found = search_weights(path, allow_download)
    if found.reason:
        logger.warning("%s", found.reason)
    return found.weights


def search_weights(path: str | Path | None, allow_download: bool) -> WeightSearch:
    """Looks for the weights: the named file, else torch hub's cache, else a download.

    Takes well under a second unless it downloads: genuine weights are known by their SHA-256, any
    other file is loaded once, so that a broken one is found before training and not after it.

    Args:
        path: a file named by the user; nothing else is tried then.
        allow_download: whether 91 MB may be downloaded into torch hub's cache.

    Raises:
        BenchError: the named file is missing, broken or of another structure.
    """
    if path is not None:
        return _checked(Path(path).expanduser())
    file = cached(FILE_NAME)
    if not file.is_file():
        if not allow_download:
            return WeightSearch(None, f"No Inception weights at {file}. {how_to_get_weights()}")
        failure = _download(file)
        if failure:
            return WeightSearch(None, f"{failure} {how_to_get_weights()}")
    try:
        return _checked(file)
    except BenchError as error:
        return WeightSearch(None, f"{error} Delete it to have it downloaded again.")


def load_inception(weights: FidWeights, dims: int = 2048) -> "InceptionV3":
    """pytorch-fid's network with these weights, in evaluation mode, without its own resize.

    Args:
        weights: what :func:`find_weights` gave.
        dims: which features it returns: 64, 192, 768 or (FID's) 2048.

    Raises:
        BenchError: the file is broken or of another structure, or there are no such features.
    """
    from pytorch_fid.inception import InceptionV3

    blocks = InceptionV3.BLOCK_INDEX_BY_DIM
    if dims not in blocks:
        raise BenchError(f"Inception gives {', '.join(map(str, blocks))} features, not {dims}.")
    state = _read(weights.path)
    try:
        with _in_place_of_download(state):
            network = InceptionV3([blocks[dims]], resize_input=False)
    except (RuntimeError, TypeError) as error:
        first = "; ".join(line.strip() for line in str(error).splitlines()[1:3]) or str(error)
        raise BenchError(
            f"{weights.path} does not hold the weights of pytorch-fid's Inception network "
            f"({first[:200]}). {how_to_get_weights()}"
        ) from error
    return network.eval()


def _checked(file: Path) -> WeightSearch:
    if not file.is_file():
        raise BenchError(f"There is no file {file}. {how_to_get_weights()}")
    digest = sha256_of(file)
    weights = FidWeights(file, digest)
    if weights.genuine:
        return WeightSearch(weights, "")
    load_inception(weights)
    return WeightSearch(
        weights,
        f"{file} is not the file that defines FID (its SHA-256 begins {digest[:8]}, not "
        f"{SHA256_PREFIX}); its distance is called {weights.name}. {how_to_get_weights()}",
    )


def _read(file: Path) -> dict[str, Tensor]:
    """The tensors in a file of weights; runs no code from it."""
    with file.open("rb") as stream:
        start = stream.read(64).lstrip()
    if start.startswith(b"<"):
        raise BenchError(f"{file} is a web page, not a file of weights. {how_to_get_weights()}")
    try:
        state = torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:  # the reader raises whatever the broken bytes lead it into
        raise BenchError(
            f"{file} ({file.stat().st_size / 1e6:.1f} MB) cannot be read as PyTorch weights; it is "
            f"truncated, or not such a file. {how_to_get_weights()}"
        ) from error
    return state


@contextlib.contextmanager
def _in_place_of_download(state: dict[str, Tensor]) -> Iterator[None]:
    """Gives pytorch-fid's network the tensors that it would download, and unpickle unsafely."""
    from pytorch_fid import inception

    def loaded(*_: Any, **__: Any) -> dict[str, Tensor]:
        return state

    original = inception.load_state_dict_from_url
    inception.load_state_dict_from_url = loaded
    try:
        yield
    finally:
        inception.load_state_dict_from_url = original


def _download(file: Path) -> str:
    """Fetches the weights through torch hub, checked; says why it failed, or nothing."""
    logger.info("Downloading %s to %s", URL, file)
    timeout = socket.getdefaulttimeout()
    socket.setdefaulttimeout(CONNECTION_TIMEOUT)  # torch hub gives none: it could wait for ever
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        torch.hub.download_url_to_file(URL, str(file), SHA256_PREFIX, sys.stderr.isatty())
    except (OSError, RuntimeError) as error:  # no network, full disk; wrong hash
        return f"The download of the Inception weights failed: {error}."
    finally:
        socket.setdefaulttimeout(timeout)
    return ""
