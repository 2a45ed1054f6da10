"""Entry point of `isp-bench`."""

import argparse
import contextlib
import errno
import io
import logging
import os
import sys
from collections.abc import Sequence
from typing import Any

from benchmark import __version__
from benchmark.cli import (
    check,
    data,
    deploy,
    doctor,
    explain,
    export,
    figure,
    info,
    leaderboard,
    list_names,
    map_raw,
    new,
    plan,
    render,
    run,
    status,
    step,
    store,
    table,
    verify,
)
from benchmark.errors import BenchError, ContractError

FAILED = 1
USER_ERROR = 2
STOPPED = 130  # the shell's code for Ctrl-C
STOPPED_TEXT = "Stopped."  # of verbs that set no `stopped` of their own
# Errors caused by the user's disks, folders and names, not by faults of ours.
OF_THE_SYSTEM = (
    errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENAMETOOLONG,
    errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.EIO, errno.ESTALE,
)  # fmt: skip

EXAMPLES = """examples:
  isp-bench run --protocol adaptation --mapper cstpp --isp pynet
  isp-bench run --protocol adaptation augmentation --mapper all --isp syenet --seed 0 1 2
  isp-bench plan --mapper cstpp global-poly
  isp-bench table results/simulated-quick
  isp-bench figure strips results/simulated-quick -o strips.pdf
  isp-bench render DSC_0001.NEF --isp pynet --mapper cstpp -o developed.png
  isp-bench map iphone.dng --mapper cstpp --to B -o as-galaxy.dng
  isp-bench deploy --isp microisp -o model.onnx
  isp-bench list mappers
  isp-bench new mapper my-mapper
  isp-bench check my-mapper --plugin my_mapper.py
"""


def build_parser() -> argparse.ArgumentParser:
    """The parser of all verbs."""
    parser = argparse.ArgumentParser(
        prog="isp-bench",
        description="Which raw-to-raw mapper lets a deep ISP, trained for one camera, work on "
        "another, and how well?",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"isp-bench {__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for module in (
        run,
        plan,
        table,
        figure,
        render,
        map_raw,
        deploy,
        data,
        list_names,
        info,
        new,
        check,
        doctor,
        step,
        status,
        store,
        export,
        verify,
        leaderboard,
        explain,
    ):
        module.add_parser(verbs)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one verb.

    Returns:
        0: all went well; 1: the command ran but something in it failed; 2: a user's mistake;
        130: stopped by the user.
    """
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    for stream in _streams():
        if isinstance(stream, io.TextIOWrapper):
            # A letter that the terminal does not have must not end a command after all its work.
            stream.reconfigure(errors="replace")
    try:
        return _run(arguments)
    finally:
        for stream in _streams():
            _let_go(stream)


def _run(arguments: Sequence[str] | None) -> int:
    code, stopped = 0, STOPPED_TEXT
    try:
        args = _parsed(arguments)
        stopped = getattr(args, "stopped", STOPPED_TEXT)
        code = int(args.execute(args))
        _flush()
        return code
    except BenchError as error:
        _complain(f"isp-bench: {error}")
        return FAILED if isinstance(error, ContractError) else USER_ERROR
    except KeyboardInterrupt:
        _complain(f"\n{stopped}")
        return STOPPED
    except BrokenPipeError:  # the reader, `head` for example, has seen enough
        return code
    except OSError as error:
        if error.errno not in OF_THE_SYSTEM:
            raise
        _complain(
            f"isp-bench: {error.filename or 'a file'} cannot be read or written: "
            f"{error.strerror}. Nothing finished is lost. Make room or choose other folders "
            "(--store, --results), then run again."
        )
        return FAILED


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    try:
        return build_parser().parse_args(arguments)
    finally:
        _flush()  # of --help, which ends in a SystemExit


def _flush() -> None:
    if sys.stdout is not None:
        sys.stdout.flush()


def _streams() -> list[Any]:
    """Standard output and standard error, if they are open."""
    return [stream for stream in (sys.stdout, sys.stderr) if stream is not None]


def _complain(text: str) -> None:
    with contextlib.suppress(OSError):  # nobody reads it
        print(text, file=sys.stderr)


def _let_go(stream: Any) -> None:
    """Drops what a stream cannot deliver: at its exit Python would report that as an error."""
    try:
        stream.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


if __name__ == "__main__":
    sys.exit(main())
