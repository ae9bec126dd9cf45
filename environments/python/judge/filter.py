"""
The system call filter of a solution process, beyond the sandbox's own.

A solution process cannot end or stop itself so that it looks like the act of another process: it can send the signals
that no process can ignore only to processes that it started. Tracing is refused, because a traced process can end without
notice to the judge. Memory files are refused, because their memory belongs to no process when memory is short. If the
judge has the same user, the solution can neither signal nor limit it. Nothing may lower a priority, not even the
solution's own, because its waiting for a processor does not count as its time. If processor time and memory are measured,
it may start only threads, no processes: the kernel counts the resources of a process only if someone waits for it.
"""

import ctypes
import functools
import os
import struct

_PR_SET_SECCOMP = 22
_MODE_FILTER = 2
# Classic BPF: load the word at an absolute offset, jump if greater, at least, equal, or any bit set, mask, return.
_LOAD, _GREATER, _AT_LEAST, _EQUAL, _ANY_BIT, _MASK, _RETURN = 0x20, 0x25, 0x35, 0x15, 0x45, 0x54, 0x06
# Offsets in struct seccomp_data; of an argument, the low word (both machines are little-endian).
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
_ALLOW = 0x7FFF0000
_REFUSE = 0x00050000 | 1  # EPERM
_UNKNOWN = 0x00050000 | 38  # ENOSYS, on which libc takes `clone`, whose flags a filter can see
_X32 = 0x40000000
_CLONE_THREAD = 0x10000
# SIGKILL, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU.
_HELD = (9, 19, 20, 21, 22)
_SIGCHLD = 17
_RLIMIT_CPU = 0
_F_SETOWN, _F_SETSIG, _F_SETOWN_EX = 8, 10, 15
# Unlocking a terminal, whose other end could stop its processes; having a file's signals sent to others.
_TIOCSPTLCK, _FIOSETOWN, _SIOCSPGRP = 0x40045431, 0x8901, 0x8902
_COLUMN = {"x86_64": 0, "aarch64": 1}
_AUDIT = (0xC000003E, 0xC00000B7)
_NUMBERS = {
    "ptrace": (101, 117),
    "kill": (62, 129),
    "tkill": (200, 130),
    "tgkill": (234, 131),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "pidfd_send_signal": (424, 424),
    "timer_create": (222, 107),
    "memfd_create": (319, 279),
    "fcntl": (72, 25),
    "ioctl": (16, 29),
    "clone": (56, 220),
    "clone3": (435, 435),
    "fork": (57, None),
    "vfork": (58, None),
    "setrlimit": (160, 164),
    "prlimit64": (302, 261),
    "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119),
    "sched_setaffinity": (203, 122),
    "sched_setattr": (314, 274),
    "setpriority": (141, 140),
    "ioprio_set": (251, 30),
}

_INSTRUCTION_BYTES = 8
_prctl = ctypes.CDLL(None, use_errno=True).prctl


