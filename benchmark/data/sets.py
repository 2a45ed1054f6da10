"""Writing all sets of pictures of a data set, with no test picture among those to train on.

The test pairs are written first. A picture for training or validation that holds the same values
as a test picture, or as another training picture, is left out, whatever its name, its camera's
folder and its metadata. `left_out.json` in the folder of the data set lists what was left out of
each set, and why.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

from benchmark.cameras import CAMERAS
from benchmark.data.ahead import ahead
from benchmark.data.images import ImageRecord, ImageSet, ImageWriter, Picture, content_of
from benchmark.errors import BenchError
from benchmark.files import write_atomic
from benchmark.progress import Task

T = TypeVar("T")
Sets = Mapping[str, Mapping[str, T]]  # what to read: by set ("train-a"), then by id

LEFT_OUT = "left_out.json"
TEST_PARTS = ("scenes", "aligned")
PAIRED_PARTS = (*TEST_PARTS, "anchors")


@dataclass(frozen=True)
class Written:
    """The outcome of writing all sets.

    Attributes:
        faults: pictures that cannot be used, a sentence each; all sets are complete if there are
            none.
        left_out: copies that were left out, a sentence each.
    """

    faults: list[str]
    left_out: list[str]


class Copies:
    """Remembers the values of what is tested and trained on, and says what would be a copy.

    Args:
        refuse_anchors: whether an anchor that is also a test picture is an error.
    """

    def __init__(self, refuse_anchors: bool) -> None:
        self._refuse_anchors = refuse_anchors
        self._tested: dict[str, str] = {}
        self._trained: dict[tuple[str, ...], str] = {}

    def remember(self, part: str, row: Sequence[ImageRecord]) -> str | None:
        """Takes in a picture or a pair, unless it is for training and a copy.

        Args:
            part: "scenes", "aligned", "anchors", "train" or "validation", in this order.
            row: the picture, or both of the pair.

        Returns:
            Why it is to be left out; None: it is remembered.

        Raises:
            BenchError: an anchor pair that the user asked for, and that is tested on as well.
        """
        if part in TEST_PARTS:
            for record in row:
                self._tested.setdefault(record.content, record.source)
            return None
        for record in row:
            if record.content in self._tested:
                test = self._tested[record.content]
                why = f"{record.source} is the same picture as the test picture {test}"
                if part == "anchors" and self._refuse_anchors:
                    raise BenchError(
                        f"{why}, but is named as an anchor, which is trained on. Take out the "
                        f"anchor or the test pair."
                    )
                return why
        return self._trained_before(row)

    def _trained_before(self, row: Sequence[ImageRecord]) -> str | None:
        names = " and ".join(dict.fromkeys(record.source for record in row))
        key = tuple(record.content for record in row)
        if key in self._trained:
            kind = "picture" if len(row) == 1 else "pair"
            return f"{names} is the same {kind} as {self._trained[key]}"
        self._trained[key] = names
        for record in row:  # a picture of an anchor pair is trained on as well
            self._trained.setdefault((record.content,), record.source)
        return None


@dataclass
class _Writing(Generic[T]):
    """The state of :func:`write_sets`."""

    dest: Path
    read: Callable[[str, T], Picture]
    task: Task
    copies: Copies
    faults: list[str] = field(default_factory=list)
    left_out: dict[str, dict[str, str]] = field(default_factory=dict)

    def write(self, names: Sequence[str], sets: Sequence[Mapping[str, T]]) -> None:
        """Writes one set, or the two of pairs, whose pictures with the same id belong together."""
        before = self.left_out.get(names[0], {})  # found by an earlier run that was cut off
        known = {identity: why for identity, why in before.items() if identity in sets[0]}
        self.left_out[names[0]] = known
        if self._complete(names, [i for i in sets[0] if i not in known]):
            self.task.advance(sum(map(len, sets)))
            return
        writers = [ImageWriter(self.dest / name) for name in names]
        number, faults = 0, len(self.faults)
        self.task.advance(len(sets) * len(known))

        ids = [identity for identity in sets[0] if identity not in known]
        there = {  # written by an earlier run that was cut off
            writers[0].record(n).id for n in range(len(ids)) if all(w.has(n) for w in writers)
        }

        def read(identity: str) -> list[Picture]:
            return [_read(self.read, identity, own[identity]) for own in sets]

        def read_ahead(identity: str) -> list[Picture]:
            return [] if identity in there else read(identity)

        for identity, made in ahead(read_ahead, ids):
            pictures = partial(_first, made, partial(read, identity))
            number += self._write_row(names, writers, number, identity, pictures)
            self.task.advance(len(sets))
        if len(self.faults) == faults:
            for writer in writers:
                writer.close()

    def _complete(self, names: Sequence[str], ids: Sequence[str]) -> bool:
        """Whether the sets were written to the end; their pictures count as tested or trained."""
        folders = [self.dest / name for name in names]
        if not all((folder / "index.json").is_file() for folder in folders):
            return False
        sets = [ImageSet(folder) for folder in folders]
        before = deepcopy(self.copies)
        try:
            if all([r.id for r in own] == ids and all(r.content for r in own) for own in sets):
                rows = zip(*sets, strict=True)
                if not any(self.copies.remember(_part(names), row) for row in rows):
                    return True
        except BenchError:  # said when the pair is written again
            pass
        self.copies = before
        for folder in folders:
            (folder / "index.json").unlink()  # the pictures have changed since
        return False

    def _write_row(
        self,
        names: Sequence[str],
        writers: Sequence[ImageWriter],
        number: int,
        identity: str,
        read: Callable[[], list[Picture]],
    ) -> bool:
        """Writes a picture, or a pair, unless it is a copy; whether its number is taken by it."""
        try:
            pictures = []
            row = _kept(writers, number, identity)
            if not row:
                pictures = read()
                row = [picture.record for picture in pictures]
            why = self.copies.remember(_part(names), row)
        except BenchError as error:
            self.faults.append(str(error))
            return True
        if why is not None:
            for writer in writers:
                writer.forget(number)
            self.left_out[names[0]][identity] = why
            copies = {name: own for name, own in self.left_out.items() if own}
            write_atomic(self.dest / LEFT_OUT, json.dumps(copies, indent=1))
            return False
        for writer, picture in zip(writers, pictures, strict=False):  # none: they are there
            writer.write(number, *picture)
        return True


def _first(made: Future[list[Picture]], read: Callable[[], list[Picture]]) -> list[Picture]:
    """What was read ahead; read now, where it was thought to be there already."""
    return made.result() or read()


def _kept(writers: Sequence[ImageWriter], number: int, identity: str) -> list[ImageRecord]:
    """The records of a picture, or a pair, written before; nothing if it was not, or changed."""
    if not all(writer.has(number) for writer in writers):
        return []
    row = [writer.keep(number) for writer in writers]
    return row if all(record.id == identity and record.content for record in row) else []


def write_sets(
    dest: Path,
    sets: Sets[T],
    read: Callable[[str, T], Picture],
    task: Task,
    *,
    refuse_anchors: bool = False,
) -> Written:
    """Writes the pictures that are missing; continues where an earlier call was cut off.

    Args:
        dest: the folder of the data set; each set is a folder in it.
        sets: what to read; the two sets of a paired part ("scenes-a", "scenes-b") have equal ids.
        read: makes the picture of an id and an item; its BenchErrors do not stop the others.
        task: advanced by one for each picture.
        refuse_anchors: whether an anchor that is also a test picture is a fault; otherwise the
            pair is left out.

    Raises:
        BenchError: nothing is left to train on.
    """
    writing = _Writing(dest, read, task, Copies(refuse_anchors))
    file = dest / LEFT_OUT
    if file.is_file():
        known = json.loads(file.read_text(encoding="utf-8"))
        writing.left_out = {name: own for name, own in known.items() if name in sets}
    for names in _in_order(sets):
        writing.write(names, [sets[name] for name in names])
        left = len(sets[names[0]]) - len(writing.left_out[names[0]])
        if names[0].startswith("train") and not left:
            raise BenchError(
                f"No picture of {names[0]} is left to train on, each is a copy of another: "
                f"{'; '.join(writing.left_out[names[0]].values())}."
            )
    reasons = [why for own in writing.left_out.values() for why in own.values()]
    if not reasons:
        file.unlink(missing_ok=True)
    return Written(writing.faults, list(map(_finding, reasons)))


def find_copies(
    sets: Sets[T], read: Callable[[str, T], Picture], task: Task, *, refuse_anchors: bool = False
) -> Written:
    """Reads all pictures as :func:`write_sets` does, and writes none."""
    copies = Copies(refuse_anchors)
    found = Written([], [])
    for names in _in_order(sets):

        def records(identity: str, own: Sequence[str] = names) -> list[ImageRecord]:
            return [_read(read, identity, sets[name][identity]).record for name in own]

        for _, row_of in ahead(records, sets[names[0]]):
            try:
                row = row_of.result()
                if why := copies.remember(_part(names), row):
                    found.left_out.append(_finding(why))
            except BenchError as error:
                found.faults.append(str(error))
            task.advance(len(names))
    return found


def _finding(why: str) -> str:
    return f"left out of training: {why}"


def _read(read: Callable[[str, T], Picture], identity: str, item: T) -> Picture:
    """A picture whose record has the hash of its values."""
    picture = read(identity, item)
    if picture.record.content:
        return picture
    record = replace(picture.record, content=content_of(picture.raw))
    return Picture(record, picture.raw, picture.srgb)


def _part(names: Sequence[str]) -> str:
    return names[0].rsplit("-", 1)[0]


def _in_order(sets: Sets[T]) -> list[tuple[str, ...]]:
    """The names of the sets to write together: test pairs, then anchors, then all others."""
    paired = [(f"{part}-a", f"{part}-b") for part in PAIRED_PARTS]
    single = [(f"{part}-{camera}",) for part in ("train", "validation") for camera in CAMERAS]
    return [names for names in (*paired, *single) if names[0] in sets]
