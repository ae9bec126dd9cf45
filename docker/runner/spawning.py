"""Starts programs with exactly the given descriptors, regardless of what the runner has open or ignores."""

import ctypes
import fcntl
import os
import signal

from waits import wait_exactly

# As numbers, and by libc: a fork has other things to do than to make enumerations.
_IGNORED_SIGNALS = (int(signal.SIGINT), int(signal.SIGPIPE), int(signal.SIGXFSZ))
_DEFAULT = 0
_signal = ctypes.CDLL(None).signal
# Above every descriptor that a program is given.
_LIFTED = 100
_MOST = 1 << 20


def _lifted(descriptors: dict) -> dict:
    """Copies above every target, so that no dup2 overwrites a source that is still needed."""
    return {target: fcntl.fcntl(source, fcntl.F_DUPFD_CLOEXEC, _LIFTED) for target, source in descriptors.items()}


def keep_only(descriptors: dict) -> None:
    """In a fork: keep exactly these descriptors (`{target: source}`), with /dev/null as input if there is none."""
    lifted = _lifted(descriptors)
    os.closerange(0, _LIFTED)
    if 0 not in lifted:
        # The first free one is standard input.
        os.set_inheritable(os.open("/dev/null", os.O_RDONLY), True)
    for target, source in lifted.items():
        os.dup2(source, target)
    os.closerange(_LIFTED, _MOST)


def take_defaults() -> None:
    """In a fork: undo what the runner has set for itself: ignored signals, and waits that end roughly."""
    wait_exactly()
    for number in _IGNORED_SIGNALS:
        _signal(number, _DEFAULT)


def become(argv: list[str], environment: dict, cwd: str) -> None:
    """In a fork: become a program in a session of its own. Raises OSError."""
    take_defaults()
    os.setsid()
    os.chdir(cwd)
    execute = os.execve if "/" in argv[0] else os.execvpe
    execute(argv[0], argv, environment)
