# How a process of the agent could keep the end of another one from being seen. HOW tells which is tried.
import ctypes
import os
import signal
import time

libc = ctypes.PyDLL(None, use_errno=True)
SEIZE, ATTACH, SETOPTIONS, EXIT_STOP = 0x4206, 16, 0x4200, 0x40
CLONE_PARENT = 0x8000


def trace(request, pid, data):
    return -ctypes.get_errno() if libc.ptrace(request, pid, None, ctypes.c_void_p(data)) else 0


def apart(work):
    """What `work` returns in a process that stays behind with none of our output."""
    read, write = os.pipe()
    if os.fork() == 0:
        os.setsid()
        os.write(write, b"%d" % work())
        for fd in (0, 1, 2, read, write):
            os.close(fd)
        while True:
            try:
                pid, status = os.waitpid(-1, 0x40000000)
                # Go on from every stop, but not from the last one.
                if os.WIFSTOPPED(status) and status >> 16 != 6:
                    libc.ptrace(7, pid, None, ctypes.c_void_p(0 if status >> 16 else os.WSTOPSIG(status)))
            except ChildProcessError:
                time.sleep(0.01)
    return int(os.read(read, 8))


def attach_first(pid):
    failed = trace(ATTACH, pid, 0)
    os.waitpid(pid, 0x40000000)
    failed = failed or trace(SETOPTIONS, pid, EXIT_STOP)
    trace(7, pid, 0)
    return failed


me = os.getpid()
if HOW == "sibling":
    # A child of whoever started this process.
    if libc.syscall(56, CLONE_PARENT | signal.SIGCHLD, 0, 0, 0, 0) == 0:
        os.setsid()
        for fd in (0, 1, 2):
            os.close(fd)
        time.sleep(1000)
    print("made", flush=True)
elif HOW == "ended_sibling":
    if libc.syscall(56, CLONE_PARENT | signal.SIGCHLD, 0, 0, 0, 0) == 0:
        os._exit(0)
    print("made", flush=True)
elif HOW == "traced":
    print("traced" if apart(lambda: trace(SEIZE, me, 0)) == 0 else "not traced", flush=True)
elif HOW == "traced_first":
    print("traced" if apart(lambda: trace(SEIZE, 1, 0)) == 0 else "not traced", flush=True)
elif HOW == "exit_stop":
    print(apart(lambda: trace(SEIZE, 1, EXIT_STOP)), flush=True)
elif HOW == "exit_stop_later":
    print(apart(lambda: attach_first(1)), flush=True)
os._exit(0)
