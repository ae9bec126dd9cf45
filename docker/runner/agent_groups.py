"""
Control groups for the agent's processes, below the container's groups.

Their limits are lower than the container's (`engines/docker/settings.ts`, `engines/local/limits.ts`). When an agent uses up
its memory, processes or processors, the runner still has some of its own and can report it.
"""

import os
import re
from typing import NamedTuple

from mounts import MS_NODEV, MS_NOEXEC, MS_NOSUID, remount

_KINDS = ("memory", "pids", "cpu")
_AGENT, _RUNNER = "agent", "runner"
# Processor time is given out anew in each period.
_PERIOD_US = 100_000


class Hierarchy(NamedTuple):
    """A mounted file system of control groups whose root is the container's own group."""

    folder: str
    kinds: list[str]
    is_unified: bool


def make_agent_groups(memory_bytes: int, pids: int) -> list[str]:
    """
    Make groups with these limits (0: none). Returns the files into which a process writes 0 to join them; none if groups
    cannot be made.
    """
    files = []
    for hierarchy in find_hierarchies():
        try:
            remount(hierarchy.folder, MS_NOSUID | MS_NODEV | MS_NOEXEC)
            files.append(make_group(hierarchy, memory_bytes, pids))
        except OSError:
            # A rootless engine shows the groups read-only; then the container's own limits apply.
            continue
    return files


def find_hierarchies(folder: str = "/proc/self") -> list[Hierarchy]:
    """Hierarchies of which the container sees only its own group."""
    own = _own_groups(f"{folder}/cgroup")
    found = []
    with open(f"{folder}/mountinfo", encoding="utf-8", errors="surrogateescape") as mounts:
        for line in mounts:
            before, _, after = line.partition(" - ")
            root, target = before.split()[3:5]
            kind, _, options = after.split()[:3]
            if kind == "cgroup2" and own.get("") == root:
                found.append(Hierarchy(target, list(_KINDS), True))
            elif kind == "cgroup":
                kinds = [name for name in _KINDS if name in options.split(",") and own.get(name) == root]
                if kinds:
                    found.append(Hierarchy(target, kinds, False))
    return found


def _own_groups(path: str) -> dict[str, str]:
    """This process's group by controller, "" for the unified hierarchy."""
    groups = {}
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        for line in file:
            _, controllers, group = line.rstrip("\n").split(":", 2)
            groups.update((controller, group) for controller in controllers.split(","))
    return groups


def make_group(hierarchy: Hierarchy, memory_bytes: int, pids: int) -> str:
    """Make the agent's group, and return the file through which a process joins it. Raises OSError."""
    parent = hierarchy.folder
    kinds = _delegated(parent) if hierarchy.is_unified else hierarchy.kinds
    group = f"{parent}/{_AGENT}"
    os.mkdir(group)
    for name, value in _limits(hierarchy.is_unified, memory_bytes, pids).items():
        if value and name.partition(".")[0] in kinds and os.path.exists(f"{group}/{name}"):
            _write(f"{group}/{name}", str(value))
    return f"{group}/cgroup.procs"


class TaskLimits(NamedTuple):
    """Limits of a sandbox while it plays a task, below its own; 0: its own."""

    memory_bytes: int = 0
    pids: int = 0
    cpus: float = 0
    layer_bytes: int = 0


def limit_groups(files: list[str], own: TaskLimits, wanted: TaskLimits) -> None:
    """
    Give the agent's groups, by the files that `make_agent_groups` returned, the wanted limits, or their own. Raises OSError
    if they use more already.
    """
    memory, pids = wanted.memory_bytes or own.memory_bytes, wanted.pids or own.pids
    for file in files:
        group = os.path.dirname(file)
        quota = round(wanted.cpus * _PERIOD_US)
        # Of version 1, the limit on memory plus swap is never below the limit on memory: one of the orders works.
        swapped = ("memory.memsw.limit_in_bytes", str(memory))
        values = (
            *((swapped,) if wanted.memory_bytes == 0 else ()),
            ("memory.limit_in_bytes", str(memory)),
            *((swapped,) if wanted.memory_bytes else ()),
            ("memory.max", str(memory)),
            ("pids.max", str(pids)),
            ("cpu.max", f"{quota or 'max'} {_PERIOD_US}"),
            ("cpu.cfs_quota_us", str(quota or -1)),
        )
        for name, value in values:
            if value != "0" and os.path.exists(f"{group}/{name}"):
                _write(f"{group}/{name}", value)


def _limits(is_unified: bool, memory_bytes: int, pids: int) -> dict[str, object]:
    if is_unified:
        return {"memory.max": memory_bytes, "memory.swap.max": "0" if memory_bytes else "", "pids.max": pids}
    # In this order, because the limit on memory plus swap cannot be below the limit on memory.
    return {"memory.limit_in_bytes": memory_bytes, "memory.memsw.limit_in_bytes": memory_bytes, "pids.max": pids}


def _delegated(parent: str) -> list[str]:
    """The controllers of the groups below, after the container's processes have left the container's own group."""
    os.mkdir(f"{parent}/{_RUNNER}")
    _write(f"{parent}/{_RUNNER}/cgroup.procs", "0")
    with open(f"{parent}/cgroup.controllers", encoding="ascii") as file:
        kinds = [name for name in re.split(r"\s+", file.read()) if name in _KINDS]
    if kinds:
        _write(f"{parent}/cgroup.subtree_control", " ".join(f"+{name}" for name in kinds))
    return kinds


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
