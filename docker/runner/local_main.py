"""
Makes a container of the local engine around a program, as a container engine would: namespaces, a root file system, control
groups, rights. It is started on the host, with a plan as JSON on standard input, and ends as the program does.
"""

import ctypes
import json
import os
import resource
import select
import signal
import sys
from collections.abc import Iterable
from typing import Optional

import capabilities
import mounts
from confinement import show_arguments, take_filter
from devices import PROC_FLAGS, make_devices
from loopback import raise_loopback
from mounts import MS_NODEV, MS_NOSUID, MS_REC
from processes import exit_status
from seccomp import runner_filter

_PR_SET_PDEATHSIG = 1
_NAMESPACES = mounts.CLONE_NEWNS | mounts.CLONE_NEWUTS | mounts.CLONE_NEWIPC | mounts.CLONE_NEWPID | mounts.CLONE_NEWNET
# Settings that forbid ordinary users their own namespaces: name, value that forbids them, and remedy.
_SETTINGS = (
    ("/proc/sys/user/max_user_namespaces", "0", "sysctl user.max_user_namespaces=15000"),
    ("/proc/sys/kernel/unprivileged_userns_clone", "0", "sysctl kernel.unprivileged_userns_clone=1"),
    (
        "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
        "1",
        "sysctl kernel.apparmor_restrict_unprivileged_userns=0",
    ),
)
_libc = ctypes.CDLL(None, use_errno=True)


class Container:
    """
    `plan` has `staging`, an empty folder; `root`, the folder that becomes `/`, changed only where it is `writable`;
    `shared`, read-only folders by the paths inside that show them; `folders`, empty ones in a file system of the
    container's own, and `mounted`, folders by the paths in it that show them, read-only; `groups`, files to join control
    groups by, and `group_folders`, groups by the paths that show them; `address_space` in bytes and `processes`, limits
    of each process, 0 for none; `argv`, `env`; `is_runner`: the program is the runner, on this very Python if that is
    root's and the root shows its modules; `is_root`, or it takes a user namespace in which it is.
    """

    def __init__(self, plan: dict) -> None:
        self._plan = plan
        self._is_root = plan["is_root"]
        self._root = plan["staging"]

    def run(self) -> int:
        """Start the program and wait for its end; the exit status, 128 + signal for a killed one."""
        _end_with_parent()
        if not self._is_root:
            _become_root_of_own()
        alive, held = os.pipe()
        pid = mounts.clone(_NAMESPACES)
        if pid == 0:
            self._become(alive, held)
        os.close(alive)
        return exit_status(os.waitpid(pid, 0)[1])

    def _become(self, alive: int, held: int) -> None:
        try:
            os.close(held)
            _end_with_parent()
            if select.select([alive], [], [], 0)[0]:
                os._exit(1)
            os.close(alive)
            os.setsid()
            self._join_groups()
            library = _library()
            self._make_root()
            self._give_up()
            # In a user namespace, the memory of a program that was loaded outside is the machine's root's: it could not
            # write its own files in /proc. A Python from elsewhere, e.g. a link in /usr/local/bin, would find no module.
            if self._is_root and self._plan["is_runner"] and _library() == library:
                self._run_here()
            os.execvpe(self._plan["argv"][0], self._plan["argv"], self._plan["env"])
        except BaseException as error:  # any error here is the reason why there is no container
            _complain(error, self._is_root)
        finally:
            os._exit(1)

    def _run_here(self) -> None:
        """Be the runner, and end as it does: as its program would be loaded, without another interpreter."""
        argv = self._plan["argv"]
        show_arguments(b"".join(os.fsencode(word) + b"\0" for word in argv))
        os.environ.clear()
        os.environ.update(self._plan["env"])
        # From here on modules are those that the container shows.
        sys.path[0] = argv[-1]
        try:
            import runner

            runner.main()
        except SystemExit as end:
            print(end.code, file=sys.stderr, flush=True)
            os._exit(1)
        except BaseException:  # as an interpreter ends
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        os._exit(0)

    def _join_groups(self) -> None:
        for path in self._plan["groups"]:
            with open(path, "w", encoding="ascii") as group:
                group.write("0")
        # From here on it sees only the container's groups.
        mounts.unshare(mounts.CLONE_NEWCGROUP)

    def _make_root(self) -> None:
        root, plan = self._root, self._plan
        mounts.make_private("/")
        mounts.bind(plan["root"], root, MS_REC)
        if not plan["writable"]:
            mounts.protect_tree(root)
        for inside, folder in plan["shared"].items():
            mounts.bind(folder, root + inside, MS_REC)
            mounts.protect_tree(root + inside)
        make_devices(f"{root}/dev")
        mounts.mount("proc", f"{root}/proc", "proc", PROC_FLAGS)
        if plan["folders"] or plan["mounted"]:
            self._make_own("/opt", (*plan["folders"], *plan["mounted"]))
        for inside, folder in plan["mounted"].items():
            mounts.bind(folder, root + inside)
            mounts.protect(root + inside, MS_NOSUID | MS_NODEV)
        if plan["group_folders"]:
            self._make_own("/sys", plan["group_folders"])
        for inside, folder in plan["group_folders"].items():
            mounts.bind(folder, root + inside)
        mounts.set_hostname("stepwell")
        raise_loopback()
        mounts.become_root(root)

    def _make_own(self, place: str, folders: Iterable[str]) -> None:
        """Make a file system of the container's own, with empty folders. The shared root below does not change."""
        mounts.mount("stepwell", self._root + place, "tmpfs", MS_NOSUID | MS_NODEV, "size=1m,mode=755")
        for folder in folders:
            os.makedirs(self._root + folder, mode=0o755, exist_ok=True)

    def _give_up(self) -> None:
        limits = (
            (resource.RLIMIT_CORE, 1),
            (resource.RLIMIT_AS, self._plan["address_space"]),
            (resource.RLIMIT_NPROC, self._plan["processes"]),
        )
        for kind, most in limits:
            if most:
                value = 0 if kind == resource.RLIMIT_CORE else most
                resource.setrlimit(kind, (value, value))
        if self._is_root:
            capabilities.bound(capabilities.RUNNER)
            capabilities.keep(capabilities.RUNNER)
        take_filter(runner_filter())


