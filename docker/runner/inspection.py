"""Programs of the pristine image run over the agent's files: grading that the agent cannot replace."""

import os
import select
import signal
import stat
import time

from bubblewrap import Bubblewrap, spawn
from capture import Capture
from request_error import RequestError

_ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_OPTIONAL_LOCKS": "0",
}


def cover_git(layer) -> list:
    """
    bubblewrap's arguments that take the agent's say out of git: a repository's configuration can name programs to
    run, so the pristine configuration lies over it, and a repository that is no plain folder is hidden.
    """
    folder = os.path.join(layer.merged, ".git")
    kind = _kind(folder)
    if kind is None:
        return []
    window = f"{layer.WINDOW}/.git"
    redirected = any(_kind(os.path.join(folder, name)) for name in ("commondir", "config.worktree"))
    if kind != "directory" or redirected or not os.path.isfile("/.git/config"):
        return ["--tmpfs", window] if kind == "directory" else ["--ro-bind", "/dev/null", window]
    config = _kind(os.path.join(folder, "config"))
    if config is None:
        return []
    return ["--ro-bind", "/.git/config", f"{window}/config"] if config == "file" else ["--tmpfs", window]


def _kind(path: str):
    try:
        mode = os.lstat(path).st_mode
    except OSError:
        return None
    if stat.S_ISDIR(mode):
        return "directory"
    return "file" if stat.S_ISREG(mode) else "other"


def _plain_folder(merged: str, path: str) -> str:
    """An absolute path of the agent's, refused unless no part of it leads elsewhere."""
    parts = [part for part in path.split("/") if part not in ("", ".")]
    checked = merged
    for part in parts:
        checked += f"/{part}"
        if part == ".." or _kind(checked) != "directory":
            raise RequestError("path_refused", f"{path}: not a folder below the sandbox's root")
    return "".join(f"/{part}" for part in parts)


def inspect(bubblewrap: Bubblewrap, layer, request: dict):
    """Run `argv` and return (header fields, output), the fields as for `run`."""
    began = time.monotonic()
    cwd = layer.WINDOW + _plain_folder(layer.merged, request.get("cwd", "/"))
    argv, extra = bubblewrap.inspection(layer, cover_git(layer), cwd, request["argv"])
    read_fd, write_fd = os.pipe()
    null = os.open("/dev/null", os.O_RDONLY)
    try:
        pid = spawn(argv, _ENVIRONMENT, {0: null, 1: write_fd, 2: write_fd, **extra})
    finally:
        for fd in (write_fd, null, *extra.values()):
            os.close(fd)
    capture = Capture(request["max_output"])
    timed_out = _collect(read_fd, pid, capture, began + request["timeout_ms"] / 1000)
    os.close(read_fd)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    output, dropped, gap = capture.finish()
    fields = {
        "exit_code": status if status >= 0 else 128 - status,
        "timed_out": timed_out,
        "timeout": "deadline" if timed_out else None,
        "truncated_bytes": dropped,
        "truncated_at": gap,
        "cwd": request.get("cwd", "/"),
        "restarted": False,
        "duration_us": int((time.monotonic() - began) * 1e6),
    }
    return fields, output


def _collect(fd: int, pid: int, capture: Capture, deadline: float) -> bool:
    """Read until the end of the output; True when the deadline came first and the program was killed."""
    os.set_blocking(fd, False)
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            os.kill(pid, signal.SIGKILL)
            return True
        if poll.poll(max(1, left * 1000)) and not capture.read_from(fd):
            return False
