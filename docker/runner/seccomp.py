"""The system call filter of the agent's processes, as a classic BPF program.

It refuses what Docker's default profile refuses to a container with the agent's capabilities, and a little more: x32
calls, 32-bit calls, io_uring, and the two terminal ioctls that type into other people's input. What needs a
capability that the agent lacks although its number is allowed (setting the clock through `adjtimex`, device nodes
through `mknod`) is the kernel's to refuse: a filter cannot see behind pointers. `ptrace` and `process_vm_*` are
allowed, as the pid namespace confines them.
"""

import os
import struct
from typing import Dict, List, Optional, Tuple

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

# Calls above this number came after this table (469 is file_setattr, Linux 6.17).
NEWEST = 469
X32 = 0x40000000

# name: (number on x86_64, number on aarch64)
REFUSED: Dict[str, Tuple[Optional[int], Optional[int]]] = {
    # mounts and namespaces
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "unshare": (272, 97),
    "setns": (308, 268),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "statmount": (457, 457),
    "listmount": (458, 458),
    "open_tree_attr": (467, 467),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    # files by handle, quotas, watching whole mounts
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "fanotify_init": (300, 262),
    "lookup_dcookie": (212, 18),
    # wide kernel surface
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "lsm_get_self_attr": (459, 459),
    "lsm_set_self_attr": (460, 460),
    "lsm_list_modules": (461, 461),
    # keyrings belong to no namespace
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    # other processes
    "kcmp": (312, 272),
    "pidfd_getfd": (438, 438),
    "process_madvise": (440, 440),
    # memory placement
    "mbind": (237, 235),
    "set_mempolicy": (238, 237),
    "get_mempolicy": (239, 236),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
    "set_mempolicy_home_node": (450, 450),
    # the machine
    "reboot": (169, 142),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "iopl": (172, None),
    "ioperm": (173, None),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "syslog": (103, 116),
    "acct": (163, 89),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "vhangup": (153, 58),
    # relics
    "nfsservctl": (180, 42),
    "uselib": (134, None),
    "ustat": (136, None),
    "sysfs": (139, None),
    "_sysctl": (156, None),
    "create_module": (174, None),
    "get_kernel_syms": (177, None),
    "query_module": (178, None),
    "getpmsg": (181, None),
    "putpmsg": (182, None),
    "afs_syscall": (183, None),
    "tuxcall": (184, None),
    "security": (185, None),
    "vserver": (236, None),
}

# Answered as if the kernel were older: libc then uses `clone`, whose flags the filter can see.
ABSENT = {"clone3": (435, 435)}

# name: (numbers, argument, jump, values, what a match means, what anything else means)
CHECKED = {
    # CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET; NEWTIME is out of this call's reach.
    "clone": ((56, 220), 0, JUMP_SET, (0x7E020000,), REFUSE, ALLOW),
    # AF_VSOCK
    "socket": ((41, 198), 0, JUMP_EQ, (40,), REFUSE, ALLOW),
    # TIOCSTI, TIOCLINUX
    "ioctl": ((16, 29), 1, JUMP_EQ, (0x5412, 0x541C), REFUSE, ALLOW),
    # Linux and Linux32, each also with UNAME26, and the query
    "personality": ((135, 92), 0, JUMP_EQ, (0, 8, 0x20000, 0x20008, 0xFFFFFFFF), ALLOW, REFUSE),
}

Instruction = Tuple[int, int, int, int]  # code, jump if true, jump if false, constant
Block = List[Instruction]


def _give(action: int) -> Block:
    return [(RETURN, 0, 0, action)]


def _check(argument: int, jump: int, values: Tuple[int, ...], match: int, otherwise: int) -> Block:
    """Look at the low word of one argument; the kernel ignores the high one of these."""
    block = [(LOAD, 0, 0, ARGUMENTS + 8 * argument)]
    for position, value in enumerate(values):
        block.append((jump, len(values) - position, 0, value))
    return block + _give(otherwise) + _give(match)


def _ranges(column: int) -> List[Tuple[int, Block]]:
    """What happens from which number on, in ascending order, neighbours different."""
    special: Dict[int, Block] = {}
    for action, table in ((REFUSE, REFUSED), (UNKNOWN, ABSENT)):
        for numbers in table.values():
            if numbers[column] is not None:
                special[numbers[column]] = _give(action)
    for numbers, *check in CHECKED.values():
        special[numbers[column]] = _check(*check)
    ranges: List[Tuple[int, Block]] = []
    for number in range(NEWEST + 1):
        block = special.get(number, _give(ALLOW))
        if not ranges or ranges[-1][1] != block:
            ranges.append((number, block))
    return ranges + [(NEWEST + 1, _give(UNKNOWN)), (X32, _give(REFUSE)), (2 * X32, _give(UNKNOWN))]


def _search(ranges: List[Tuple[int, Block]]) -> Block:
    """A binary search tree over the ranges: seven or eight jumps for any call."""
    if len(ranges) == 1:
        return ranges[0][1]
    middle = len(ranges) // 2
    below = _search(ranges[:middle])
    return [(JUMP_GE, len(below), 0, ranges[middle][0])] + below + _search(ranges[middle:])


def filter_program(machine: str = os.uname().machine) -> bytes:
    """The filter for a machine (`x86_64`, `aarch64`) as an array of `struct sock_filter`.

    Refused calls fail with EPERM, `clone3` and calls newer than this file with ENOSYS; a call of another
    architecture (32-bit) kills the process.

    :raises RequestError: `not_supported` for any other machine
    """
    if machine not in AUDIT_ARCH:
        raise RequestError("not_supported", f"no system call filter for {machine}")
    program = [(LOAD, 0, 0, ARCH), (JUMP_EQ, 1, 0, AUDIT_ARCH[machine]), *_give(KILL), (LOAD, 0, 0, NR)]
    program += _search(_ranges(_COLUMN[machine]))
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in program)
