"""The device nodes that programs get, and what they do not see of the kernel's own files."""

import os
import stat

import mounts
from mounts import MS_NODEV, MS_NOEXEC, MS_NOSUID

PROC_FLAGS = MS_NOSUID | MS_NODEV | MS_NOEXEC
# Entries of /proc that tell of what lies beyond the sandbox, as far as this kernel has them.
_COVERED_FILES = ("kcore", "keys", "timer_list", "sched_debug", "kmsg")
_COVERED_FOLDERS = ("acpi", "asound", "scsi")
# What changes the whole machine. The runner has no use for it.
_SETTINGS = ("sys", "sysrq-trigger", "irq", "bus", "fs")
# All sandboxes share the machine's few thousand terminals.
_TERMINALS = "newinstance,ptmxmode=0666,mode=620,max=64"
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
_LINKS = {
    "fd": "/proc/self/fd",
    "stdin": "/proc/self/fd/0",
    "stdout": "/proc/self/fd/1",
    "stderr": "/proc/self/fd/2",
    "core": "/proc/kcore",
    "ptmx": "pts/ptmx",
}


def make_devices(folder: str) -> None:
    """
    The `/dev` of every sandbox of a container, made once, and read-only to the last node: what one sandbox changes there
    the next would find.
    """
    os.makedirs(folder, exist_ok=True)
    mounts.mount("dev", folder, "tmpfs", MS_NOSUID | MS_NOEXEC, "size=64k,mode=755")
    for name in _DEVICES:
        _make_device(f"/dev/{name}", f"{folder}/{name}")
    for name, target in _LINKS.items():
        os.symlink(target, f"{folder}/{name}")
    os.mkdir(f"{folder}/shm")
    os.mkdir(f"{folder}/pts")
    mounts.mount("devpts", f"{folder}/pts", "devpts", MS_NOSUID | MS_NOEXEC, _TERMINALS)
    mounts.protect(f"{folder}/pts", MS_NOSUID | MS_NOEXEC)
    mounts.protect(folder, MS_NOSUID | MS_NOEXEC)


def _make_device(known: str, path: str) -> None:
    """A node of its own, or the machine's where none may be made: locks and watches on that one are everybody's."""
    try:
        os.mknod(path, stat.S_IFCHR, os.stat(known).st_rdev)
        os.chmod(path, 0o666)
    except PermissionError:
        with open(path, "x", encoding="ascii"):
            mounts.bind(known, path)
        mounts.protect(path, MS_NOSUID | MS_NOEXEC)


def cover_proc(proc: str, nothing: str) -> None:
    """Lay an empty device, `nothing`, and empty folders over what a procfs tells of the machine."""
    for name in _COVERED_FILES:
        path = f"{proc}/{name}"
        if os.path.exists(path):
            mounts.bind(nothing, path)
            mounts.protect(path, MS_NOSUID | MS_NOEXEC)
    for name in _COVERED_FOLDERS:
        path = f"{proc}/{name}"
        if os.path.isdir(path):
            mounts.mount("tmpfs", path, "tmpfs", PROC_FLAGS, "size=4k,mode=555")
            mounts.protect(path, PROC_FLAGS)


def protect_settings(proc: str = "/proc") -> None:
    """Make what changes the machine read-only in the runner's own view. Raises OSError."""
    for name in _SETTINGS:
        path = f"{proc}/{name}"
        if os.path.exists(path):
            mounts.bind(path, path)
            mounts.protect(path, PROC_FLAGS)
