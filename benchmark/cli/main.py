"""Entry point of `isp-bench`."""

import argparse
import errno
import logging
import os
import sys
from collections.abc import Sequence

from benchmark import __version__
from benchmark.cli import (
    check,
    data,
    doctor,
    explain,
    export,
    info,
    list_names,
    map_raw,
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

EXAMPLES = """examples:
  isp-bench run --protocol adaptation --mapper cstpp --isp pynet
  isp-bench run --protocol adaptation augmentation --mapper all --isp syenet --seed 0 1 2
  isp-bench plan --mapper cstpp global-poly
  isp-bench table results/simulated-quick
  isp-bench render DSC_0001.NEF --isp pynet --mapper cstpp -o developed.png
  isp-bench map iphone.dng --mapper cstpp --to B -o as-galaxy.dng
  isp-bench list mappers
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
        render,
        map_raw,
        data,
        list_names,
        info,
        check,
        doctor,
        step,
        status,
        store,
        export,
        verify,
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
    args = build_parser().parse_args(arguments)
    try:
        return int(args.execute(args))
    except BenchError as error:
        print(f"isp-bench: {error}", file=sys.stderr)
        return FAILED if isinstance(error, ContractError) else USER_ERROR
    except KeyboardInterrupt:
        print(
            "\nStopped. Finished steps and checkpoints are kept; the same command goes on from "
            "there.",
            file=sys.stderr,
        )
        return STOPPED
    except BrokenPipeError:  # the reader, `head` say, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT):
            raise
        print(
            f"isp-bench: {error.filename or 'a file'} cannot be written: {error.strerror}. "
            "Nothing finished is lost; make room or choose other folders (--store, --results) "
            "and run again.",
            file=sys.stderr,
        )
        return 1


if __name__ == "__main__":
    sys.exit(main())
