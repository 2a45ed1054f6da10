"""A folder of photographs that become scenes: which there are, and what each is used for.

Every photograph serves one purpose: training of camera A, training of camera B, validation of
either, anchors, or tests. They are dealt out in turn, in the order of a hash of their contents, so
that names and places of files do not matter.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmark.data.ahead import ahead
from benchmark.data.files.digests import digest
from benchmark.data.files.light import EXR, LIGHT_SUFFIXES, light_size, read_light
from benchmark.data.files.listing import plain_name, unreadable
from benchmark.data.files.raw import CAMERA_SUFFIXES
from benchmark.data.findings import Fault, check_command, complaint
from benchmark.data.simulated.lookalikes import lookalikes, thumbnail
from benchmark.errors import BenchError
from benchmark.progress import Progress

KINDS = "JPEG, PNG, TIFF, EXR, DNG or other camera files"
MOST_NAMED = 3  # of the photographs that are too small


@dataclass(frozen=True)
class PhotographFile:
    """One photograph.

    Attributes:
        path: the file.
        content: SHA-256 of the file.
    """

    path: Path
    content: str


class PhotographFolder:
    """The photographs in a folder and in the folders in it.

    Args:
        folder: where they are.
        purposes: what photographs are needed for, a name each.
        least: rows and columns that each must have.

    Raises:
        BenchError: there is no such folder, or it cannot be listed.
    """

    def __init__(self, folder: Path, purposes: Sequence[str], least: tuple[int, int]) -> None:
        if not folder.is_dir():
            raise BenchError(f"scenes={folder}: there is no such folder.")
        self.folder = folder
        self.purposes = purposes
        self.least = least
        self._left: list[str] = []  # sentences about what is not used

    @cached_property
    def files(self) -> list[PhotographFile]:
        """All photographs, by their hashes; of copies, the first by name.

        Files of one name in one folder are one photograph, as cameras store a raw and a JPEG: the
        raw is taken, or else what holds most.

        Raises:
            BenchError: some cannot be read, or there are not enough.
        """
        found, faults = self._listed()
        if faults:
            raise self.refused(faults)
        first: dict[str, Path] = {}
        for path in self._one_of_a_name(found):
            original = first.setdefault(digest(path), path)
            if original != path:
                self._left.append(f"{path} is a copy of {original} and is left out.")
        if len(first) < len(self.purposes):
            held = f"{len(first)} photographs" if len(first) != 1 else "1 photograph"
            copies = " that differ" if len(found) > len(first) else ""
            raise BenchError(
                f"{self.folder} holds {held}{copies} ({KINDS}); at least {len(self.purposes)} are "
                f"needed, as none serves two purposes: {', '.join(self.purposes)}."
            )
        return [PhotographFile(path, content) for content, path in sorted(first.items())]

    def dealt(self, purpose: str) -> list[PhotographFile]:
        """The photographs for one purpose; at least one."""
        return self.files[self.purposes.index(purpose) :: len(self.purposes)]

    def check(self) -> None:
        """Opens the header of every photograph.

        Raises:
            BenchError: names those that cannot be used, and why.
        """
        sizes, faults = {}, []
        for file in self.files:
            try:
                sizes[file.path] = light_size(file.path)
            except BenchError as error:
                faults.append(str(error))
        rows, columns = self.least
        small = [path for path, size in sizes.items() if size[0] < rows or size[1] < columns]
        if small:
            named = ", ".join(f"{p} ({sizes[p][0]} x {sizes[p][1]})" for p in small[:MOST_NAMED])
            more = f" and {len(small) - MOST_NAMED} more" if len(small) > MOST_NAMED else ""
            faults.append(
                f"too small for pictures of this size, which need {rows} x {columns} pixels (rows "
                f"x columns): {named}{more}. Take them out, or ask for smaller pictures: size=N."
            )
        if faults:
            raise self.refused(faults)

    def survey(self, progress: Progress) -> list[str]:
        """What there is, a sentence each, and as :class:`Fault` what cannot be decoded."""
        looks, faults = {}, []
        with progress.task(f"Reading {self.folder}", len(self.files)) as task:
            for file, made in ahead(self._look, self.files):
                try:
                    looks[file.path] = made.result()
                except BenchError as error:
                    faults.append(str(error))
                task.advance()
        faults += lookalikes(looks)
        counts = (f"{purpose}: {len(self.dealt(purpose))}" for purpose in self.purposes)
        return [
            f"{len(self.files)} photographs, for {'; '.join(counts)}",
            *self._left,
            *map(Fault, faults),
        ]

    def _look(self, file: PhotographFile) -> NDArray[np.float32]:
        return thumbnail(read_light(file.path, *self.least))

    def refused(self, faults: Sequence[str]) -> BenchError:
        """One error that names the photographs that cannot be used."""
        command = check_command(f"simulated:scenes={self.folder}")
        return complaint(self.folder, "The photographs", faults, command)

    def _one_of_a_name(self, found: Sequence[Path]) -> Iterator[Path]:
        named: dict[tuple[Path, str], list[Path]] = {}
        for path in found:
            named.setdefault((path.parent, plain_name(path.stem).casefold()), []).append(path)
        for same in named.values():
            best, *others = sorted(same, key=_poverty)
            self._left += [f"{path} is left out, as {best.name} has its name." for path in others]
            yield best

    def _listed(self) -> tuple[list[Path], list[str]]:
        found, faults = [], []
        for path in sorted(self.folder.rglob("*")):
            inside = path.relative_to(self.folder)
            hidden = any(part.startswith(".") for part in inside.parts)
            if hidden or Path(plain_name(path.name)).suffix.lower() not in LIGHT_SUFFIXES:
                continue
            fault = unreadable(path)
            faults.append(fault) if fault else found.append(path)
        return found, faults


def _poverty(path: Path) -> int:
    """Rank of a kind of file: the less light it holds, the higher."""
    suffix = path.suffix.lower()
    kinds = (CAMERA_SUFFIXES, {EXR}, {".tif", ".tiff"}, {".png"})
    return next((rank for rank, kind in enumerate(kinds) if suffix in kind), len(kinds))
