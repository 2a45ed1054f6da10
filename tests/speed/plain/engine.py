"""The work of trivial cells without the engine, and records without what they share."""

from pathlib import Path

import numpy as np
import torch

from benchmark.cameras import Camera, Direction
from benchmark.data.base import CameraPair
from benchmark.data.images import ImageSet, ImageWriter
from benchmark.progress import Progress
from benchmark.records.record import Record
from benchmark.steps.score import Scoring
from mappers.base import Mapper


def cells(mapper: Mapper, data: CameraPair, count: int, folder: Path) -> None:
    """Maps and scores the aligned pictures, `count` times in all, both directions in turns."""
    assert data.aligned is not None
    directions: dict[Camera, Direction] = {"a": "a2b", "b": "b2a"}
    both: tuple[Camera, Camera] = ("a", "b")
    for number in range(count):
        source, target = both if number % 2 else both[::-1]
        images = data.aligned.camera(source)
        place = folder / str(number)
        writer = ImageWriter(place / "images")
        with torch.inference_mode():
            for i, image in enumerate(images):
                raw = torch.from_numpy(images.raw(i))[None]
                counts = np.rint(mapper(raw, directions[source])[0].numpy() * 65535)
                writer.write(i, image, counts.astype(np.uint16))
        writer.close()
        mapped, truth = ImageSet(place / "images"), data.aligned.camera(target)
        Scoring(
            mapped, truth, None, place, place / "features",
            torch.device("cpu"), Progress(quiet=True), "score",
        ).run()  # fmt: skip


def read_records(folder: Path) -> list[Record]:
    """Each record by itself."""
    files = sorted((folder / "records").glob("*.json"))
    return [Record.model_validate_json(file.read_text(encoding="utf-8")) for file in files]
