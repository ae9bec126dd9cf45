CLONE = {
    "NEWNS": 0x00020000,
    "NEWCGROUP": 0x02000000,
    "NEWUTS": 0x04000000,
    "NEWIPC": 0x08000000,
    "NEWUSER": 0x10000000,
    "NEWPID": 0x20000000,
    "NEWNET": 0x40000000,
}
NEWTIME = 0x80
AT_FDCWD = -100
TIOCSTI, TIOCLINUX = 0x5412, 0x541C
AF_VSOCK = 40
ADDR_NO_RANDOMIZE = 0x0040000

buffer = ctypes.create_string_buffer(256)
# What a 64-bit process passes, some of it valid enough that a kernel without a filter would do it.
ATTEMPTS = {
    "mount": ((165, 40), b"none", b"/mnt", b"tmpfs", 0, None),
    "mount (bind)": ((165, 40), b"/proc", b"/mnt", None, 4096, None),
    "mount (remount)": ((165, 40), None, b"/proc/sys", None, 32 | 4096, None),
    "umount2": ((166, 39), b"/proc/sys", 2),
    "pivot_root": ((155, 41), b"/mnt", b"/mnt"),
    "setns": ((308, 268), os.open("/proc/self/ns/mnt", os.O_RDONLY), 0),
    "open_tree": (428, AT_FDCWD, b"/", 1),
    "move_mount": (429, AT_FDCWD, b"/tmp", AT_FDCWD, b"/mnt", 0),
    "fsopen": (430, b"proc", 0),
    "fsconfig": (431, 0, 6, None, None, 0),
    "fsmount": (432, 0, 0, 0),
    "fspick": (433, AT_FDCWD, b"/", 0),
    "mount_setattr": (442, AT_FDCWD, b"/proc/sys", 0, buffer, 32),
    "sethostname": ((170, 161), b"changed", 7),
    "setdomainname": ((171, 162), b"changed", 7),
    "name_to_handle_at": ((303, 264), AT_FDCWD, b"/", buffer, buffer, 0),
    "open_by_handle_at": ((304, 265), AT_FDCWD, buffer, 0),
    "quotactl": ((179, 60), 0x800001, None, 0, None),
    "fanotify_init": ((300, 262), 0, 0),
    "bpf": ((321, 280), 0, buffer, 72),
    "perf_event_open": ((298, 241), buffer, 0, -1, -1, 0),
    "userfaultfd": ((323, 282), 1),
    "io_uring_setup": (425, 8, buffer),
    "io_uring_enter": (426, 0, 0, 0, 0, None, 0),
    "io_uring_register": (427, 0, 0, None, 0),
    "add_key": ((248, 217), b"user", b"name", b"value", 5, -3),
    "request_key": ((249, 218), b"user", b"name", None, -3),
    "keyctl": ((250, 219), 0, -3, 0),
    "kexec_load": ((246, 104), 0, 0, None, 0),
    "kexec_file_load": ((320, 294), 0, 0, 0, None, 0),
    "init_module": ((175, 105), buffer, 8, b""),
    "finit_module": ((313, 273), 0, b"", 0),
    "delete_module": ((176, 106), b"none", 0),
    "reboot": ((169, 142), 0xFEE1DEAD, 672274793, 0, None),
    "swapon": ((167, 224), b"/tmp/swap", 0),
    "swapoff": ((168, 225), b"/tmp/swap"),
    "syslog": ((103, 116), 3, buffer, 256),
    "acct": ((163, 89), None),
    "settimeofday": ((164, 170), buffer, None),
    "clock_settime": ((227, 112), 0, buffer),
    "kcmp": ((312, 272), 1, 1, 2, 0, 0),
    "pidfd_getfd": (438, os.pidfd_open(1), 0, 0),
    "process_madvise": (440, 0, None, 0, 0, 0),
    "mbind": ((237, 235), None, 0, 0, None, 0, 0),
    "personality": ((135, 92), ADDR_NO_RANDOMIZE),
    "socket (vsock)": ((41, 198), AF_VSOCK, 1, 0),
    "ioctl (TIOCSTI)": ((16, 29), 0, TIOCSTI, b"x"),
    "ioctl (TIOCSTI, high bits)": ((16, 29), 0, (1 << 32) | TIOCSTI, b"x"),
    "ioctl (TIOCLINUX)": ((16, 29), 0, TIOCLINUX, buffer),
}
for name, flag in (*CLONE.items(), ("NEWTIME", NEWTIME)):
    ATTEMPTS[f"unshare {name}"] = ((272, 97), flag)
if MACHINE == 0:
    ATTEMPTS["iopl"] = (172, 3)
    ATTEMPTS["ioperm"] = (173, 0x80, 1, 1)
    # The same kernel entry under x32's numbers.
    ATTEMPTS["mount (x32)"] = (0x40000000 | 165, b"none", b"/mnt", b"tmpfs", 0, None)


def clone(flags):
    pid = call((56, 220), flags | signal.SIGCHLD, None, None, None, None)
    if pid == 0:
        os._exit(0)
    return pid


result = {name: call(*arguments) for name, arguments in ATTEMPTS.items()}
for name, flag in CLONE.items():
    result[f"clone {name}"] = clone(flag)
report({"refused": result, "clone3": call(435, buffer, 88)})
