"""`isp-bench check NAME`: does a method keep its contract?"""

import argparse

from benchmark.cli.options import Verbs, add_plugin_option, add_verb

EXAMPLES = """  isp-bench check cstpp
  isp-bench check my-mapper --plugin my_mapper.py
"""


def add_parser(verbs: Verbs) -> None:
    """Adds the verb."""
    parser = add_verb(
        verbs, "check", "test that a mapper or ISP keeps its contract, in under a minute", EXAMPLES
    )
    parser.add_argument("name", help="a mapper or an ISP")
    add_plugin_option(parser)
    parser.set_defaults(execute=execute)


def execute(args: argparse.Namespace) -> int:
    """Runs the verb; 1 if a test failed."""
    from benchmark.errors import unknown_name
    from benchmark.methods.conformance import check_isp, check_mapper
    from benchmark.registry import ISPS, MAPPERS, load_plugin

    for file in getattr(args, "plugin", ()):
        load_plugin(file)
    if args.name in MAPPERS.names():
        checks = check_mapper(args.name)
    elif args.name in ISPS.names():
        checks = check_isp(args.name)
    else:
        raise unknown_name("mapper or ISP", args.name, MAPPERS.names() + ISPS.names())
    failed = 0
    for result in checks:
        failed += result.problem is not None
        print(f"{'ok  ' if result.problem is None else 'FAIL'} {result.name}", flush=True)
        if result.problem is not None:
            print(f"     {result.problem}")
    print(f"{args.name}: {'keeps its contract' if not failed else f'{failed} checks failed'}")
    return 1 if failed else 0
