import socket


def status_of(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)


def mounts():
    found = []
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        for line in file:
            fields, _, tail = line.partition(" - ")
            _, _, _, root, place, options, *_ = fields.split()
            found.append({"root": root, "at": place, "options": options.split(","), "type": tail.split()[0]})
    return found


def writable_below_proc():
    """Files of /proc that are no process's, and open for writing."""
    found = []
    for folder, folders, files in os.walk("/proc"):
        if folder == "/proc":
            folders[:] = [name for name in folders if not name.isdigit() and name not in ("self", "thread-self")]
        for name in files:
            path = f"{folder}/{name}"
            status = os.lstat(path)
            # Root may open any file; one without a permission to write has nothing that takes the bytes.
            if os.path.islink(path) or status.st_rdev == os.stat("/dev/null").st_rdev or not status.st_mode & 0o222:
                continue
            if attempt(lambda: os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))) == "done":
                found.append(path)
    return found


def write(path, text):
    def action():
        fd = os.open(path, os.O_WRONLY)
        try:
            os.write(fd, text)
        finally:
            os.close(fd)

    return action


def device(kind, major, minor):
    return attempt(lambda: os.mknod(f"/tmp/device-{major}-{minor}", kind | 0o600, os.makedev(major, minor)))


def escape_chroot():
    """The classic way out of a chroot: a root below the working directory, then up."""
    above = os.open("/", os.O_RDONLY)
    os.makedirs("/tmp/cell", exist_ok=True)
    os.chroot("/tmp/cell")
    os.fchdir(above)
    for _ in range(64):
        os.chdir("..")
    os.chroot(".")


def identity(path):
    status = os.stat(path)
    return [status.st_dev, status.st_ino]


def control_sockets():
    """Names of sockets that the network namespace tells of, and where the runner's own lies."""
    found = ["/opt/stepwell/control/runner.sock"]
    with open("/proc/net/unix", encoding="utf-8") as file:
        found += [line.split()[7] for line in file if len(line.split()) > 7 and line.split()[7] != "Path"]
    return found


def connect(path):
    def action():
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(path)

    return action


def changes_of(path):
    """What changing the mode, the owner and the times of a device node answers: it may be the machine's own."""
    status = os.stat(path)
    return {
        "chmod": attempt(lambda: os.chmod(path, status.st_mode & 0o7777)),
        "chown": attempt(lambda: os.chown(path, status.st_uid, status.st_gid)),
        "utime": attempt(lambda: os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))),
    }


DEVICES = ("null", "zero", "full", "random", "urandom", "tty", "pts", "pts/ptmx")
S_IFCHR, S_IFBLK = 0o020000, 0o060000
top = identity("/")
result = {
    "status": {pid: status_of(pid) for pid in ("self", "1")},
    "mounts": mounts(),
    "writableBelowProc": writable_below_proc(),
    "writes": {
        path: attempt(write(path, text))
        for path, text in {
            "/proc/sys/kernel/core_pattern": b"|/tmp/x",
            "/proc/sys/kernel/modprobe": b"/tmp/x",
            "/proc/sys/kernel/hostname": b"changed",
            "/proc/sys/vm/drop_caches": b"1",
            "/proc/sys/fs/file-max": b"1",
            "/proc/sys/kernel/ns_last_pid": b"9",
            "/proc/sysrq-trigger": b"h",
            "/proc/1/oom_score_adj": b"-1000",
            "/proc/self/oom_score_adj": b"-1000",
            "/proc/self/uid_map": b"0 0 1",
            "/proc/mtrr": b"disable=0",
            "/proc/1/mem": b"x",
        }.items()
    },
    "sys": os.listdir("/sys"),
    "devices": {
        "mem": device(S_IFCHR, 1, 1),
        "console": device(S_IFCHR, 5, 1),
        "fuse": device(S_IFCHR, 10, 229),
        "disk": device(S_IFBLK, 8, 0),
        "whiteout": device(S_IFCHR, 0, 0),
        "in /dev": attempt(lambda: open("/dev/new", "w").close()),
    },
    "deviceNodes": {f"{what} {name}": answer for name in DEVICES for what, answer in changes_of(f"/dev/{name}").items()},
    "mountPoints": {
        f"{what} {path}": attempt(action)
        for path in ("/dev", "/proc")
        for what, action in {
            "rename": lambda path=path: os.rename(path, f"{path}.old"),
            "rmdir": lambda path=path: os.rmdir(path),
        }.items()
    },
    "overlayAttributes": {
        name: attempt(lambda name=name: os.setxattr("/tmp", name, b"y"))
        for name in ("trusted.overlay.opaque", "trusted.overlay.redirect", "security.capability")
    },
    "hidden": {
        path: os.path.lexists(path)
        for path in ("/opt/stepwell", *(f"/opt/stepwell/{name}" for name in ("runner", "control", "scratch", "store")))
    },
    "dockerSocket": [path for path in ("/var/run/docker.sock", "/run/docker.sock") if os.path.lexists(path)],
    "rootsOfOthers": [
        identity(f"/proc/{pid}/root") == top
        for pid in os.listdir("/proc")
        if pid.isdigit() and os.path.exists(f"/proc/{pid}/root")
    ],
    "controlSockets": {path: attempt(connect(path)) for path in control_sockets()},
}
escape_chroot()
result["rootAfterChroot"] = identity("/") == top
report(result)
