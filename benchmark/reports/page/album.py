"""The page's pictures: in the page itself, or as files in a folder next to it if they are many."""

import base64
import hashlib
import io
import shutil
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from benchmark.files import whole_file

FOLDER = "report-pictures"
MOST = 20_000_000  # bytes of pictures in a page; with more of them, browsers are slow to open it
QUALITY = 88


@dataclass(frozen=True)
class Shot:
    """A picture on the page.

    Attributes:
        title: what it shows.
        width: in pixels.
        height: in pixels.
        jpeg: the picture.
    """

    title: str
    width: int
    height: int
    jpeg: bytes


def shot(title: str, image: Image.Image) -> Shot:
    """A picture for the page."""
    packed = io.BytesIO()
    image.convert("RGB").save(packed, "JPEG", quality=QUALITY)
    return Shot(title, image.width, image.height, packed.getvalue())


class Album:
    """Where the page finds its pictures.

    Args:
        folder: of the run.
        shots: all pictures of the page. Those of an earlier page are removed from the folder.
    """

    def __init__(self, folder: Path, shots: list[Shot]) -> None:
        self.beside = sum(len(shot.jpeg) for shot in shots) * 4 / 3 > MOST  # in base 64
        shutil.rmtree(folder / FOLDER, ignore_errors=True)
        if self.beside:
            (folder / FOLDER).mkdir()
            for name, jpeg in {_name(shot): shot.jpeg for shot in shots}.items():
                with whole_file(folder / FOLDER / name) as part:
                    part.write_bytes(jpeg)

    def source(self, shot: Shot) -> str:
        """The `src` of a picture."""
        if self.beside:
            return f"{FOLDER}/{_name(shot)}"
        return f"data:image/jpeg;base64,{base64.b64encode(shot.jpeg).decode()}"


def _name(shot: Shot) -> str:
    return f"{hashlib.sha256(shot.jpeg).hexdigest()[:20]}.jpg"
