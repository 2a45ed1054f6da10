"""One process of a cluster that runs step after step."""

import subprocess
import sys

from benchmark.store.store import Store
from tests.benchmark.running.test_pool import workers
from tests.conftest import TOY, wait_for

SCRIPT = """
import sys
from pathlib import Path
from benchmark.running.executor import StepCommand
from benchmark.running.remote import RemoteStep
from tests.benchmark.running.test_pool import workers

store, plugin, reuse, *keys = sys.argv[1:]
command = StepCommand(Path(store), "cpu", None, (plugin,))
for key in keys:
    assert RemoteStep(command, key, {"OMP_NUM_THREADS": "1"}, reuse=reuse == "yes").run() is None
    print(*(line.split()[0] for line in workers(store)))
"""


def processes_after_each_step(home, reuse: str) -> list[str]:
    """Process numbers of the workers that wait after each of three steps."""
    store = Store(home)
    kinds = {store.spec(key).kind: key for key in store.step_keys()}
    keys = [kinds[kind] for kind in ("mapper", "map", "isp")]
    command = [sys.executable, "-c", SCRIPT, str(home), str(TOY), reuse, *keys]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert all(map(store.is_done, keys))
    return ran.stdout.splitlines()


def test_a_process_is_kept_for_the_next_step_and_ends_with_its_parent(toy_run, tmp_path):
    home = tmp_path / "home"
    assert toy_run("--print-commands", "--no-references", "--direction", "a2b").code == 0
    waiting = processes_after_each_step(home, "yes")
    assert len(waiting) == 3 and len(set(waiting)) == 1 and waiting[0].isdigit()
    wait_for(lambda: not workers(home))


def test_without_reuse_no_process_waits(toy_run, tmp_path):
    assert toy_run("--print-commands", "--no-references", "--direction", "a2b").code == 0
    assert processes_after_each_step(tmp_path / "home", "no") == ["", "", ""]
