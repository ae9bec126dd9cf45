"""The confinement of a process that was forked, not started: what bubblewrap gives to what it starts."""

import ctypes
import os

import capabilities

_PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS, _PR_CAP_AMBIENT = 22, 38, 47
_SECCOMP_MODE_FILTER, _PR_CAP_AMBIENT_CLEAR_ALL = 2, 4
_INSTRUCTION_SIZE = 8
_NAMESPACES = ("ipc", "uts", "mnt")


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def _checked(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


class Confinement:
    """Everything is looked up before it is needed: inside, the runner's files cannot be read."""

    def __init__(self, seccomp_filter: bytes) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._filter = seccomp_filter
        self._own_pids = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)

    def fork(self, first: int) -> "tuple[int, list]":
        """Fork into the pid namespace of `first`; (child or 0, the other namespaces for `enter`)."""
        namespaces = [_namespace(first, kind) for kind in ("pid", *_NAMESPACES)]
        pids = namespaces.pop(0)
        try:
            self._join(pids)
            try:
                pid = os.fork()
                if pid == 0:
                    return 0, namespaces
            finally:
                os.close(pids)
            self._join(self._own_pids)
        except BaseException:
            _close(namespaces)
            raise
        _close(namespaces)
        return pid, []

    def enter(self, namespaces) -> None:
        """Join what `fork` found; the root and the working directory are then the namespace's own."""
        for namespace in namespaces:
            self._join(namespace)
        _close(namespaces)

    def confine(self) -> None:
        """Give up every right but the agent's, for good."""
        _checked(self._libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        self._libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
        capabilities.keep_agents(self._libc)
        program = _Program(len(self._filter) // _INSTRUCTION_SIZE, self._filter)
        _checked(self._libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0))

    def _join(self, namespace: int) -> None:
        _checked(self._libc.setns(namespace, 0))


def _namespace(pid: int, kind: str) -> int:
    return os.open(f"/proc/{pid}/ns/{kind}", os.O_RDONLY | os.O_CLOEXEC)


def _close(descriptors) -> None:
    for fd in descriptors:
        os.close(fd)
