"""Records keys.json again: the keys that `isp-bench plan` gives to the requests in it.

Only for keys that changed on purpose, e.g. with a method's version:
`python tests/benchmark/formats/formats_v1/record_keys.py`
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent


def planned(arguments: list[str], folder: Path) -> dict[str, dict]:
    """The steps of a request by key, as they are written into a store."""
    places = {"ISP_BENCH_HOME": str(folder / "home"), "TORCH_HOME": str(folder / "torch")}
    verbs = (["run", *arguments, "--print-commands"], ["plan", *arguments, "--json"])
    for verb in verbs:  # the first writes down the steps, the second names them
        command = [sys.executable, "-P", "-m", "benchmark.cli.main", *verb]
        done = subprocess.run(
            command, cwd=folder, env={**os.environ, **places}, capture_output=True, text=True
        )
        if done.returncode:
            sys.exit(done.stderr)
    return {row["key"]: spec_of(folder / "home", row["key"]) for row in json.loads(done.stdout)}


def spec_of(store: Path, key: str) -> dict:
    """What decides a step, from the store; the data set by its fingerprint."""
    spec = json.loads((store / "steps" / key / "spec.json").read_text())
    decides = {name: spec[name] for name in ("kind", "fields", "inputs")}
    return {**decides, "fingerprint": spec["data"]["fingerprint"]}


def main() -> None:
    """Plans every request in a store of its own."""
    file = HERE / "keys.json"
    requests = json.loads(file.read_text())
    for request in requests.values():
        arguments = [word.replace("HERE", str(HERE)) for word in request["arguments"]]
        with tempfile.TemporaryDirectory() as folder:
            request["steps"] = planned(arguments, Path(folder))
    file.write_text(in_lines(requests))


def in_lines(requests: dict[str, dict]) -> str:
    """JSON with one line per step, so that a change of one is a change of one line."""
    parts = []
    for name, request in requests.items():
        steps = ",\n".join(f'  "{k}": {json.dumps(s)}' for k, s in request["steps"].items())
        arguments = json.dumps(request["arguments"])
        parts.append(f'"{name}": {{"arguments": {arguments},\n "steps": {{\n{steps}\n }}}}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    main()
