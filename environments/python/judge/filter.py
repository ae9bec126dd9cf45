"""
The system call filter of a solution process, beyond the sandbox's own.

Nothing is traced: a process that somebody traces can end without the judge ever hearing of it. And where processor time and
memory count, no process is started, threads only: what another one uses is counted only if somebody waits for it.
"""

import ctypes
import os
import struct

_PR_SET_SECCOMP = 22
_MODE_FILTER = 2
# Classic BPF: load the word at an absolute offset, jump if at least, equal, or any bit set, return.
_LOAD, _AT_LEAST, _EQUAL, _ANY_BIT, _RETURN = 0x20, 0x35, 0x15, 0x45, 0x06
# Offsets in struct seccomp_data; of the first argument, the low word (both machines are little-endian).
_NUMBER, _ARCHITECTURE, _ARGUMENT = 0, 4, 16
_ALLOW = 0x7FFF0000
_REFUSE = 0x00050000 | 1  # EPERM
_UNKNOWN = 0x00050000 | 38  # ENOSYS, on which libc takes `clone`, whose flags a filter can see
_X32 = 0x40000000
_CLONE_THREAD = 0x10000
_CLONE3 = 435
# Architecture, then numbers: ptrace, clone, fork and vfork.
_MACHINES = {
    'x86_64': (0xC000003E, 101, 56, (57, 58)),
    'aarch64': (0xC00000B7, 117, 220, ()),
}

_libc = ctypes.CDLL(None, use_errno=True)


def _program(alone):
    architecture, ptrace, clone, forks = _MACHINES[os.uname().machine]
    refused = {ptrace: _REFUSE}
    if alone:
        refused.update({_CLONE3: _UNKNOWN, **dict.fromkeys(forks, _REFUSE)})
    program = [
        (_LOAD, 0, 0, _ARCHITECTURE), (_EQUAL, 1, 0, architecture), (_RETURN, 0, 0, _REFUSE),
        (_LOAD, 0, 0, _NUMBER), (_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, _REFUSE),
    ]
    for number, answer in refused.items():
        program += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, answer)]
    if alone:
        program += [
            (_EQUAL, 0, 3, clone), (_LOAD, 0, 0, _ARGUMENT), (_ANY_BIT, 1, 0, _CLONE_THREAD), (_RETURN, 0, 0, _REFUSE),
        ]
    return [*program, (_RETURN, 0, 0, _ALLOW)]


def confine(alone):
    """Filter what this process and its heirs call. alone: whether they may start threads only. Needs `no_new_privs`."""
    program = _program(alone)
    code = ctypes.create_string_buffer(b''.join(struct.pack('=HBBI', *instruction) for instruction in program))
    header = struct.pack('HP', len(program), ctypes.addressof(code))
    if _libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, header, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), 'the system call filter is refused')
