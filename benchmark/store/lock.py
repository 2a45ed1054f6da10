"""A lock that holds between processes of one machine and of many on a shared file system.

A lock is a folder `owner/` with exactly one file, the token, named "free" or after who holds it.
Taking, releasing and taking over are one thing: renaming the token. A name can be renamed away
once only, so of two that want to take over from a dead owner, one finds the token gone; and the
folder itself comes into being by renaming, with the token in it. (A file made with O_EXCL and
removed at the end cannot be taken over safely: a slow taker may remove its successor.)

The owner touches the token; how long ago that was is read from the clock of the file system.
"""

import contextlib
import errno
import getpass
import hashlib
import logging
import os
import platform
import shutil
import threading
import time
import uuid
from dataclasses import astuple, dataclass
from pathlib import Path
from urllib.parse import quote, unquote

from benchmark.interrupt import request_stop

HEARTBEAT = 15.0  # seconds between two touches
SILENCE = 90.0  # seconds without a touch, after which an owner elsewhere counts as dead
PLACE = "owner"
FREE = "free"


@dataclass(frozen=True)
class Owner:
    """Who holds a lock.

    Attributes:
        user: the user's name.
        host: the name of the machine.
        machine: differs between machines, boots and containers of one name.
        pid: of the process.
        started: when the process started, as the system counts; empty if the system hides that.
        since: when the lock was taken, in seconds since 1970.
        nonce: makes every token unique.
    """

    user: str
    host: str
    machine: str
    pid: int
    started: str
    since: int
    nonce: str

    @classmethod
    def present(cls) -> "Owner":
        """This process, now."""
        return cls(
            _user(), platform.node(), _machine(), os.getpid(), _started(os.getpid()) or "",
            int(time.time()), uuid.uuid4().hex[:8],
        )  # fmt: skip

    @property
    def token(self) -> str:
        """The name of its token."""
        return ",".join(quote(str(value), safe="") for value in astuple(self))

    @classmethod
    def parse(cls, token: str) -> "Owner":
        """The owner that a token is named after.

        Raises:
            ValueError: the name is no token.
        """
        user, host, machine, pid, started, since, nonce = map(unquote, token.split(","))
        return cls(user, host, machine, int(pid), started, int(since), nonce)

    def lives(self) -> bool | None:
        """Whether the process is there; None where that cannot be known from here."""
        if self.machine != _machine():
            return None
        started = _started(self.pid)
        if started is None:
            return False
        return started == self.started if started and self.started else None


@dataclass(frozen=True)
class Holding:
    """A lock that is held: by whom, and how many seconds ago the owner showed itself."""

    owner: Owner
    age: float


class Lock:
    """The lock of a folder.

    Args:
        folder: what is locked; made when the lock is taken.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._place = folder / PLACE
        self._token = self._place / FREE
        self._ended = threading.Event()

    def acquire(self) -> bool:
        """Takes the lock if it is free or its owner is dead."""
        self._make()
        current = self._current()
        if current is None or not (current.name == FREE or _abandoned(current)):
            return False
        mine = self._place / Owner.present().token
        try:
            os.utime(current)  # before the renaming, so that the new owner never looks silent
            current.rename(mine)
        except FileNotFoundError:
            return False  # another process was quicker
        self._token = mine
        self._ended.clear()
        threading.Thread(target=self._beat, name="heartbeat", daemon=True).start()
        return True

    def release(self) -> None:
        """Releases the lock; does nothing if another process took it over."""
        self._ended.set()
        with contextlib.suppress(OSError):  # its silence then frees it
            self._token.rename(self._place / FREE)

    def holding(self) -> Holding | None:
        """Who holds the lock; None if nobody alive does."""
        current = self._current()
        if current is None or current.name == FREE or _abandoned(current):
            return None
        try:
            return Holding(Owner.parse(current.name), _age(current))
        except (ValueError, FileNotFoundError):
            return None

    def _current(self) -> Path | None:
        try:
            return next((f for f in self._place.iterdir() if not f.name.startswith(".")), None)
        except (FileNotFoundError, NotADirectoryError):
            return None

    def _make(self) -> None:
        if self._current() is not None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        fresh = self._folder / f".{PLACE}-{uuid.uuid4().hex}"
        fresh.mkdir()
        try:
            (fresh / FREE).touch()
            (fresh / FREE).chmod(0o666)  # other users of a shared store touch it too
            fresh.rename(self._place)
        except OSError as error:
            shutil.rmtree(fresh, ignore_errors=True)
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):  # else another process made it
                raise

    def _beat(self) -> None:
        while not self._ended.wait(HEARTBEAT):
            try:
                os.utime(self._token)
            except FileNotFoundError:
                if not self._ended.is_set():
                    logging.getLogger(__name__).error(
                        "Another process took over %s, because this one was silent for %.0f s "
                        "(was it suspended?). It stops here.", self._folder, SILENCE,
                    )  # fmt: skip
                    request_stop()
                return
            except OSError:
                continue  # the file system may come back


def _abandoned(token: Path) -> bool:
    """Whether the owner of a token is dead, by its process if it is ours to see, else by silence.

    A living process of this machine is no dead owner however silent it was: after a machine
    has slept, all its heartbeats are old.
    """
    try:
        lives = Owner.parse(token.name).lives()
    except ValueError:
        lives = None
    try:
        return _age(token) > SILENCE if lives is None else not lives
    except FileNotFoundError:
        return False  # it changed hands just now


def _age(token: Path) -> float:
    """Seconds since a token was touched, by the clock of its file system."""
    with token.open("rb") as file:  # network file systems look afresh when a file is opened
        touched = os.fstat(file.fileno()).st_mtime
    return max(0.0, clock(token.parent.parent) - touched)


def clock(folder: Path) -> float:
    """The time on the clock of a folder's file system, in seconds since 1970."""
    probe = folder / f".clock-{uuid.uuid4().hex}"
    try:
        probe.touch()
    except OSError:
        return time.time()  # read-only: nobody can lose a lock to us
    try:
        return probe.stat().st_mtime
    finally:
        probe.unlink(missing_ok=True)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())  # containers have users without a name


def _machine() -> str:
    marks = [platform.node()]
    try:
        marks.append(Path("/proc/sys/kernel/random/boot_id").read_text())
        marks.append(str(Path("/proc/self/ns/pid").readlink()))
    except OSError:
        marks.append(str(uuid.getnode()))
    return hashlib.sha256("\n".join(marks).encode()).hexdigest()[:12]


def _started(pid: int) -> str | None:
    """When a process started, in the system's count; "" if it hides that, None if it is gone."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass  # another user's
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return None if fields[0] in "ZX" else fields[19]  # proc(5): state and starttime
