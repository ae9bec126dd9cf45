# Put before each probe: a probe makes attempts inside a sandbox and prints what became of them as JSON.
import ctypes
import errno
import json
import os
import platform
import signal

libc = ctypes.CDLL(None, use_errno=True)
MACHINE = {"x86_64": 0, "aarch64": 1}[platform.machine()]


def call(numbers, *arguments):
    """The value that a system call, by its numbers on x86_64 and aarch64, answers, or the name of its error."""
    number = numbers if isinstance(numbers, int) else numbers[MACHINE]
    ctypes.set_errno(0)
    plain = [ctypes.c_long(argument) if isinstance(argument, int) else argument for argument in arguments]
    answer = libc.syscall(ctypes.c_long(number), *plain)
    return answer if answer != -1 else errno.errorcode[ctypes.get_errno()]


def attempt(action):
    """'done', or the name of the error."""
    try:
        action()
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error))
    return "done"


def report(value):
    print(json.dumps(value))
