# Processes that go on writing whatever is done to stop them. They write to COUNTER, and say "ready" first. KIND is one of
# those below; a program that puts `KIND = "…"` before this one starts it in the background.
import ctypes
import os
import platform
import signal
import threading
import time

COUNTER = "/tmp/restless"
MACHINE = {"x86_64": 0, "aarch64": 1}[platform.machine()]
libc = ctypes.CDLL(None, use_errno=True)
PR_SET_DUMPABLE = 4
TIMER_CREATE, TIMER_SETTIME = (222, 107), (223, 110)


def count():
    with open(COUNTER, "a", encoding="ascii") as file:
        file.write(f"{time.monotonic_ns()}\n")


def count_for_ever():
    while True:
        count()
        time.sleep(0.0005)


def chain():
    """Each process starts another one and ends."""
    while True:
        count()
        if os.fork():
            os._exit(0)


def sessions():
    """The same, each in a session of its own."""
    while True:
        count()
        if os.fork():
            os._exit(0)
        os.setsid()


class Event(ctypes.Structure):
    _fields_ = [("value", ctypes.c_void_p), ("signal", ctypes.c_int), ("notify", ctypes.c_int), ("rest", ctypes.c_byte * 48)]


class Times(ctypes.Structure):
    _fields_ = [("values", ctypes.c_long * 4)]


def woken():
    """A timer of the kernel's has it go on after it was stopped."""
    timer = ctypes.c_int()
    event = Event(None, signal.SIGCONT, 0)
    assert libc.syscall(TIMER_CREATE[MACHINE], 1, ctypes.byref(event), ctypes.byref(timer)) == 0
    every = Times((0, 2_000_000, 0, 2_000_000))
    assert libc.syscall(TIMER_SETTIME[MACHINE], timer, 0, ctypes.byref(every), None) == 0
    count_for_ever()


def another_user():
    os.chmod(os.path.dirname(COUNTER), 0o777)
    os.open(COUNTER, os.O_CREAT | os.O_WRONLY)
    os.chmod(COUNTER, 0o666)
    os.setgid(65534)
    os.setuid(65534)
    count_for_ever()


def unreadable():
    """Nobody may read its memory, or ask what depends on that."""
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    count_for_ever()


def without_head():
    """Its first thread has ended, so that it looks as if it had."""
    threading.Thread(target=count_for_ever).start()
    libc.pthread_exit(None)


def many_groups():
    """What the kernel says of it is half a megabyte."""
    os.setgroups(range(2_000_000_000, 2_000_000_000 + 65_536))
    count_for_ever()


def reviver():
    """Each of two has the other one go on."""
    first = os.getpid()
    second = os.fork()
    other = second or first
    while True:
        count()
        try:
            os.kill(other, signal.SIGCONT)
        except ProcessLookupError:
            pass


KINDS = {
    kind.__name__: kind for kind in (chain, sessions, woken, another_user, unreadable, without_head, many_groups, reviver)
}


def start(kind):
    """Begin in the background, in a session of its own."""
    if os.fork() == 0:
        os.setsid()
        null = os.open("/dev/null", os.O_RDWR)
        for fd in range(3):
            os.dup2(null, fd)
        KINDS[kind]()
        os._exit(0)
    while not os.path.exists(COUNTER) or not os.path.getsize(COUNTER):
        time.sleep(0.001)
    print("ready")


start(KIND)
