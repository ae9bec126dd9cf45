"""Programs with just the descriptors that they are given, whatever the runner has open and ignores."""

import fcntl
import os
import signal

_IGNORED_SIGNALS = (signal.SIGINT, signal.SIGPIPE, signal.SIGXFSZ)


def _lifted(descriptors: dict) -> dict:
    """Copies above every target, so that no dup2 overwrites a source that is still needed."""
    return {target: fcntl.fcntl(source, fcntl.F_DUPFD_CLOEXEC, 100) for target, source in descriptors.items()}


def spawn(argv, environment: dict, descriptors: dict, path=None) -> int:
    """
    Start a program (`path`, else `argv[0]`) with just these descriptors (`{target: source}`) beside what is
    close-on-exec; its pid.
    """
    lifted = _lifted(descriptors)
    try:
        actions = [(os.POSIX_SPAWN_DUP2, source, target) for target, source in lifted.items()]
        return os.posix_spawn(path or argv[0], argv, environment, file_actions=actions, setsigdef=_IGNORED_SIGNALS)
    finally:
        for source in lifted.values():
            os.close(source)


def become(argv, environment: dict, descriptors: dict, cwd: str) -> None:
    """In a fork: become a program as `spawn` starts one, in a session of its own. Raises OSError."""
    for target, source in _lifted(descriptors).items():
        os.dup2(source, target)
    for number in _IGNORED_SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    os.setsid()
    os.chdir(cwd)
    os.execvpe(argv[0], argv, environment)
