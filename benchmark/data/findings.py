"""What is found in somebody's files: remarks, faults, and one error for many faults."""

import os
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmark.errors import BenchError

MOST_SHOWN = 10  # faults in one error


class Fault(str):
    """A finding that something is wrong: a file that is missing or broken, say."""


def check_command(data: str) -> str:
    """The command that lists everything that is wrong with some data: PATH or NAME:PATH."""
    return f"isp-bench data check {shlex.quote(data)}"


def complaint(root: Path, what: str, faults: Sequence[str], command: str = "") -> BenchError:
    """One error that names many faults in a folder.

    Args:
        root: the folder; files in it are named by their path from there.
        what: what cannot be used, e.g. "The pictures".
        faults: a sentence each.
        command: lists all faults; named where the error shows only some.
    """
    shown = [relative(fault, root) for fault in faults[:MOST_SHOWN]]
    if len(faults) == 1:
        return BenchError(f"{what} in {root} cannot be used: {shown[0]}")
    text = " ".join(f"({i}) {fault}" for i, fault in enumerate(shown, 1))
    more = f" And {len(faults) - MOST_SHOWN} more." if len(faults) > MOST_SHOWN else ""
    if more and command:
        more = f"{more[:-1]}: `{command}` lists all of them."
    return BenchError(f"{what} in {root} cannot be used; {len(faults)} faults: {text}{more}")


def relative(finding: str, root: Path) -> str:
    """A finding with the files in a folder named by their path from there, on one line."""
    return " ".join(finding.replace(f"{root}{os.sep}", "").splitlines())


def same_pictures(files: Mapping[str, Sequence[str]]) -> list[Fault]:
    """The files that hold the same picture, from lists of files by a hash of their values."""
    return [
        Fault(f"The same picture: {', '.join(same)}.") for same in files.values() if len(same) > 1
    ]
