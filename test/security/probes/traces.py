# Everything that an earlier lease could have left, by kind.
import glob
import hashlib
import shutil
import socket
import subprocess

# Made anew with each layer, or by looking.
UNSTABLE = ("/", "/dev", "/opt", "/proc", "/sys")
# Below /usr, where a machine can have more than there is time to look at.
DEPTH = 3
# Programs and modules whose content counts too: sizes and times can be set as one likes.
CONTENT = (
    "/usr/bin/[a-m]*s",
    "/usr/bin/git",
    "/usr/bin/env",
    "/usr/lib/python3*/json/*.py",
    "/etc/*",
    "/root/.*",
    "/var/spool/cron/crontabs/*",
)


def files():
    """By folder, a digest of what its entries look like."""
    found = {}
    for folder, folders, names in os.walk("/"):
        folders[:] = sorted(name for name in folders if os.path.join(folder, name) not in UNSTABLE)
        if folder.count("/") >= DEPTH and folder.startswith("/usr/"):
            folders.clear()
        digest = hashlib.sha256()
        for name in (*folders, *sorted(names)):
            path = os.path.join(folder, name)
            status = os.lstat(path)
            target = os.readlink(path) if os.path.islink(path) else ""
            size = 0 if os.path.isdir(path) else status.st_size
            # The top of a mount is made anew with each layer.
            mtime = 0 if os.path.ismount(path) else status.st_mtime_ns
            look = [name, status.st_mode, status.st_uid, status.st_gid, size, mtime, target]
            digest.update(json.dumps(look).encode())
        found[folder] = digest.hexdigest()[:16]
    found["/dev/shm"] = os.listdir("/dev/shm")
    return found


def contents():
    found = {}
    for pattern in CONTENT:
        for path in glob.glob(pattern):
            # /etc/mtab is a link to what differs with each mount.
            if os.path.isfile(path) and not os.path.realpath(path).startswith("/proc/"):
                with open(path, "rb") as file:
                    found[path] = hashlib.sha256(file.read()).hexdigest()
    return found


def processes():
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit() and int(name) not in (os.getpid(), os.getppid()):
            with open(f"/proc/{name}/comm", encoding="utf-8") as file:
                found.append(file.read().strip())
    return sorted(found)


def ipc():
    found = {}
    for kind in ("shm", "sem", "msg"):
        with open(f"/proc/sysvipc/{kind}", encoding="ascii") as file:
            found[kind] = len(file.read().splitlines()) - 1
    libc.mq_open.restype = ctypes.c_int
    queue = libc.mq_open(b"/left", os.O_RDONLY)
    found["mq"] = "there" if queue >= 0 else errno.errorcode[ctypes.get_errno()]
    return found


def sockets():
    with open("/proc/net/unix", encoding="utf-8") as file:
        unix = [line.split()[7] for line in file if "@left" in line]
    with open("/proc/net/tcp", encoding="ascii") as file:
        return unix + [line.split()[1] for line in file.readlines()[1:] if line.split()[3] == "0A"]


def said(*command):
    if shutil.which(command[0]) is None:
        return ""
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


report(
    {
        "files": files(),
        "contents": contents(),
        "processes": processes(),
        "ipc": ipc(),
        "sockets": sockets(),
        "git": said("git", "config", "--list", "--show-origin"),
        "modules": said("python3", "-c", "import json, os; print(json.dumps([1]), json.__file__, hasattr(os, 'left'))"),
        "host": [socket.gethostname(), *os.uname()[:2]],
        "limits": said("bash", "-c", "ulimit -a; umask"),
    }
)
