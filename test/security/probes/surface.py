# What becomes of each system call here: its answer's error, or "done". Each is made by a process of its own, and with
# arguments that change nothing even where it is allowed. Those that the filter or the kernel refuses answer EPERM or ENOSYS.
import resource
import select
import sys

# As in a sandbox, or what needs it would be refused elsewhere for want of it.
libc.prctl(38, 1, 0, 0, 0)

PROC = os.open("/proc/self/status", os.O_RDONLY)
PIPE = os.pipe()[0]
AT_FDCWD, NOWHERE = -100, b"/nowhere"
SELF = os.getpid()
NEW = {
    "NEWNS": 0x00020000,
    "NEWCGROUP": 0x02000000,
    "NEWUTS": 0x04000000,
    "NEWIPC": 0x08000000,
    "NEWUSER": 0x10000000,
    "NEWPID": 0x20000000,
    "NEWNET": 0x40000000,
}
NEWTIME = 0x80
buffer = ctypes.create_string_buffer(4096)
place = ctypes.addressof(buffer)

# Name: the numbers on x86_64 and aarch64 (one where they agree, None where there is none), then arguments.
CALLS = {
    # Mounts.
    "mount": ((165, 40), b"none", NOWHERE, b"tmpfs", 0, None),
    "mount (bind)": ((165, 40), b"/proc", NOWHERE, None, 4096, None),
    "mount (shared)": ((165, 40), None, b"/", None, 0x104000, None),
    "umount2": ((166, 39), NOWHERE, 2),
    "pivot_root": ((155, 41), b"/", b"/"),
    "chroot": ((161, 51), b"/"),
    "open_tree": (428, AT_FDCWD, b"/proc", 1),
    "open_tree (no clone)": (428, AT_FDCWD, b"/proc", 0),
    "open_tree_attr": (467, AT_FDCWD, b"/proc", 1, None, 0),
    "move_mount": (429, AT_FDCWD, NOWHERE, AT_FDCWD, NOWHERE, 0),
    "fsopen": (430, b"tmpfs", 0),
    "fsconfig": (431, PIPE, 6, None, None, 0),
    "fsmount": (432, PIPE, 0, 0),
    "fspick": (433, AT_FDCWD, NOWHERE, 0),
    "mount_setattr": (442, AT_FDCWD, NOWHERE, 0, buffer, 32),
    "statmount": (457, buffer, buffer, 0, 0),
    "listmount": (458, buffer, buffer, 0, 0),
    # Namespaces and names.
    "setns": ((308, 268), os.open("/proc/self/ns/mnt", os.O_RDONLY), 0),
    "setns (user)": ((308, 268), os.open("/proc/self/ns/user", os.O_RDONLY), 0),
    "setns (net)": ((308, 268), os.open("/proc/self/ns/net", os.O_RDONLY), 0),
    "setns (pid)": ((308, 268), os.open("/proc/self/ns/pid", os.O_RDONLY), 0),
    "setns (process)": ((308, 268), os.pidfd_open(SELF), 0x20000),
    "sethostname": ((170, 161), b"x", -1),
    "setdomainname": ((171, 162), b"x", -1),
    # Files.
    "mknod (device)": ((133, None), b"/tmp/surface", 0o20600, 0x0101),
    "mknodat (device)": ((259, 33), AT_FDCWD, b"/tmp/surface", 0o20600, 0x0101),
    "mknodat (disk)": ((259, 33), AT_FDCWD, b"/tmp/surface", 0o60600, 0x0800),
    "name_to_handle_at": ((303, 264), AT_FDCWD, b"/", buffer, buffer, 0),
    "open_by_handle_at": ((304, 265), AT_FDCWD, buffer, 0),
    "quotactl": ((179, 60), 0x80000400, b"/dev/none", 0, buffer),
    "quotactl_fd": (443, -1, 0x80000400, 0, buffer),
    "fanotify_init": ((300, 262), 0, 0),
    "fanotify_init (own files)": ((300, 262), 0x200, 0),
    "fanotify_mark": ((301, 263), PIPE, 1, 1, AT_FDCWD, b"/"),
    "lookup_dcookie": ((212, 18), 0, buffer, 8),
    "ioctl (FIFREEZE)": ((16, 29), PROC, 0xC0045877, 0),
    "ioctl (FITHAW)": ((16, 29), PROC, 0xC0045878, 0),
    "file_setattr": (469, AT_FDCWD, NOWHERE, buffer, 24, 0),
    "setxattr (trusted)": ((188, 5), b"/tmp", b"trusted.surface", b"x", 0, 9),
    "setxattr (capability)": ((188, 5), b"/tmp", b"security.capability", b"x", 0, 9),
    # Wide kernel surface.
    "bpf": ((321, 280), 0, buffer, 72),
    "bpf (load)": ((321, 280), 5, buffer, 72),
    "perf_event_open": ((298, 241), buffer, 0, -1, -1, 0),
    "userfaultfd": ((323, 282), 0xFF),
    "userfaultfd (user mode)": ((323, 282), 1),
    "io_uring_setup": (425, 0, buffer),
    "io_uring_enter": (426, PIPE, 0, 0, 0, None, 0),
    "io_uring_register": (427, PIPE, 0, None, 0),
    "cachestat": (451, -1, buffer, buffer, 0),
    "fchmodat2": (452, AT_FDCWD, NOWHERE, 0, 0),
    "futex_wake": (454, 0, 0, 0, 0),
    "futex_wait": (455, 0, 0, 0, 0, None, 0),
    "futex_requeue": (456, None, 0, 0, 0),
    "mseal": (462, 1, 1, 1),
    "setxattrat": (463, AT_FDCWD, NOWHERE, 0, NOWHERE, None, 0),
    "getxattrat": (464, AT_FDCWD, NOWHERE, 0, NOWHERE, None, 0),
    "pkey_mprotect": ((329, 288), 1, 0, 0, 0),
    "pkey_alloc": ((330, 289), 0xFF, 0),
    "pkey_free": ((331, 290), 99),
    "landlock_create_ruleset": (444, None, 0, 1),
    "landlock_restrict_self": (446, -1, 0),
    "seccomp": ((317, 277), 2, 0, buffer),
    "seccomp (listener)": ((317, 277), 1, 8, None),
    "lsm_get_self_attr": (459, 0, buffer, buffer, 0),
    "lsm_set_self_attr": (460, 0, buffer, 0, 0),
    "lsm_list_modules": (461, buffer, buffer, 0),
    "memfd_secret": (447, 0xFF),
    "modify_ldt": ((154, None), 0, buffer, 16),
    "map_shadow_stack": (453, 0, 0, 0xFF),
    "personality": ((135, 92), 0x0040000),
    "personality (read)": ((135, 92), 0xFFFFFFFF),
    "remap_file_pages": ((216, 234), 0, 0, 1, 0, 0),
    # Keyrings.
    "add_key": ((248, 217), b"none", b"surface", b"x", 1, -3),
    "request_key": ((249, 218), b"none", b"surface", None, 0),
    "keyctl": ((250, 219), 0, -3, 0),
    "keyctl (session)": ((250, 219), 1, b"surface"),
    # Other processes.
    "ptrace": ((101, 117), 0x4206, 1, 0, 0),
    "ptrace (own child)": ((101, 117), 0, 0, 0, 0),
    "process_vm_readv": ((310, 270), SELF, None, 0, None, 0, 0),
    "process_vm_writev": ((311, 271), SELF, None, 0, None, 0, 0),
    "process_vm_readv (first)": ((310, 270), 1, buffer, 1, buffer, 1, 0),
    "kcmp": ((312, 272), SELF, SELF, 0, PIPE, PIPE),
    "pidfd_getfd": (438, os.pidfd_open(SELF), PIPE, 0),
    "process_madvise": (440, os.pidfd_open(SELF), None, 0, 4, 0),
    "process_mrelease": (448, os.pidfd_open(SELF), 0),
    "kill (first)": ((62, 129), 1, 0),
    "prctl (child subreaper)": ((157, 167), 36, 0, 0, 0, 0),
    "prctl (scheduling cookie)": ((157, 167), 62, 0, 0, 0, 0),
    "prctl (securebits)": ((157, 167), 28, 0, 0, 0, 0),
    "prctl (timers of exact ids)": ((157, 167), 77, 9, 0, 0, 0),
    "capset": ((126, 91), (ctypes.c_uint * 2)(0x20080522, 0), (ctypes.c_uint * 6)(*[0xFFFFFFFF] * 6)),
    "setpriority": ((141, 140), 0, 0, -20),
    "sched_setscheduler (real time)": ((144, 119), 0, 1, (ctypes.c_int * 1)(1)),
    "sched_setattr (deadline)": ((314, 274), 0, (ctypes.c_uint * 12)(48, 6, 0, 0, 0, 0, 1000, 0, 10000, 0, 10000, 0), 0),
    "ioprio_set (real time)": ((251, 30), 1, 0, 1 << 13),
    "prlimit64 (raise)": ((302, 261), 0, 7, (ctypes.c_ulong * 2)(1 << 30, 1 << 30), None),
    # Memory placement.
    "mbind": ((237, 235), place & ~4095, 4096, 0, None, 0, 0),
    "set_mempolicy": ((238, 237), 0, None, 0),
    "get_mempolicy": ((239, 236), buffer, None, 0, None, 0),
    "migrate_pages": ((256, 238), 0, 0, None, None),
    "move_pages": ((279, 239), 0, 0, None, None, None, 0),
    "set_mempolicy_home_node": (450, 0, 0, 0, 1),
    "mlockall": ((151, 230), 0xFF),
    # The machine.
    "reboot": ((169, 142), 0, 0, 0, None),
    "kexec_load": ((246, 104), 0, 0, None, 0xFF00),
    "kexec_file_load": ((320, 294), -1, -1, 0, None, 0xFF00),
    "init_module": ((175, 105), buffer, 0, b""),
    "finit_module": ((313, 273), -1, b"", 0),
    "delete_module": ((176, 106), b"none_of_this_name", 0o4000),
    "iopl": ((172, None), 3),
    "ioperm": ((173, None), 0x80, 1, 1),
    "swapon": ((167, 224), NOWHERE, 0),
    "swapoff": ((168, 225), NOWHERE),
    "syslog": ((103, 116), 10, None, 0),
    "syslog (clear)": ((103, 116), -1, None, 0),
    "acct": ((163, 89), NOWHERE),
    "settimeofday": ((164, 170), None, None),
    "clock_settime": ((227, 112), 1, buffer),
    "adjtimex": ((159, 171), (ctypes.c_long * 26)(0x4000)),
    "clock_adjtime": ((305, 266), 0, (ctypes.c_long * 26)(0x4000)),
    "vhangup": ((153, 58),),
    # Relics.
    "nfsservctl": ((180, 42), 0, None, None),
    "uselib": ((134, None), NOWHERE),
    "ustat": ((136, None), 0, buffer),
    "sysfs": ((139, None), 3),
    "_sysctl": ((156, None), None),
    "create_module": ((174, None), None, 0),
    "get_kernel_syms": ((177, None), None),
    "query_module": ((178, None), None, 0, None, 0, None),
    "vserver": ((236, None), 0),
    # Terminals: without one it is the filter that refuses.
    "ioctl (TIOCSTI)": ((16, 29), PIPE, 0x5412, b"x"),
    "ioctl (TIOCLINUX)": ((16, 29), PIPE, 0x541C, buffer),
    "ioctl (TIOCCONS)": ((16, 29), PIPE, 0x541D, 0),
    # Another kind of call, and what no kernel has.
    "mount (x32)": ((0x40000000 | 165, None), b"none", NOWHERE, b"tmpfs", 0, None),
    "unknown": (4000,),
}
for flag_name, flag in (*NEW.items(), ("NEWTIME", NEWTIME)):
    CALLS[f"unshare {flag_name}"] = ((272, 97), flag)
