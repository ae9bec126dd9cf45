"""Reads an overlay's upper directory into a tree of nodes, without trusting anything in it."""

import errno
import os
import re
import stat
from typing import NamedTuple, Optional

from attributes import attributes_digest
from budget import Budget, Exceeded
from content import Contents
from file_type import file_type

_OPEN_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# Folders open at the same time. Folders farther up are reopened through `..`, so that depth costs no descriptors.
_OPEN_FOLDERS = 64
WHITEOUT = "whiteout"
_OVERLAY_KEYS = ("opaque", "redirect", "whiteout")


def _slashes(path: str) -> list[int]:
    return [at for at, character in enumerate(path) if character == "/"]


class Node:
    """One file as it was when the snapshot was made; `children` only of folders, `digest` only of files and links."""

    __slots__ = (
        *("type", "mode", "uid", "gid", "size", "ino", "links", "ctime", "device"),
        *("digest", "attributes", "children", "opaque", "redirect"),
    )

    def __init__(self, status: os.stat_result) -> None:
        self.type = file_type(status.st_mode)
        self.mode = stat.S_IMODE(status.st_mode)
        self.uid = status.st_uid
        self.gid = status.st_gid
        self.size = status.st_size if self.type == "file" else 0
        self.ino = status.st_ino
        self.ctime = status.st_ctime_ns
        self.links = status.st_nlink
        # Kind and numbers of a device, e.g. `c 1:3`.
        self.device: Optional[str] = None
        self.digest: Optional[str] = None
        # Digest of the extended attributes that are part of its state.
        self.attributes: Optional[str] = None
        self.children: dict[str, Node] = {}
        # The lower folder is hidden completely.
        self.opaque = False
        # The other path of the lower folder, if the mount allows redirects.
        self.redirect: Optional[str] = None
        if self.type == "other":
            letter = "c" if stat.S_ISCHR(status.st_mode) else "b"
            self.device = f"{letter} {os.major(status.st_rdev)}:{os.minor(status.st_rdev)}"
            if self.device == "c 0:0":
                self.type = WHITEOUT


class Earlier(NamedTuple):
    """An earlier snapshot: what did not change since its files' `ctime` before `settled` need not be read again."""

    node: Optional[Node]
    settled: int


class _Folder:
    __slots__ = ("fd", "node", "path", "earlier", "pending", "marked")

    def __init__(self, fd: int, node: Node, path: Optional[str], earlier: Optional[Node]) -> None:
        self.fd = fd
        self.node = node
        # As the agent sees it; None where nothing in it can be hidden, as the paths of deep folders grow long.
        self.path = path
        self.earlier = earlier
        self.pending: list[str] = []
        # Zero-sized files in it may be whiteouts, by an extended attribute.
        self.marked = False


