"""What all steps of a process share."""

from dataclasses import dataclass, field
from pathlib import Path

import torch

from benchmark.data.base import CameraPair
from benchmark.progress import Progress
from benchmark.registry import DATASETS
from benchmark.store.step import DataIdentity
from benchmark.store.store import Store


@dataclass
class Context:
    """What all steps of a process share.

    Attributes:
        store: where everything is kept.
        device: where networks run.
        progress: the display.
        fid_weights: path of the Inception weights; None without.
        lpips_weights: path of AlexNet's weights; None without.
    """

    store: Store
    device: torch.device
    progress: Progress
    fid_weights: Path | None = None
    lpips_weights: Path | None = None
    _data: dict[str, CameraPair] = field(default_factory=dict)

    def data(self, identity: DataIdentity) -> CameraPair:
        """The prepared data set; prepared now if it is not yet."""
        fingerprint = identity.fingerprint
        if fingerprint not in self._data:
            source = DATASETS.create(identity.name, **identity.config)
            folder = self.store.data_folder(identity.name, fingerprint)
            with self.store.lock(folder, wait=True):
                self._data[fingerprint] = source.prepare(folder, self.progress)
                self.store.seal(folder)
        return self._data[fingerprint]
