"""A layer's own MariaDB or MySQL server: a data folder from the image, a Unix socket, no network."""

import os
import resource
import signal
import subprocess
import time
from collections.abc import Callable
from functools import partial

from mysql_wire import ConnectionLost, ServerError, Wire

FOLDER = "/srv/sql"
DATA = f"{FOLDER}/data"
OPTIONS_FILE = f"{FOLDER}/server.cnf"
SOCKET = f"{DATA}/socket"
_PROGRAMS = ("/usr/sbin/mariadbd", "/usr/sbin/mysqld", "/usr/libexec/mariadbd")
_START_S = 60
_RESTART_S = 6
_PAUSE_S = 0.004
# Bytes by which a file may exceed the largest file of the image.
_GROWTH = 40 << 20


class ServerFault(Exception):
    """The server cannot be started or does not answer."""


def _never() -> None:
    raise ConnectionLost("the server does not answer")


def _limit_files(most: int) -> None:
    """Limit the size of files: a file at its limit is usually only a statement's error, but a full disk ends the server."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def _largest_file() -> int:
    return max(os.stat(os.path.join(folder, name)).st_size for folder, _, names in os.walk(DATA) for name in names)


def _last_error() -> str:
    """The last errors in the server's log."""
    try:
        with open(f"{DATA}/server.err", encoding="utf-8", errors="replace") as log:
            errors = [line.strip() for line in log if "[ERROR]" in line]
    except OSError as error:
        return f"there is no log ({error.strerror})"
    return " / ".join(errors[-4:]) or "its log has no errors"


class Server:
    """The server's process. It runs as the owner of its data, which is a separate user if the engine allows one."""

    def __init__(self) -> None:
        self._process = None

    def start(self, within: float = _START_S) -> None:
        program = next((path for path in _PROGRAMS if os.path.exists(path)), None)
        if program is None:
            raise ServerFault("there is no mariadbd in this image")
        owner = os.stat(DATA)
        other = {} if owner.st_uid == os.getuid() else {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}
        as_root = ["--user=root"] if owner.st_uid == 0 else []
        self._process = subprocess.Popen(
            [program, f"--defaults-file={OPTIONS_FILE}", *as_root],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd=DATA,
            preexec_fn=partial(_limit_files, _largest_file() + _GROWTH),  # noqa: PLW1509 - this process has no threads
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "TZ": os.environ.get("TZ", "UTC")},
            **other,
        )
        self._await(within)

    def _await(self, within: float) -> None:
        end = time.monotonic() + within
        while time.monotonic() < end:
            if self._process.poll() is not None:
                raise ServerFault(f"the server ended with status {self._process.returncode}: {_last_error()}")
            try:
                self.connect("root", None).quit()
                return
            except ServerError as error:
                raise ServerFault(error.message) from error
            except ConnectionLost:
                time.sleep(_PAUSE_S)
        raise ServerFault("the server did not take connections in time")

    def connect(self, user: str, database: str | None, late: Callable[[], None] = _never, several: bool = True) -> Wire:
        return Wire(SOCKET, user, database, late, several)

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def restart(self) -> None:
        if self.running:
            self._process.kill()
        if self._process is not None:
            self._process.wait()
        self.start(_RESTART_S)