for family, number in {
    "AF_UNIX": 1,
    "AF_AX25": 3,
    "AF_NETLINK": 16,
    "AF_KEY": 15,
    "AF_PACKET": 17,
    "AF_RDS": 21,
    "AF_PPPOX": 24,
    "AF_CAN": 29,
    "AF_TIPC": 30,
    "AF_BLUETOOTH": 31,
    "AF_RXRPC": 33,
    "AF_ALG": 38,
    "AF_NFC": 39,
    "AF_VSOCK": 40,
    "AF_KCM": 41,
    "AF_QIPCRTR": 42,
    "AF_SMC": 43,
    "AF_XDP": 44,
    "AF_MCTP": 45,
}.items():
    CALLS[f"socket {family}"] = ((41, 198), number, 3 if number in (16, 17, 44) else 5 if number in (38, 21) else 1, 0)
for protocol, number in {"AUDIT": 9, "NETFILTER": 12, "XFRM": 6, "KOBJECT_UEVENT": 15, "GENERIC": 16}.items():
    CALLS[f"socket NETLINK_{protocol}"] = ((41, 198), 16, 3, number)


def in_a_child(action):
    """What `action` returns, by a process that ends with it; the signal that ends it, or "waits"."""
    source, sink = os.pipe()
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        try:
            os.setsid()
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            answer = action()
            os.write(sink, (answer if isinstance(answer, str) else "done").encode())
        finally:
            os._exit(0)
    os.close(sink)
    answer = os.read(source, 100).decode() if select.select([source], [], [], 5)[0] else "waits"
    os.close(source)
    if answer == "waits":
        os.kill(pid, signal.SIGKILL)
    status = os.waitpid(pid, 0)[1]
    if os.WIFSIGNALED(status) and answer == "":
        return signal.Signals(os.WTERMSIG(status)).name
    return answer


def cloned(flags):
    pid = call((56, 220), flags | signal.SIGCHLD, None, None, None, None)
    if pid == 0:
        os._exit(0)
    return pid


def cloned3(flags):
    arguments = (ctypes.c_ulong * 11)(flags, 0, 0, 0, signal.SIGCHLD)
    pid = call(435, arguments, ctypes.sizeof(arguments))
    if pid == 0:
        os._exit(0)
    return pid


def made(numbers, arguments):
    number = numbers if isinstance(numbers, int) else numbers[MACHINE]
    if number is None:
        return None
    try:
        return in_a_child(lambda: call(number, *arguments))
    finally:
        if os.path.lexists("/tmp/surface"):
            os.unlink("/tmp/surface")


outcomes = {name: made(numbers, arguments) for name, (numbers, *arguments) in CALLS.items()}
for flag_name, flag in NEW.items():
    outcomes[f"clone {flag_name}"] = in_a_child(lambda: cloned(flag))
    outcomes[f"clone3 {flag_name}"] = in_a_child(lambda: cloned3(flag))
report({name: outcome for name, outcome in outcomes.items() if outcome is not None})
