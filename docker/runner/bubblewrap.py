"""Programs through bubblewrap: beside the agent's session, and the runner's own over the agent's files."""

import os

import capabilities

BWRAP = "/usr/bin/bwrap"
NSENTER = "/usr/bin/nsenter"

# Where bubblewrap finds its filter, its options, and a namespace to join; it closes them.
_SECCOMP_FD = 65
_OPTIONS_FD = 66
_PIDNS_FD = 67
# Entries of /proc that tell of what lies beyond the sandbox, as far as this kernel has them.
PROC_COVERED_FILES = ("/proc/kcore", "/proc/keys", "/proc/timer_list", "/proc/sched_debug", "/proc/kmsg")
PROC_COVERED_FOLDERS = ("/proc/acpi", "/proc/asound", "/proc/scsi")
_OWN_NAMESPACES = ["--unshare-pid", "--unshare-ipc", "--unshare-uts"]


def _confinement(rights) -> list:
    arguments = ["--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    for right in rights:
        arguments += ["--cap-add", right]
    return arguments


def _proc() -> list:
    """A procfs of the namespace, read-only as a whole: settings of the kernel are everybody's."""
    arguments = ["--proc", "/proc"]
    for path in PROC_COVERED_FILES:
        if os.path.exists(path):
            arguments += ["--ro-bind", "/dev/null", path]
    for path in PROC_COVERED_FOLDERS:
        if os.path.exists(path):
            arguments += ["--perms", "0555", "--size", "4096", "--tmpfs", path, "--remount-ro", path]
    return [*arguments, "--remount-ro", "/proc"]


class Bubblewrap:
    """
    Composes command lines. Options and the system call filter travel in memory files, so that a process list inside
    shows none of them; each method returns `(argv, descriptors)`, all but the output's, which the caller closes after `spawn`.
    `devices` is the folder that the agent sees as `/dev`.
    """

    def __init__(self, seccomp_filter: bytes, devices: str) -> None:
        self._proc = _proc()
        self._filter = seccomp_filter
        self._devices = devices

    def beside(self, layer, first: int, cwd: str, argv):
        """A program in the namespaces of a session's first process, but none of its children, as an engine runs one."""
        # bubblewrap's own `--dev` leaves the modes of the nodes, which are the machine's, to whoever is root.
        devices = ["--dev-bind", self._devices, "/dev", "--bind", layer.shm, "/dev/shm"]
        options = [*layer.binds("/"), *devices, *self._proc, *_confinement(capabilities.AGENT), "--chdir", cwd]
        # bubblewrap leaves the namespace's descriptor open to the program, but closes what it is told to block on.
        options += ["--pidns", str(_PIDNS_FD), "--block-fd", str(_PIDNS_FD)]
        argv, descriptors = self._command(options, argv)
        descriptors[_PIDNS_FD] = os.open(f"/proc/{first}/ns/pid", os.O_RDONLY)
        return [NSENTER, f"--ipc=/proc/{first}/ns/ipc", f"--uts=/proc/{first}/ns/uts", "--", *argv], descriptors

    def inspection(self, layer, cover, cwd: str, argv):
        """A pristine program with the agent's files, read-only, at `layer.WINDOW`."""
        options = ["--ro-bind", "/", "/", *layer.binds(layer.WINDOW, read_only=True), *cover]
        options += ["--dev", "/dev", *self._proc, "--tmpfs", "/tmp", "--tmpfs", layer.scratch]
        options += [*_OWN_NAMESPACES, *_confinement(("CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH")), "--chdir", cwd]
        return self._command(options, argv)

    def _command(self, options, argv):
        options = [*options, "--seccomp", str(_SECCOMP_FD)]
        descriptors = {
            0: os.open("/dev/null", os.O_RDONLY),
            _SECCOMP_FD: _memory_file("seccomp", self._filter),
            _OPTIONS_FD: _memory_file("options", b"".join(os.fsencode(option) + b"\0" for option in options)),
        }
        return [BWRAP, "--args", str(_OPTIONS_FD), "--", *argv], descriptors


def _memory_file(name: str, content: bytes) -> int:
    fd = os.memfd_create(name, os.MFD_CLOEXEC)
    os.write(fd, content)
    os.lseek(fd, 0, os.SEEK_SET)
    return fd
