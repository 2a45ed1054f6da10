"""The lock: one holder at a time, dead holders lose it, living ones keep it."""

import dataclasses
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmark.interrupt import clean_stops, stop_requested
from benchmark.store import lock as module
from benchmark.store.lock import FREE, PLACE, Lock, Owner, clock
from benchmark.store.store import Store
from tests.conftest import LIMIT, REPOSITORY, wait_for

spawn = multiprocessing.get_context("spawn")

HOLD = """
import sys, time
from pathlib import Path
from benchmark.store.lock import Lock
assert Lock(Path(sys.argv[1])).acquire()
print("held", flush=True)
time.sleep(3600)
"""


@pytest.fixture(autouse=True)
def _released(monkeypatch):
    """No heartbeat outlives its test: one whose token is gone stops the process."""
    taken = []
    acquire = Lock.acquire

    def noted(lock):
        taken.append(lock)
        return acquire(lock)

    monkeypatch.setattr(Lock, "acquire", noted)
    yield
    for lock in taken:
        lock.release()


def token(folder: Path) -> Path:
    (only,) = (folder / PLACE).iterdir()
    return only


def silence(folder: Path, seconds: float) -> None:
    then = clock(folder) - seconds
    os.utime(token(folder), (then, then))


def rename_owner(folder: Path, **changes) -> None:
    """Makes the lock look held by another process."""
    owner = dataclasses.replace(Owner.parse(token(folder).name), **changes)
    token(folder).rename(folder / PLACE / owner.token)


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the lock of `tmp_path / "held"`."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, tmp_path / "held"], stdout=subprocess.PIPE, text=True,
        cwd=REPOSITORY,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()


def test_one_holds_the_other_does_not(tmp_path):
    first, second = Lock(tmp_path / "held"), Lock(tmp_path / "held")
    assert first.acquire()
    assert not second.acquire()
    holding = second.holding()
    assert holding is not None
    assert holding.owner.pid == os.getpid()
    assert holding.age < 60
    first.release()
    assert second.holding() is None
    assert second.acquire()


def _count(folder: Path, rounds: int) -> None:
    """Reads, waits and writes under the lock; two at once would lose a count."""
    for _ in range(rounds):
        with Store(folder).lock(folder / "held", wait=True) as mine:
            assert mine
            file = folder / "counter"
            value = int(file.read_text())
            time.sleep(0.002)
            file.write_text(str(value + 1))


def test_processes_never_hold_it_at_once(tmp_path, monkeypatch):
    (tmp_path / "counter").write_text("0")
    workers = [spawn.Process(target=_count, args=(tmp_path, 8)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(LIMIT)
        assert worker.exitcode == 0
    assert (tmp_path / "counter").read_text() == "24"
    assert [f.name for f in (tmp_path / "held").iterdir()] == [PLACE], "nothing is left over"


def test_a_killed_owner_is_taken_over_at_once(tmp_path, holder):
    lock = Lock(tmp_path / "held")
    assert not lock.acquire()
    holder.send_signal(signal.SIGKILL)
    wait_for(lock.acquire)  # a zombie until its parent looks: dead all the same
    assert token(tmp_path / "held").name != FREE


def test_a_living_owner_here_keeps_it_however_silent(tmp_path, holder):
    """As after a machine has slept."""
    silence(tmp_path / "held", 10_000)
    assert not Lock(tmp_path / "held").acquire()


def test_a_process_with_the_pid_of_the_dead_owner_is_not_the_owner(tmp_path):
    assert Lock(tmp_path).acquire()
    rename_owner(tmp_path, started="1")  # this process, but started at another time
    assert Lock(tmp_path).acquire()


@pytest.mark.parametrize(("seconds", "taken"), [(0, False), (80, False), (100, True)])
def test_an_owner_on_another_machine_is_judged_by_its_heartbeat(tmp_path, seconds, taken):
    assert Lock(tmp_path).acquire()
    rename_owner(tmp_path, machine="elsewhere", host="node7", pid=1)
    silence(tmp_path, seconds)
    other = Lock(tmp_path)
    assert (other.holding() is None) == taken
    assert other.acquire() == taken


def test_the_clock_of_this_machine_does_not_matter(tmp_path, monkeypatch):
    assert Lock(tmp_path).acquire()
    rename_owner(tmp_path, machine="elsewhere")
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 1e6)
    assert not Lock(tmp_path).acquire()


def _take(folder: Path, start, end, answers) -> None:
    lock = Lock(folder)
    start.wait()
    answers.put(lock.acquire())
    end.wait()  # a winner that ended would be dead, and rightly followed by another


def test_of_many_that_take_over_one_wins(tmp_path):
    assert Lock(tmp_path).acquire()
    rename_owner(tmp_path, machine="elsewhere")
    silence(tmp_path, 100)
    start, end, answers = spawn.Barrier(4), spawn.Barrier(4), spawn.Queue()
    takers = [spawn.Process(target=_take, args=(tmp_path, start, end, answers)) for _ in range(4)]
    for taker in takers:
        taker.start()
    assert sorted(answers.get(timeout=LIMIT) for _ in takers) == [False, False, False, True]
    for taker in takers:
        taker.join()


def test_a_slow_taker_cannot_rob_the_new_owner(tmp_path, monkeypatch):
    """Both found the owner dead; one takes over after the other has looked, before it takes."""
    assert Lock(tmp_path).acquire()
    rename_owner(tmp_path, machine="elsewhere")
    silence(tmp_path, 100)
    quick, slow = Lock(tmp_path), Lock(tmp_path)
    judge = module._abandoned

    def overtaken(found: Path) -> bool:
        monkeypatch.setattr(module, "_abandoned", judge)
        verdict = judge(found)
        assert quick.acquire()
        return verdict

    monkeypatch.setattr(module, "_abandoned", overtaken)
    assert not slow.acquire()
    assert not slow.acquire()


def test_the_heartbeat_keeps_it(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "HEARTBEAT", 0.05)
    lock = Lock(tmp_path)
    assert lock.acquire()
    silence(tmp_path, 1000)
    wait_for(lambda: (seen := Lock(tmp_path).holding()) and seen.age < 500)
    lock.release()


def test_an_owner_that_was_robbed_stops_and_frees_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "HEARTBEAT", 0.05)
    robbed = Lock(tmp_path)
    with clean_stops():
        assert robbed.acquire()
        rename_owner(tmp_path, machine="elsewhere")
        wait_for(stop_requested)
    robbed.release()
    assert token(tmp_path).name != FREE
    assert not Lock(tmp_path).acquire()


def test_an_emptied_lock_folder_is_a_free_lock(tmp_path):
    (tmp_path / PLACE).mkdir()
    assert Lock(tmp_path).acquire()
