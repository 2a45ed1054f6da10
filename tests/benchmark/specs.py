"""Steps for tests that only need some."""

from typing import Any

from benchmark.store.step import DataIdentity, FitMapper, MapRaw, Score, TrainISP

DATA = DataIdentity("toy", {}, "0" * 64)


def fit(title: str = "fit", **changes: Any) -> FitMapper:
    """A step that fits a mapper "m" of version 1 with seed 0 and no settings."""
    facts = {"method": "m", "version": 1, "config": {}, "seed": 0, "data": DATA}
    return FitMapper(title=title, **{**facts, **changes})


def train(title: str = "train", **changes: Any) -> TrainISP:
    """A step that trains an ISP "m" of version 1 for camera a with seed 0."""
    facts = {"method": "m", "version": 1, "config": {}, "seed": 0, "look": "a", "data": DATA}
    return TrainISP(title=title, **{**facts, **changes})


def mapped(title: str = "map", **changes: Any) -> MapRaw:
    """A step that maps camera a's training pictures to b by the step `fit()`."""
    facts = {"mapper": fit().key, "part": "train", "camera": "a", "direction": "a2b", "data": DATA}
    return MapRaw(title=title, **{**facts, **changes})


def score(title: str = "score", **changes: Any) -> Score:
    """A step that compares raws of camera b as captured with those of camera a."""
    facts = {
        "protocol": "unmapped", "version": 1, "part": "aligned", "camera": "b", "reference": "a",
        "extractor": None, "images": False, "data": DATA,
    }  # fmt: skip
    return Score(title=title, **{**facts, **changes})