class Upper:
    """An upper directory to be read.

    :param prefix: where it lies for the agent
    :param hidden: paths, as the agent sees them, that are left out with all below them
    """

    def __init__(self, path: str, prefix: str, hidden: set[str], budget: Budget) -> None:
        self._path = path
        self._prefix = prefix.rstrip("/")
        self._hidden = hidden
        self._above_hidden = {hidden_path[:at] for hidden_path in hidden for at in _slashes(hidden_path)}
        self._budget = budget
        self._attributes: Optional[set[str]] = None

    def snapshot(self, contents: Contents, earlier: Earlier = Earlier(None, 0)) -> Node:
        """The tree as it is now, files' contents digested. Raises `Exceeded` past the budget."""
        self._contents = contents
        self._settled = earlier.settled
        fd = os.open(self._path, _OPEN_FOLDER)
        root = Node(os.fstat(fd))
        stack = [_Folder(fd, root, self._watched(self._prefix), earlier.node)]
        try:
            root.attributes = attributes_digest(fd, ".", self._budget)
            self._fill(stack[0])
            while stack:
                if stack[-1].pending:
                    self._descend(stack)
                else:
                    self._ascend(stack)
        finally:
            for folder in stack:
                if folder.fd >= 0:
                    os.close(folder.fd)
        return root

    def _descend(self, stack: list[_Folder]) -> None:
        parent = stack[-1]
        name = parent.pending.pop()
        try:
            fd = os.open(name, _OPEN_FOLDER, dir_fd=parent.fd)
        except OSError:
            del parent.node.children[name]
            return
        earlier = parent.earlier.children.get(name) if parent.earlier else None
        path = None if parent.path is None else self._watched(f"{parent.path}/{name}")
        folder = _Folder(fd, parent.node.children[name], path, earlier)
        stack.append(folder)
        if len(stack) > _OPEN_FOLDERS and stack[-_OPEN_FOLDERS].fd >= 0:
            os.close(stack[-_OPEN_FOLDERS].fd)
            stack[-_OPEN_FOLDERS].fd = -1
        self._fill(folder)

    def _ascend(self, stack: list[_Folder]) -> None:
        folder = stack.pop()
        try:
            if stack and stack[-1].fd < 0:
                parent = os.open("..", _OPEN_FOLDER, dir_fd=folder.fd)
                stack[-1].fd = parent
                if os.fstat(parent).st_ino != stack[-1].node.ino:
                    raise Exceeded("unstable")
        finally:
            os.close(folder.fd)

    def _fill(self, folder: _Folder) -> None:
        """Read one folder: its overlay attributes, its files; subfolders are left pending."""
        self._read_attributes(folder)
        with os.scandir(folder.fd) as entries:
            for entry in entries:
                if folder.path is not None and f"{folder.path}/{entry.name}" in self._hidden:
                    continue
                self._budget.name()
                try:
                    status = entry.stat(follow_symlinks=False)
                    self._add(folder, entry.name, status)
                except FileNotFoundError:
                    continue

    def _add(self, folder: _Folder, name: str, status: os.stat_result) -> None:
        node = Node(status)
        if node.type == "directory":
            folder.pending.append(name)
        elif node.type == "symlink":
            target = os.fsencode(os.readlink(name, dir_fd=folder.fd))
            node.digest = Contents.digest_of(target)
        elif node.type == "file":
            if folder.marked and node.size == 0 and self._is_marked_whiteout(folder, name):
                node.type = WHITEOUT
            else:
                node.digest = self._digest(folder, name, status)
        if node.type != WHITEOUT:
            node.attributes = attributes_digest(folder.fd, name, self._budget)
        folder.node.children[name] = node

    def _digest(self, folder: _Folder, name: str, status: os.stat_result) -> Optional[str]:
        before = folder.earlier.children.get(name) if folder.earlier else None
        if before is None or before.digest is None or before.type != "file":
            return self._contents.digest(folder.fd, name, status)
        same = (before.ino, before.ctime, before.size) == (status.st_ino, status.st_ctime_ns, status.st_size)
        if same and before.ctime < self._settled:
            return before.digest
        return self._contents.digest(folder.fd, name, status)

    def _watched(self, path: str) -> Optional[str]:
        return path if path in self._above_hidden else None

    def _read_attributes(self, folder: _Folder) -> None:
        attributes = self._overlay_attributes(folder.fd)
        redirect, opaque = attributes.get("redirect"), attributes.get("opaque")
        if redirect is not None:
            folder.node.redirect = os.fsdecode(redirect)
        folder.marked = opaque == b"x"
        folder.node.opaque = opaque == b"y"

    def _is_marked_whiteout(self, folder: _Folder, name: str) -> bool:
        fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder.fd)
        try:
            return "whiteout" in self._overlay_attributes(fd)
        finally:
            os.close(fd)

    def _overlay_attributes(self, file: int) -> dict[str, bytes]:
        """The overlay's own extended attributes of an open file."""
        found = {}
        for name in _attribute_names(file):
            space, _, key = name.partition(".overlay.")
            if key in _OVERLAY_KEYS and space in self._trusted_spaces(space):
                try:
                    found[key] = os.getxattr(file, name)
                except OSError as error:
                    if error.errno != errno.ENODATA:
                        raise
        return found

    def _trusted_spaces(self, space: str) -> set[str]:
        """Where the kernel keeps this overlay's attributes: `user` is the agent's to forge, unless so mounted."""
        if space != "user":
            return {"trusted"}
        if self._attributes is None:
            self._attributes = {"user"} if mounted_with_user_attributes(self._path) else set()
        return self._attributes


def _attribute_names(file: int) -> list[str]:
    """Names of extended attributes. If an agent has made too many to be listed: all names that an overlay may have made."""
    try:
        return os.listxattr(file)
    except OSError as error:
        if error.errno != errno.E2BIG:
            raise
        return [f"{space}.overlay.{key}" for space in ("trusted", "user") for key in _OVERLAY_KEYS]


def mounted_with_user_attributes(upper: str) -> bool:
    """Whether the overlay on `upper` keeps its attributes under `user.`, as those in user namespaces do."""
    with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as mounts:
        for line in mounts:
            options = line.rpartition(" - overlay ")[2].rpartition(" ")[2].strip().split(",")
            places = [re.sub(r"\\(\d{3})", lambda octal: chr(int(octal[1], 8)), option) for option in options]
            if f"upperdir={upper}" in places:
                return "userxattr" in options
    return False
