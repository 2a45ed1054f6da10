"""`isp-bench check NAME`: does a method keep its contract?"""

import argparse

from benchmark.cli.options import Verbs, add_run_option, add_verb

EXAMPLES = """  isp-bench check cstpp
  isp-bench check my-mapper --plugin my_mapper.py
"""


def add_parser(verbs: Verbs) -> None:
    """Adds the verb."""
    parser = add_verb(
        verbs, "check", "test that a mapper or ISP keeps its contract, in under a minute", EXAMPLES
    )
    parser.add_argument("name", help="a mapper or an ISP")
    add_run_option(parser, "plugin")
    parser.set_defaults(execute=execute)


def execute(args: argparse.Namespace) -> int:
    """Runs the verb; 1 if a check failed."""
    from benchmark.errors import unknown_name
    from benchmark.methods.conformance import check_isp, check_mapper
    from benchmark.plugin import load_plugin
    from benchmark.registry import ISPS, MAPPERS

    for file in getattr(args, "plugin", ()):
        load_plugin(file)
    if args.name in MAPPERS:
        checks = check_mapper(args.name)
    elif args.name in ISPS:
        checks = check_isp(args.name)
    else:
        raise unknown_name("mapper or ISP", args.name, MAPPERS.names() + ISPS.names())
    failed = warned = 0
    for result in checks:
        failed += result.problem is not None
        warned += result.warning is not None
        mark = "FAIL" if result.problem else "warn" if result.warning else "ok  "
        print(f"{mark} {result.name}", flush=True)
        for text in filter(None, (result.problem, result.warning)):
            print(f"     {text}")
    verdict = "keeps its contract" if not failed else f"{_counted(failed, 'check')} failed"
    print(f"{args.name}: {verdict}" + (f" ({_counted(warned, 'warning')})" if warned else ""))
    return 1 if failed else 0


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
