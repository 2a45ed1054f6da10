"""`isp-bench leaderboard`: exported runs of several people in tables that can be trusted."""

import argparse
import json
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.cli.options import Verbs, add_verb
from benchmark.cli.rescoring import add_options, load_plugins, plain, score_again

if TYPE_CHECKING:
    from benchmark.records.submission import Submission
    from benchmark.records.verdicts import Remembered

EXAMPLES = """  isp-bench leaderboard --check mine.zip
  isp-bench leaderboard anna.zip ben.zip -o board
  isp-bench leaderboard anna.zip ben.zip -o board --verify

docs/leaderboard.md says what a bundle must hold. --verify remembers what it found in the board's
folder, so that each result is scored again once.

exit code: 0 all bundles are on the board and, with --check, keep all rules; 1 one is left out or
breaks a rule; 2 one cannot be read
"""
UNREADABLE, LEFT_OUT = 2, 1


def add_parser(verbs: Verbs) -> None:
    """Adds the verb."""
    parser = add_verb(
        verbs, "leaderboard", "merge exported runs of several people into a leaderboard", EXAMPLES
    )
    parser.add_argument(
        "bundles", type=Path, nargs="+", metavar="BUNDLE", help="what `isp-bench export` wrote"
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "-o", "--output", type=Path, metavar="FOLDER",
        help="where to write leaderboard.md and leaderboard.html",
    )  # fmt: skip
    what.add_argument(
        "--check", action="store_true", help="only say whether the bundles keep the rules"
    )
    parser.add_argument("--json", action="store_true", help="print what was found as JSON")
    again = parser.add_argument_group("scoring again")
    again.add_argument(
        "--verify", action="store_true",
        help="score again, as `isp-bench verify` does, what was not scored again before",
    )  # fmt: skip
    add_options(again)
    parser.set_defaults(execute=execute)


@dataclass
class _Read:
    """What became of the bundles.

    Attributes:
        submissions: of those that could be read.
        unreadable: file to the reason, for the others.
        verdicts: on scores, remembered and new.
        obstacles: file to the reason why not all of it could be scored again.
    """

    submissions: "list[Submission]" = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)
    verdicts: "dict[str, Remembered]" = field(default_factory=dict)
    obstacles: dict[str, str] = field(default_factory=dict)


def execute(args: argparse.Namespace) -> int:
    """Runs the verb; 1 if a bundle is left out or, with --check, breaks a rule; 2 if unreadable."""
    from benchmark.errors import BenchError
    from benchmark.files import require_writable
    from benchmark.records.submission import without_copies
    from benchmark.records.verdicts import read_verdicts
    from benchmark.reports.leaderboard.page import LeftOut, write_leaderboard

    if args.check and args.verify:
        raise BenchError("--check only reads. Score a bundle again with `isp-bench verify BUNDLE`.")
    if args.output is not None:
        require_writable(args.output, "-o")
    read = _Read(verdicts=read_verdicts(args.output) if args.output is not None else {})
    _read_all(args, read)
    found = [_with_verdict(s, read) for s in without_copies(read.submissions)]
    good = [submission for submission in found if not submission.faults]
    _tell(args, found, read)
    if args.output is not None and good:
        left = [LeftOut(s.file, s.faults) for s in found if s.faults]
        left += [LeftOut(file, (reason,)) for file, reason in read.unreadable.items()]
        for file in write_leaderboard(args.output, good, read.verdicts, left):
            print(file, file=sys.stderr if args.json else sys.stdout)
    elif args.output is not None:
        print("Nothing is left to show, so no leaderboard was written.", file=sys.stderr)
    if read.unreadable:
        return UNREADABLE
    broken = any(s.faults or (args.check and s.gaps) for s in found)
    return LEFT_OUT if broken else 0


def _read_all(args: argparse.Namespace, read: _Read) -> None:
    """Reads the bundles one after the other: unpacked, all of them could fill a disk."""
    import tempfile

    from benchmark.errors import BenchError
    from benchmark.interrupt import clean_stops
    from benchmark.progress import Progress
    from benchmark.records.bundle import unpack
    from benchmark.records.submission import read_submission
    from benchmark.records.verdicts import remembered, write_verdicts
    from benchmark.store.store import Store, default_store

    store = Store(args.store or default_store()) if args.verify else None
    with ExitStack() as stack:
        stack.enter_context(clean_stops())
        progress = stack.enter_context(Progress())
        for file in args.bundles:
            place = store.folder if store is not None else None
            with tempfile.TemporaryDirectory(prefix=".verify-", dir=place) as folder:
                try:
                    bundle = unpack(file, Path(folder))
                    load_plugins(Path(folder), getattr(args, "plugin", ()))
                    submission = read_submission(bundle, file.name)
                except BenchError as error:
                    read.unreadable[str(file)] = str(error)
                    continue
                read.submissions.append(submission)
                if store is None or submission.faults or _is_known(submission, args, read):
                    continue
                verdicts = score_again(bundle, args, store, progress)
                read.verdicts |= remembered(submission.records, verdicts, args.tolerance)
                write_verdicts(args.output, read.verdicts)  # a later stop loses none of them
                obstacles = [verdict.obstacle for verdict in verdicts if verdict.obstacle]
                if obstacles:
                    read.obstacles[submission.file] = obstacles[0]


def _is_known(submission: "Submission", args: argparse.Namespace, read: _Read) -> bool:
    """Whether all its results were scored again before, as strictly as now."""
    from benchmark.records.verdicts import scores_of

    found = [read.verdicts.get(scores_of(record)) for record in submission.records]
    return all(known is not None and known.tolerance == args.tolerance for known in found)


def _with_verdict(submission: "Submission", read: _Read) -> "Submission":
    """A submission is at fault as a whole if one of its results did not come out again."""
    from benchmark.records.verdicts import scores_of

    found = [read.verdicts.get(scores_of(record)) for record in submission.records]
    differing = [known for known in found if known is not None and known.verdict == "differs"]
    if not differing:
        return submission
    fault = (
        f"scored again, {len(differing)} of its {len(found)} results differ, e.g. "
        f"{differing[0].differences[0]}."
    )
    return replace(submission, faults=(*submission.faults, fault))


def _tell(args: argparse.Namespace, found: "list[Submission]", read: _Read) -> None:
    """Says of each bundle what is wrong with it."""
    if args.json:
        shown = ("file", "by", "link", "time", "faults", "gaps")
        listed = [
            {**{name: getattr(s, name) for name in shown}, "results": len(s.records)} for s in found
        ]
        listed += [{"file": f, "unreadable": reason} for f, reason in read.unreadable.items()]
        print(json.dumps(listed, indent=1))
        return
    for submission in found:
        state = "left out" if submission.faults else "gaps" if submission.gaps else "ok"
        print(
            plain(
                f"{submission.file}: {state}; {len(submission.records)} results by {submission.by}"
            )
        )
        for sentence in (*submission.faults, *submission.gaps):
            print(plain(f"    {sentence}"))
        if submission.file in read.obstacles:
            print(plain(f"    not all was scored again: {read.obstacles[submission.file]}"))
    for file, reason in read.unreadable.items():
        print(plain(f"{file}: cannot be read"))
        print(plain(f"    {reason}"))
