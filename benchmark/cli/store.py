"""`isp-bench store ls|gc|verify`: look into the store and keep it in order."""

import argparse
import json
from pathlib import Path
from typing import Any

from benchmark.cli.options import Verbs, add_verb
from benchmark.units import readable_size, readable_time

EXAMPLES = """  isp-bench store ls
  isp-bench store verify
  isp-bench store gc                          # says what would go
  isp-bench store gc --results results /group/results --days 30 --yes
"""
DAYS = 7.0


def add_parser(verbs: Verbs) -> None:
    """Adds the verb."""
    parser = add_verb(verbs, "store", "list, clean or check the store", EXAMPLES)
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("ls", help="all steps and data sets, with sizes and ages")
    listing.add_argument("--json", action="store_true", help="print JSON")
    cleaning = actions.add_parser(
        "gc",
        help="remove what no run needs",
        description="Removes steps that no record and no planned run below --results needs, and "
        "data sets no remaining step uses. Running and recently changed ones stay. Without "
        "--yes it only says what would go.",
    )
    cleaning.add_argument(
        "--results", type=Path, nargs="+", metavar="FOLDER", default=[Path("results")],
        help="folders with all runs to keep (default: ./results)",
    )  # fmt: skip
    cleaning.add_argument(
        "--days", type=float, default=DAYS, metavar="N",
        help="keep what was changed in the last N days (default: 7)",
    )  # fmt: skip
    cleaning.add_argument("--yes", action="store_true", help="remove it")
    checking = actions.add_parser(
        "verify", help="compare all checksums; what is damaged counts as missing from then on"
    )
    for action, execute in ((listing, _list), (cleaning, _clean), (checking, _verify)):
        action.add_argument("--store", type=Path, metavar="FOLDER", help="as for run")
        action.set_defaults(execute=execute)


def _list(args: argparse.Namespace) -> int:
    from dataclasses import asdict

    from benchmark.files import size_of
    from benchmark.store.housekeeping import age_of
    from benchmark.store.states import state_of
    from benchmark.store.store import Store, default_store

    store = Store(args.store or default_store(), "read")
    places = [(state_of(store, key), store.step_folder(key)) for key in store.step_keys()]
    steps: list[dict[str, Any]] = [
        {**asdict(s), "bytes": size_of(f), "age": age_of(f)} for s, f in places
    ]
    data: list[dict[str, Any]] = [
        {"data": folder.name, "bytes": size_of(folder), "age": age_of(folder)}
        for folder in sorted(store.folder.glob("data/*"))
    ]
    if args.json:
        print(json.dumps({"steps": steps, "data": data}, indent=1))
        return 0
    for step in sorted(steps, key=lambda s: s["title"]):
        size, age = readable_size(step["bytes"]), readable_time(step["age"])
        name = f"{step['title']}  [{step['data']}]"
        print(f"{step['state']:12}{step['key']}  {size:>8} {age:>6}  {name}")
    for row in data:
        size, age = readable_size(row["bytes"]), readable_time(row["age"])
        print(f"{'data':12}{'':20}  {size:>8} {age:>6}  {row['data']}")
    total = sum(row["bytes"] for row in (*steps, *data))
    print(f"{len(steps)} steps, {len(data)} data sets, {readable_size(total)} in {store.folder}")
    return 0


def _clean(args: argparse.Namespace) -> int:
    from benchmark.errors import BenchError
    from benchmark.records.needed import needed_by
    from benchmark.store.housekeeping import find_waste, remove
    from benchmark.store.store import Store, default_store

    store = Store(args.store or default_store(), "write" if args.yes else "read")
    needed = needed_by(args.results)
    if not needed:
        raise BenchError(
            f"There is no record below {', '.join(map(str, args.results))}, so nothing says what "
            "is still needed. Name the folders of all runs to keep with --results, or delete "
            f"{store.folder} as a whole."
        )
    waste = find_waste(store, needed, args.days)
    freed = 0
    for item in waste:
        gone = not args.yes or remove(store, item)
        freed += item.bytes if gone else 0
        note = "" if gone else " (in use: stays)"
        print(f"{readable_size(item.bytes):>8}  {item.title}{note}")
    done = "removed" if args.yes else "would go; nothing was removed, add --yes to do so"
    print(f"{len(waste)} items, {freed} bytes ({readable_size(freed)}) {done}")
    return 0


def _verify(args: argparse.Namespace) -> int:
    from benchmark.progress import Progress
    from benchmark.store.housekeeping import verify
    from benchmark.store.store import Store, default_store

    store = Store(args.store or default_store())
    with Progress() as progress:
        damaged, files = verify(store, progress)
    for item in damaged:
        print(f"damaged: {item.title}")
        for file in item.files:
            print(f"  {file}")
    print(f"{files} files checked, {len(damaged)} steps and data sets damaged")
    if damaged:
        print("They count as missing from now on; the same run makes them again.")
    return 1 if damaged else 0
