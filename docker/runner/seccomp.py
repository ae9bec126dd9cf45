"""
The system call filter of the agent's processes, as a classic BPF program.

It refuses what the default profile of Docker 20.10 refuses to a container with the agent's capabilities, and also: x32
calls, 32-bit calls, io_uring, sockets of the kernel's ciphers (AF_ALG), file leases, and the two terminal ioctls that
type into other people's input. What needs a capability that the agent lacks although its number is allowed (setting the
clock through `adjtimex`, device nodes through `mknod`) is left to the kernel to refuse, since a filter cannot read memory
behind pointers. `ptrace` is allowed, as the pid namespace confines it; all but stops at a process's exit, which keep a
killed process from ending: two that trace each other so would outlive their container. So gdb runs, and strace, which
asks for such stops, does not.
"""

import json
import os
import struct
from typing import Any, Optional

from request_error import RequestError

# Classic BPF: load the word at an absolute offset, jump if ≥, =, or any bit set, return.
LOAD, JUMP_GE, JUMP_EQ, JUMP_SET, RETURN = 0x20, 0x35, 0x15, 0x45, 0x06
# Offsets in struct seccomp_data; of an argument, the low word (both machines are little-endian).
NR, ARCH, ARGUMENTS = 0, 4, 16

ALLOW = 0x7FFF0000
REFUSE = 0x00050000 | 1  # EPERM
UNKNOWN = 0x00050000 | 38  # ENOSYS, on which libc falls back to older calls
KILL = 0x80000000  # the process, with SIGSYS

AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_COLUMN = {"x86_64": 0, "aarch64": 1}

# Linux 5.17. A Docker engine does not know newer calls until its profile is renewed, and libc falls back on older ones.
NEWEST = 450
X32 = 0x40000000

# "refused": what no agent may call, names by purpose with their numbers on the machines of `_COLUMN`; "runners": those that
# the runner makes layers and namespaces with, or that every interpreter asks at its start.
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "system_calls.json"), encoding="ascii") as _file:
    _calls = json.load(_file)
REFUSED: dict[str, list[Optional[int]]] = {
    name: numbers for group in _calls["refused"].values() for name, numbers in group.items()
}
RUNNERS: frozenset[str] = frozenset(_calls["runners"])

# Answered as if the kernel were older: libc then uses `clone`, whose flags the filter can see.
ABSENT = {"clone3": (435, 435)}

# name: (numbers, argument, jump, values, what a match means, what anything else means); a match may mean one more look
CHECKED: dict[str, Any] = {
    # CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET; NEWTIME is out of this call's reach.
    "clone": ((56, 220), 0, JUMP_SET, (0x7E020000,), REFUSE, ALLOW),
    # AF_ALG, AF_VSOCK
    "socket": ((41, 198), 0, JUMP_EQ, (38, 40), REFUSE, ALLOW),
    # PTRACE_SEIZE, SETOPTIONS, OLDSETOPTIONS; with PTRACE_O_TRACEEXIT
    "ptrace": ((101, 117), 0, JUMP_EQ, (0x4206, 0x4200, 21), (3, JUMP_SET, (0x40,), REFUSE, ALLOW), ALLOW),
    # F_SETLEASE: who opens such a file waits for its holder
    "fcntl": ((72, 25), 1, JUMP_EQ, (1024,), REFUSE, ALLOW),
    # TIOCSTI, TIOCLINUX
    "ioctl": ((16, 29), 1, JUMP_EQ, (0x5412, 0x541C), REFUSE, ALLOW),
    # Linux and Linux32, each also with UNAME26, and the query
    "personality": ((135, 92), 0, JUMP_EQ, (0, 8, 0x20000, 0x20008, 0xFFFFFFFF), ALLOW, REFUSE),
}

# The same for the runner: CLONE_NEWUSER; FIFREEZE and FITHAW, which freeze a file system of the machine, TIOCSTI, TIOCLINUX.
CHECKED_RUNNER: dict[str, Any] = {
    "clone": ((56, 220), 0, JUMP_SET, (0x10000000,), REFUSE, ALLOW),
    "ioctl": ((16, 29), 1, JUMP_EQ, (0xC0045877, 0xC0045878, 0x5412, 0x541C), REFUSE, ALLOW),
}

Instruction = tuple[int, int, int, int]  # code, jump if true, jump if false, constant
Block = list[Instruction]


def _give(action: Any) -> Block:
    return [(RETURN, 0, 0, action)] if isinstance(action, int) else _check(*action)


def _check(argument: int, jump: int, values: tuple[int, ...], match: Any, otherwise: int) -> Block:
    """Check the low word of one argument; the kernel ignores the high word of these."""
    block = [(LOAD, 0, 0, ARGUMENTS + 8 * argument)]
    for position, value in enumerate(values):
        block.append((jump, len(values) - position, 0, value))
    return block + _give(otherwise) + _give(match)


def _ranges(column: int, spared: frozenset[str], checked: dict[str, Any]) -> list[tuple[int, Block]]:
    """The action from each number on, in ascending order, with equal neighbours merged."""
    special: dict[int, Block] = {}
    for action, table in ((REFUSE, REFUSED), (UNKNOWN, ABSENT)):
        for name, numbers in table.items():
            if numbers[column] is not None and name not in spared:
                special[numbers[column]] = _give(action)
    for numbers, *check in checked.values():
        special[numbers[column]] = _check(*check)
    ranges: list[tuple[int, Block]] = []
    for number in range(NEWEST + 1):
        block = special.get(number, _give(ALLOW))
        if not ranges or ranges[-1][1] != block:
            ranges.append((number, block))
    return [*ranges, (NEWEST + 1, _give(UNKNOWN)), (X32, _give(REFUSE)), (2 * X32, _give(UNKNOWN))]


def _search(ranges: list[tuple[int, Block]]) -> Block:
    """A binary search tree over the ranges: seven or eight jumps for any call."""
    if len(ranges) == 1:
        return ranges[0][1]
    middle = len(ranges) // 2
    below = _search(ranges[:middle])
    return [(JUMP_GE, len(below), 0, ranges[middle][0]), *below, *_search(ranges[middle:])]


def runner_filter(machine: str = os.uname().machine) -> bytes:
    """The runner's own filter if no engine sets one: a second wall behind the agent's filter."""
    return filter_program(machine, RUNNERS, CHECKED_RUNNER)


def filter_program(
    machine: str = os.uname().machine,
    spared: frozenset[str] = frozenset(),
    checked: dict[str, Any] = CHECKED,
) -> bytes:
    """The agent's filter for a machine (`x86_64`, `aarch64`) as an array of `struct sock_filter`.

    Refused calls fail with EPERM, `clone3` and calls above NEWEST with ENOSYS; a call of another
    architecture (32-bit) kills the process.

    :raises RequestError: `not_supported` for any other machine
    """
    if machine not in AUDIT_ARCH:
        raise RequestError("not_supported", f"no system call filter for {machine}")
    program = [(LOAD, 0, 0, ARCH), (JUMP_EQ, 1, 0, AUDIT_ARCH[machine]), *_give(KILL), (LOAD, 0, 0, NR)]
    program += _search(_ranges(_COLUMN[machine], spared, checked))
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in program)
