"""
Forks solution processes for the judge from a process that reads neither the tests nor any work. So no solution process ever
has expected values, or the work of others, in its memory.
"""

import array
import atexit
import gc
import json
import os
import resource
import select
import signal
import socket
import sys
from _signal import signal as _handle

from . import filter, privileges, solution
from .channel import Channel, Closed
from .processor import ran_and_waited

# Limits of a solution process, in bytes, processes, open files and seconds of processor time.
MEMORY = 1 << 30
FILE_SIZE = 32 << 20
PROCESSES = 64
OPEN_FILES = 256
CPU_SECONDS = 60
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
_CHANNEL = 3
_SIGNALS = (signal.SIGALRM, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGCHLD)
# As numbers, and without the enumerations of the module `signal`: a fork has other things to do than to make these.
_HANDLERS = (
    *((int(number), int(signal.SIG_DFL)) for number in _SIGNALS),
    (int(signal.SIGINT), signal.default_int_handler),
    *((int(number), int(signal.SIG_IGN)) for number in (signal.SIGPIPE, signal.SIGXFSZ)),
)


def _keep(descriptors):
    """Move descriptors to 0, 1, 2 and 3, and close all others."""
    high = [os.dup2(descriptor, 200 + number, False) for number, descriptor in enumerate(descriptors)]
    for number, descriptor in enumerate(high):
        os.dup2(descriptor, number)
    os.closerange(len(high), 65536)


def _limits():
    for limit, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_FSIZE, FILE_SIZE),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_NPROC, PROCESSES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_MSGQUEUE, 0),
    ):
        hard = resource.getrlimit(limit)[1]
        allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(limit, (allowed, allowed))


def _take_environment():
    """In the session, for all solution processes: they have these environment variables, and two more."""
    if dict(os.environ) != ENVIRONMENT:
        os.environ.clear()
        os.environ.update(ENVIRONMENT)


def _become_solution(sock, files, user, folder, alone, separate):
    """
    In the new process: drop everything except the channel, then run the source. alone: whether it may not start processes;
    separate: whether the judge is another user.
    """
    os.setsid()
    null = os.open("/dev/null", os.O_RDWR)
    stdin, stdout = files or (null, null)
    _keep([stdin, stdout, null, sock.detach()])
    for number, handler in _HANDLERS:
        _handle(number, handler)
    try:
        file = os.open("/proc/self/oom_score_adj", os.O_WRONLY)
        os.write(file, b"1000")
        os.close(file)
    except OSError:
        pass
    os.mkdir(folder, 0o700)
    _limits()
    privileges.drop(user, folder)
    filter.confine(alone, separate)
    os.chdir(folder)
    os.environ["HOME"] = os.environ["TMPDIR"] = folder
    atexit._clear()
    gc.enable()
    for name in [name for name in sys.modules if name.startswith(__package__)]:
        del sys.modules[name]
    sys.path[:] = [path for path in sys.path if path not in ("", ".")]
    sys.argv = [""]
    sys.stdin = sys.__stdin__ = open(0, encoding="utf-8", errors="surrogateescape", closefd=False)
    sys.stdout = sys.__stdout__ = open(1, "w", encoding="utf-8", errors="surrogateescape", closefd=False)
    sys.stderr = sys.__stderr__ = open(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)
    channel = Channel(socket.socket(fileno=_CHANNEL))
    if files:
        return solution.run_program(channel)
    solution.serve(channel)
    return 0


def _send(control, message, descriptors=()):
    data = json.dumps(message).encode().ljust(256)
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))] if descriptors else []
    control.sendmsg([data], rights)


def _sweep(user):
    """End every process of a user."""
    pid = os.fork()
    if pid == 0:
        try:
            if privileges.become(user):
                os.kill(-1, signal.SIGKILL)
        finally:
            os._exit(0)
    os.waitpid(pid, 0)


def _numbers():
    return {name for name in os.listdir("/proc") if name.isdigit()}


def _ended(control, pid):
    """How a process ended that the judge waits for. If the judge is gone, the process is killed."""
    poll = select.poll()
    exits = os.pidfd_open(pid)
    poll.register(exits, select.POLLIN)
    poll.register(control, select.POLLRDHUP)
    if all(descriptor != exits for descriptor, _ in poll.poll()):
        os.kill(pid, signal.SIGKILL)
    os.close(exits)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    _, waited = ran_and_waited(pid)
    _, status, usage = os.wait4(pid, 0)
    return {
        "status": os.waitstatus_to_exitcode(status),
        "seconds": usage.ru_utime + usage.ru_stime,
        "waited": waited,
        "peak_kib": usage.ru_maxrss,
    }


def spawner(control: socket.socket, separate: bool) -> bool:
    """
    Serve the judge at the other end of `control` (datagrams) until its grade is over. separate: whether solutions run as
    another user. Returns whether the judge stays for another grade; if not, it has closed the socket.
    """
    _take_environment()
    before = _numbers()
    begun = {}
    while True:
        try:
            data, rights, _, _ = control.recvmsg(256, socket.CMSG_SPACE(8))
            if not data:
                return False
            files = [number for _, _, part in rights for number in array.array("i", part)]
            request = json.loads(data)
            if request["kind"] == "kept":
                return True
            if request["kind"] == "wait":
                pid = request["pid"]
                ended = _ended(control, pid)
                folder, user = begun.pop(pid)
                if separate and len(_numbers()) > len(before) + len(begun):
                    # No process that it left behind may see the next one.
                    _sweep(user)
                _send(control, ended)
                try:
                    os.rmdir(folder)
                except OSError:
                    # Its content is dropped with the sandbox.
                    pass
            else:
                user = privileges.new_user()
                folder = f"/tmp/solution-{os.urandom(8).hex()}"
                pid = _spawn(control, files, user, folder, request["alone"], separate)
                begun[pid] = folder, user
        except ConnectionError:
            return False


def _spawn(control, files, user, folder, alone, separate):
    """Start a solution process and report it to the judge; returns its pid, or None if no process can be started."""
    filter.prepare(alone, separate)
    ours, theirs = socket.socketpair()
    try:
        pid = os.fork()
    except OSError as error:
        _send(control, {"fault": str(error)})
        return None
    if pid == 0:
        status = 1
        try:
            ours.close()
            control.close()
            status = _become_solution(theirs, files, user, folder, alone, separate)
        except (Closed, KeyboardInterrupt):
            pass
        finally:
            os._exit(status)
    try:
        _send(control, {"pid": pid}, [ours.fileno()])
    finally:
        ours.close()
        theirs.close()
        for number in files:
            os.close(number)
    return pid
