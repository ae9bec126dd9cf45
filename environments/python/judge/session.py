"""
The judge in a session that may grade again. The session itself reads neither work nor tests: a fork of it does both, and
ends unless it has only compared values. Meanwhile the session forks solution processes for it. After the grade the
session checks what these left behind; if nothing is left, it may serve another grade.
"""

import gc
import os
import signal
import socket
import stat

from . import privileges, serving
from .spawner import spawner

# World-writable folders; only root may write to them while solutions run.
_OPEN = ("/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue", "/run/lock", "/var/lock")
_SKIPPED = ("/proc", "/sys", "/dev")
_NONCE_BYTES = 32
# How the judge ended without an answer: a solution's values kept it busy, or something killed it.
_ENDS = {signal.SIGPROF: "overrun", signal.SIGKILL: "killed"}


def _close(path):
    """Make a folder writable only for its owner. Returns whether that worked or was not needed."""
    try:
        mode = os.stat(path).st_mode
        if not mode & stat.S_IWOTH:
            return True
        os.chmod(path, stat.S_IMODE(mode) & ~stat.S_IWOTH)
        return not os.stat(path).st_mode & stat.S_IWOTH
    except FileNotFoundError:
        return True
    except OSError:
        return False


def _open_elsewhere():
    """Whether anything else is world-writable."""
    found = ["/"]
    while found:
        with os.scandir(found.pop()) as entries:
            for entry in entries:
                if entry.path in _SKIPPED or entry.is_symlink():
                    continue
                mode = entry.stat(follow_symlinks=False).st_mode
                if mode & stat.S_IWOTH:
                    return True
                if stat.S_ISDIR(mode):
                    found.append(entry.path)
    return False


def _prepared(image):
    """Whether solutions can leave nothing in files of an image of which this is known."""
    try:
        if not _SEPARATE:
            return False
        closed = [_close(path) for path in _OPEN]
        return all(closed) and (image == "protected" or (image == "unknown" and not _open_elsewhere()))
    except OSError:
        return False


def _processes():
    return {name for name in os.listdir("/proc") if name.isdigit()}


def _is_gone(before, remaining):
    """Whether nothing of the solution is left: no process, no file, no System V object."""
    if _processes() - before or os.listdir("/tmp") != remaining:
        return False
    for kind in ("shm", "sem", "msg"):
        with open(f"/proc/sysvipc/{kind}", "rb", 0) as file:
            # Behind the line with the names of the columns.
            if file.read().count(b"\n") != 1:
                return False
    return True


def _judge():
    """A running judge, the kept one or a new one: its process and the socket to it."""
    while _kept:
        pid, control = _kept.pop()
        try:
            control.send(serving.NEXT)
            return pid, control
        except OSError:
            control.close()
            os.waitpid(pid, 0)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            theirs.close()
            serving.serve(ours, keep=_SEPARATE)
            status = 0
        finally:
            os._exit(status)
    ours.close()
    return pid, theirs


def tell(told: dict) -> None:
    """Send a frame to the server. The nonce, at the end of standard input, is read after the last solution process."""
    nonce = os.pread(0, _NONCE_BYTES, os.fstat(0).st_size - _NONCE_BYTES)
    os.write(1, serving.framed(nonce, told))


def grade(image: str) -> None:
    """
    Grade what standard input describes. At the end, report how the judge ended (`end`), what the grade leaves behind
    (`remains`: `graded` if nothing of the solution, else `used`), and what is known of the image's files (`image`:
    `protected` from everybody's writing, `writable`, or `unknown`). image: what earlier grades knew of them; `unsearched` if
    that is nothing and this grade is to find out nothing.
    """
    prepared = image != "writable" and _prepared(image)
    before = _processes()
    remaining = os.listdir("/tmp")
    if not _SEPARATE:
        privileges.hide()
    pid, control = _judge()
    if spawner(control, _SEPARATE):
        _kept.append((pid, control))
        status = 0
    else:
        control.close()
        _, status = os.waitpid(pid, 0)
    end = _ENDS.get(os.WTERMSIG(status), "lost") if os.WIFSIGNALED(status) else "answered" if status == 0 else "lost"
    remains = "used"
    try:
        if image == "unsearched":
            image = "unknown"
        elif not prepared:
            image = "writable"
        elif status == 0 and _is_gone({*before, str(pid)}, remaining):
            remains, image = "graded", "protected"
    except OSError:
        pass
    tell({"end": end, "remains": remains, "image": image})


def again() -> None:
    """Grade what standard input describes, behind a line as the loader's (`loader.py`) without compiled code."""
    line = b""
    while not line.endswith(b"\n"):
        part = os.read(0, 1)
        if not part:
            raise EOFError("the input ends before the work")
        line += part
    grade(line.decode().split()[1])


# At most one: a judge that has run no code of a task, and waits for the next grade.
_kept = []
_SEPARATE = privileges.separate(privileges.new_user())
# Not collected before: that would copy every page of the process that sessions are forked from.
gc.freeze()
gc.enable()