class _Header(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def _load(argument, high=False):
    return (_LOAD, 0, 0, _ARGUMENTS + 8 * argument + 4 * high)


def _give(answer):
    return (_RETURN, 0, 0, answer)


def _refuse_if(argument, values):
    """Refuse if an argument has one of these values."""
    block = [_load(argument)]
    for value in values:
        block += [(_EQUAL, 0, 1, value), _give(_REFUSE)]
    return block


def _unless_held(signal, block):
    """The instructions for a call whose signal is not one of the refused ones."""
    skip = len(block)
    tests = [(_EQUAL, len(_HELD) - 1 - number + skip, 0, value) for number, value in enumerate(_HELD)]
    return [_load(signal), *tests, *block]


def _to_younger(own, inclusive):
    """Allow if the first argument is a process, or the negative id of a group, that is younger than this process."""
    least = own if inclusive else own + 1
    last_group = (1 << 32) - least
    return [
        _load(0),
        (_AT_LEAST, 3, 0, 0x80000000),
        (_AT_LEAST, 0, 1, least),
        _give(_ALLOW),
        _give(_REFUSE),
        (_GREATER, 0, 1, last_group),
        _give(_REFUSE),
        _give(_ALLOW),
    ]


def _signals(own, separate):
    to_children = _to_younger(own, inclusive=False)
    anywhere = (
        [_give(_ALLOW)] if separate else [_load(0), (_EQUAL, 0, 1, 0), _give(_ALLOW), *_to_younger(own, inclusive=True)]
    )
    refused = [_give(_REFUSE)]
    # The owner of a thread cannot be known.
    thread = anywhere if separate else _to_younger(own, inclusive=True)
    return {
        "kill": [*_unless_held(1, anywhere), *to_children],
        "rt_sigqueueinfo": [*_unless_held(1, anywhere), *to_children],
        "tkill": [*_unless_held(1, thread), *refused],
        "tgkill": [*_unless_held(2, thread), *refused],
        "rt_tgsigqueueinfo": [*_unless_held(2, thread), *refused],
        "pidfd_send_signal": [*_unless_held(1, anywhere), *refused] if separate else refused,
    }


def _starts(alone):
    """How processes and threads start: only the usual signal or none may report their end."""
    block = [
        _load(0),
        (_MASK, 0, 0, 0xFF),
        (_EQUAL, 2, 0, 0),
        (_EQUAL, 1, 0, _SIGCHLD),
        _give(_REFUSE),
        _load(0),
    ]
    if not alone:
        return {"clone": block, "clone3": [_give(_UNKNOWN)]}
    return {
        "clone": [*block, (_ANY_BIT, 1, 0, _CLONE_THREAD), _give(_REFUSE)],
        "clone3": [_give(_UNKNOWN)],
        "fork": [_give(_REFUSE)],
        "vfork": [_give(_REFUSE)],
    }


def _limits(separate):
    """The limit of processor time may not change, because the kernel ends a process that exceeds it with SIGKILL."""
    foreign = [] if separate else [_load(0), (_EQUAL, 1, 0, 0), _give(_REFUSE)]
    return {
        "setrlimit": _refuse_if(0, [_RLIMIT_CPU]),
        "prlimit64": [
            _load(2),
            (_EQUAL, 0, 3, 0),
            _load(2, high=True),
            (_EQUAL, 0, 1, 0),
            _give(_ALLOW),
            *foreign,
            *_refuse_if(1, [_RLIMIT_CPU]),
        ],
    }


def _scheduling(separate):
    """
    No process may be slowed down, not even the solution, because its waiting for a processor does not count as its time.
    """
    affinity = [] if separate else [_load(0), (_EQUAL, 1, 0, 0), _give(_REFUSE)]
    refused = ("sched_setparam", "sched_setscheduler", "sched_setattr", "setpriority", "ioprio_set")
    return {**{name: [_give(_REFUSE)] for name in refused}, "sched_setaffinity": affinity}


def _packed(program):
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in program)


def _calls(blocks):
    """The instructions for these calls, by name; any other call goes on behind them."""
    column = _COLUMN[os.uname().machine]
    program = []
    for name, block in blocks.items():
        number = _NUMBERS[name][column]
        if number is not None:
            body = [*block, _give(_ALLOW)]
            program += [(_EQUAL, 0, len(body), number), *body]
    return _packed(program)


@functools.cache
def _same_for_all(alone, separate):
    """The part of the filter that does not depend on the process, without the last instruction."""
    owners = [] if separate else [_F_SETOWN, _F_SETOWN_EX]
    begin = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, _AUDIT[_COLUMN[os.uname().machine]]),
        _give(_REFUSE),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, _X32),
        _give(_REFUSE),
    ]
    return _packed(begin) + _calls(
        {
            "ptrace": [_give(_REFUSE)],
            "timer_create": [_give(_REFUSE)],
            "memfd_create": [_give(_REFUSE)],
            "fcntl": _refuse_if(1, [_F_SETSIG, *owners]),
            "ioctl": _refuse_if(1, [_TIOCSPTLCK, *([] if separate else [_FIOSETOWN, _SIOCSPGRP])]),
            **_starts(alone),
            **_limits(separate),
            **_scheduling(separate),
        }
    )


def _program(alone, separate):
    return _same_for_all(alone, separate) + _calls(_signals(os.getpid(), separate)) + _packed([_give(_ALLOW)])


def prepare(alone: bool, separate: bool) -> None:
    """Make what the filters of all such processes have in common, before they are forked."""
    _same_for_all(alone, separate)


def confine(alone: bool, separate: bool) -> None:
    """
    Filter system calls of this process and its descendants. alone: whether they may start only threads. separate: whether
    the judge is another user. Needs `no_new_privs`.
    """
    code = _program(alone, separate)
    header = _Header(len(code) // _INSTRUCTION_BYTES, code)
    if _prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(header), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "the system call filter is refused")