def _end_with_parent() -> None:
    if _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "the end of the parent cannot be followed")


def _become_root_of_own() -> None:
    """Enter a user namespace in which this user is root."""
    uid, gid = os.geteuid(), os.getegid()
    mounts.unshare(mounts.CLONE_NEWUSER)
    for name, text in (("setgroups", "deny"), ("uid_map", f"0 {uid} 1"), ("gid_map", f"0 {gid} 1")):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(text)


def _library() -> list:
    """The files and folders that this Python loads its modules from, as the root of now shows them."""
    return [_identity(place) for place in sys.path[1:]]


def _identity(path: str) -> Optional[tuple[int, int]]:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _complain(error: BaseException, is_root: bool) -> None:
    print(f"no container: {error}{_advice(is_root)}", file=sys.stderr, flush=True)


def _advice(is_root: bool) -> str:
    """How to allow ordinary users their own namespaces, if this machine forbids them."""
    if is_root:
        return ""
    remedies = [remedy for path, forbids, remedy in _SETTINGS if _setting(path) == forbids]
    if not remedies:
        return ""
    return f"; this machine forbids user namespaces to ordinary users: allow them ({', '.join(remedies)}) or be root"


def _setting(path: str) -> Optional[str]:
    try:
        with open(path, encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return None


def main() -> None:
    plan = json.load(sys.stdin)
    os.closerange(3, 1 << 20)
    try:
        status = Container(plan).run()
    except OSError as error:
        _complain(error, plan["is_root"])
        status = 1
    os._exit(status)
