"""A server on this machine, for tests and notebooks."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import os
import re
import shutil
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

from .errors import ServerMissingError, ServerStartError

_ADDRESS = re.compile(r"https?://\S*?:\d+")
_LOG_LINES = 20
_STOP_S = 45.0
"""More than the server takes to let running steps finish."""
_LAST_LINES_S = 1.0

Setting = bool | int | str | Mapping[str, Any] | Sequence[str]
"""Value of a flag; a mapping stands for `name=value,…`, a sequence for a flag that is given again and again."""


class LocalServer:
    """A server that ends with its `with` block. `serve` makes it."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str], start_timeout_s: float) -> None:
        self.url = ""
        """Its address, once it is ready."""
        self._command = list(command)
        self._env = {**os.environ, **env}
        self._start_timeout_s = start_timeout_s
        self._process: subprocess.Popen[str] | None = None
        self._log: deque[str] = deque(maxlen=_LOG_LINES)
        self._readers: list[threading.Thread] = []

    @property
    def log(self) -> list[str]:
        """The last lines of its log."""
        return list(self._log)

    @property
    def pid(self) -> int | None:
        """Of the process that was started, while there is one."""
        return None if self._process is None else self._process.pid

    def start(self) -> LocalServer:
        """Start it and wait until it is ready. Raises `ServerMissingError` or `ServerStartError`."""
        if self._process is not None:
            return self
        try:
            process = subprocess.Popen(
                self._command,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
                # A signal for this program is not meant for the server, and `npx` passes none on.
                start_new_session=True,
            )
        except OSError as fault:
            raise _missing(f"{self._command[0]} cannot be started: {fault}") from fault
        self._process = process
        atexit.register(self.stop)
        ready = threading.Event()
        assert process.stdout is not None and process.stderr is not None
        self._readers = [
            threading.Thread(target=self._read, args=(process.stdout, ready), daemon=True),
            threading.Thread(target=self._read_log, args=(process.stderr,), daemon=True),
        ]
        for reader in self._readers:
            reader.start()
        ready.wait(self._start_timeout_s)
        if self.url:
            return self
        waited = process.poll() is None
        self.stop()
        reason = f"was not ready within {self._start_timeout_s:g} s" if waited else f"ended with status {process.returncode}"
        raise ServerStartError(f"`{' '.join(self._command)}` {reason}:\n{''.join(self._log)}".rstrip(":\n"))

    def stop(self) -> None:
        """Let running steps finish, and wait until the server has ended. Does nothing if it does not run."""
        process, self._process = self._process, None
        if process is None:
            return
        atexit.unregister(self.stop)
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_STOP_S)
                break
        for reader in self._readers:
            # What a killed server leaves behind may hold its output open.
            reader.join(_LAST_LINES_S)

    def __enter__(self) -> LocalServer:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    async def __aenter__(self) -> LocalServer:
        return await asyncio.to_thread(self.start)

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self.stop)

    def _read(self, output: TextIO, ready: threading.Event) -> None:
        """The first address is its own; what follows is read so that the server never waits for a reader."""
        with output:
            for line in output:
                found = _ADDRESS.search(line)
                if found and not self.url:
                    self.url = found.group().replace("http", "ws", 1)
                    ready.set()
        ready.set()

    def _read_log(self, output: TextIO) -> None:
        with output:
            self._log.extend(output)


def serve(
    *,
    root: str | os.PathLike[str] | None = None,
    command: Sequence[str] | None = None,
    home: str | os.PathLike[str] | None = None,
    start_timeout_s: float = 180.0,
    **settings: Setting,
) -> LocalServer:
    """
    A server on a free port of this machine: `with stepwell.serve(pool={"bash-v1": 8}) as server: Client(server.url)`.

    The settings are the server's flags with `_` for `-`: `runtime="local"`, `pool_max=32`, `dataset=["mine=tasks.jsonl"]`.
    `root` is a clone or the folder of an installed npm package; default: the variable `STEPWELL_ROOT`, else the nearest of
    the present folder and those above it, else `npx stepwell`. `command` replaces all of that, e.g. `["stepwell"]`.
    `home` is its state folder; default: the variable `STEPWELL_HOME`, or `~/.stepwell`. Raises `ServerMissingError` if Node
    or Stepwell is not found.
    """
    arguments = ["serve", *_flags({"port": 0, "log_level": "warn", **settings})]
    env = {} if home is None else {"STEPWELL_HOME": os.fspath(home)}
    program = _program(root) if command is None else command
    return LocalServer([*program, *arguments], env, start_timeout_s)


def _flags(settings: Mapping[str, Setting]) -> list[str]:
    flags: list[str] = []
    for name, value in settings.items():
        flag = f"--{name.replace('_', '-')}"
        if isinstance(value, bool):
            flags += [flag, "true" if value else "false"]
        elif isinstance(value, Mapping):
            flags += [flag, ",".join(f"{key}={item}" for key, item in value.items())]
        elif isinstance(value, (int, str)):
            flags += [flag, str(value)]
        else:
            for item in value:
                flags += [flag, item]
    return flags


def _program(root: str | os.PathLike[str] | None) -> list[str]:
    """Started by Node itself where it is found, since `npx` does not pass signals on."""
    node = shutil.which("node")
    if node is None:
        raise _missing("`node` is not in PATH")
    given = root if root is not None else os.environ.get("STEPWELL_ROOT")
    if given:
        launcher = _launcher(Path(given).resolve())
        if launcher is None:
            raise _missing(f"{given} has no clients/cli/stepwell.js")
        return [node, str(launcher)]
    here = Path.cwd()
    for folder in (here, *here.parents, *Path(__file__).resolve().parents):
        launcher = _launcher(folder)
        if launcher is not None:
            return [node, str(launcher)]
    npx = shutil.which("npx")
    if npx is None:
        raise _missing("neither this folder nor one above it has Stepwell, and `npx` is not in PATH")
    # Without this, npx would offer to install the package that the registry has by that name.
    return [npx, "--no-install", "stepwell"]


def _launcher(folder: Path) -> Path | None:
    """Of a clone whose packages are installed, or of a project that has the npm package."""
    for place in (folder, folder / "node_modules" / "stepwell"):
        launcher = place / "clients" / "cli" / "stepwell.js"
        if launcher.is_file():
            return launcher
    return None


def _missing(reason: str) -> ServerMissingError:
    error = ServerMissingError(f"Stepwell's server cannot be started: {reason}")
    error.remedy = (
        "Install Node 20.12 or newer and Stepwell (`npm ci` in a clone, or `npm install` of its package), and run this "
        "there or name the folder by `root` or STEPWELL_ROOT."
    )
    return error
