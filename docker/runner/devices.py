"""The device nodes of programs, and the kernel's files that are hidden from them."""

import os
import stat

import mounts
from mounts import MS_NODEV, MS_NOEXEC, MS_NOSUID

PROC_FLAGS = MS_NOSUID | MS_NODEV | MS_NOEXEC
# Entries of /proc that reveal the machine, if this kernel has them.
_COVERED_FILES = ("kcore", "keys", "timer_list", "sched_debug", "kmsg")
_COVERED_FOLDERS = ("acpi", "asound", "scsi")
# Settings of the whole machine, which the runner does not need.
_SETTINGS = ("sys", "sysrq-trigger", "irq", "bus", "fs")
# All sandboxes share the machine's limited number of terminals.
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
    Make `/dev` once for all sandboxes of a container. It is read-only, including its nodes, since a change would be
    visible in the next sandbox.
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
    """
    Make a node of its own, or use the machine's if that is refused; locks and watches on the machine's node are shared.
    """
    try:
        os.mknod(path, stat.S_IFCHR, os.stat(known).st_rdev)
        os.chmod(path, 0o666)
    except PermissionError:
        with open(path, "x", encoding="ascii"):
            mounts.bind(known, path)
        mounts.protect(path, MS_NOSUID | MS_NOEXEC)


def cover_proc(proc: str, devices: str) -> None:
    """
    Cover what a procfs shows of the machine with an empty device and an empty folder of `devices`, which `make_devices`
    made. Binds are as read-only as what they show.
    """
    for name in _COVERED_FILES:
        mounts.bind_if_there(f"{devices}/null", f"{proc}/{name}")
    for name in _COVERED_FOLDERS:
        # In `devices` itself it stays empty: a layer's own is mounted elsewhere.
        mounts.bind_if_there(f"{devices}/shm", f"{proc}/{name}")


def protect_settings(proc: str = "/proc") -> None:
    """Make what changes the machine read-only in the runner's own view. Raises OSError."""
    for name in _SETTINGS:
        path = f"{proc}/{name}"
        if os.path.exists(path):
            mounts.bind(path, path)
            mounts.protect(path, PROC_FLAGS)
