# The interpreter's file lies outside of the layer; these are the ways to it and to what else is mapped from there.
import mmap

AT_EMPTY_PATH = 0x1000
EXECVEAT = (322, 281)


def changes_of(path):
    def truncated():
        os.truncate(path, 0)

    def opened(flags):
        return attempt(lambda: os.close(os.open(path, flags)))

    status = os.stat("/proc/self/exe")
    return {
        "write": opened(os.O_WRONLY),
        "read and write": opened(os.O_RDWR),
        "append": opened(os.O_WRONLY | os.O_APPEND),
        "truncate": attempt(truncated),
        "chmod": attempt(lambda: os.chmod(path, status.st_mode & 0o7777)),
        "chown": attempt(lambda: os.chown(path, status.st_uid, status.st_gid)),
        "utime": attempt(lambda: os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))),
        "setxattr": attempt(lambda: os.setxattr(path, "user.left", b"x")),
        "link": attempt(lambda: os.link(path, "/tmp/program", follow_symlinks=True)),
    }


def reopened():
    """Through a descriptor that was opened for reading only."""
    fd = os.open("/proc/self/exe", os.O_RDONLY)
    return attempt(lambda: os.open(f"/proc/self/fd/{fd}", os.O_RDWR)), attempt(lambda: os.fchmod(fd, 0o755))


def shared_mapping():
    fd = os.open("/proc/self/exe", os.O_RDONLY)
    return attempt(lambda: mmap.mmap(fd, 4096, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE))


def mapped(pid):
    """What opening the files behind the memory answers: the libraries lie where the interpreter's file does."""
    folder = f"/proc/{pid}/map_files"
    return sorted({attempt(lambda: os.close(os.open(f"{folder}/{name}", os.O_RDONLY))) for name in os.listdir(folder)})


def folders_above():
    """Whether `..` of the file's folder, by its descriptor, leads anywhere: there is no folder to begin with."""
    return attempt(lambda: os.open("..", os.O_RDONLY, dir_fd=os.open("/proc/self/exe", os.O_PATH)))


def executed():
    """The status of what the file runs as when it is executed by its descriptor: its capabilities and seccomp mode."""
    source, sink = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.dup2(sink, 1)
        program = b"print(*[l.split()[1] for l in open('/proc/self/status') if l[:6] in ('CapEff', 'NoNewP', 'Seccom')][:3])"
        arguments = (ctypes.c_char_p * 4)(b"python3", b"-c", program, None)
        fd = os.open("/proc/self/exe", os.O_RDONLY)
        call(EXECVEAT, fd, b"", arguments, None, AT_EMPTY_PATH)
        os._exit(1)
    os.close(sink)
    os.waitpid(pid, 0)
    return os.read(source, 1000).decode().split()


report(
    {
        "changes": {path: changes_of(path) for path in ("/proc/self/exe", "/proc/1/exe")},
        "reopened": reopened(),
        "sharedMapping": shared_mapping(),
        "mapFiles": {pid: mapped(pid) for pid in ("self",)},
        "above": folders_above(),
        "executed": executed(),
    }
)
