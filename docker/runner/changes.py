"""
The difference of a layer between a mark and now, computed from its upper directories without running anything.

What counts as a change is content, type, permission bits, owner and extended attributes, never a time stamp: a file that
was only touched, or changed and changed back, is the same file. A change of the owner or group is reported as
`mode_changed`. An added or removed hard link is reported with the changes of the files, and is not a change by itself. A
deleted folder is reported file by file. The root folder itself is only compared with the mark, since a layer begins with
a new one.

Files that did not change since the mark are known by inode, size and ctime and not read again; `mark` therefore has to
happen while no process of the agent holds a shared writable mapping of a file.

Overlays with `metacopy` are not supported: mounts must switch it off, since the kernel may have it on.
"""

import stat
import time
from collections.abc import Iterable
from json.encoder import encode_basestring_ascii
from typing import Any, NamedTuple, Optional

from budget import Bounds, Budget, Exceeded
from content import Contents
from layer import HIDDEN_FOLDER, Root
from lower import Lower
from request_error import RequestError
from upper import WHITEOUT, Earlier, Node, Upper

HIDDEN = frozenset((HIDDEN_FOLDER, "/proc", "/sys", "/dev"))
# Bytes of the reply that a change counts in addition to its path.
_CHANGE_SIZE = 400
# Time stamps of files lag behind the clock by up to a timer tick; more recent ones prove nothing.
_TICK_NS = 20_000_000

Change = dict[str, Any]


class Baseline(NamedTuple):
    """What a mark remembers: a snapshot for each upper directory, and when they were begun."""

    snapshots: dict[str, Node]
    taken: int


class _Side(NamedTuple):
    """One of the two states of a path: what is there, its node in the upper directory if any, and the lower files."""

    entry: Optional[Node]
    node: Optional[Node]
    below: Optional[str]


_NOTHING = _Side(None, None, None)


def mark(roots: Iterable[Root], hidden: frozenset[str] = HIDDEN, bounds: Bounds = Bounds()) -> Baseline:
    """
    Remember the current state of a layer.

    :param hidden: absolute paths that never show in a difference, nor does what is below them
    :raises RequestError: `file_too_large` if the layer exceeds a bound
    """
    taken = time.time_ns()
    roots = list(roots)
    budget = Budget(bounds)
    contents = Contents(budget)
    try:
        snapshots = {root[2]: _upper(root, roots, hidden, budget).snapshot(contents) for root in roots}
    except Exceeded as exceeded:
        raise RequestError("file_too_large", f"the start state exceeds a bound: {exceeded.bound}") from exceeded
    return Baseline(snapshots, taken)


def diff(
    roots: Iterable[Root],
    baseline: Optional[Baseline] = None,
    hidden: frozenset[str] = HIDDEN,
    bounds: Bounds = Bounds(),
) -> dict[str, Any]:
    """
    Differences from the mark, or from the pristine files if there is none: `changes`, dicts like `LayerChange`, sorted by
    path, and `exceeded`, the bound that was exceeded, or None.
    """
    roots = list(roots)
    budget = Budget(bounds)
    contents = Contents(budget)
    changes: list[Change] = []
    exceeded = None
    try:
        for root in roots:
            before = baseline.snapshots.get(root[2]) if baseline else None
            settled = baseline.taken - _TICK_NS if baseline else 0
            now = _upper(root, roots, hidden, budget).snapshot(contents, Earlier(before, settled))
            _Comparison(root, contents, _hidden(root, roots, hidden), budget, changes).run(before, now)
    except Exceeded as reason:
        exceeded = reason.bound
    changes.sort(key=lambda change: change["path"])
    return {"changes": changes, "exceeded": exceeded}


def _is_folder(entry: Optional[Node]) -> bool:
    return entry is not None and entry.type == "directory"


def _hidden(root: Root, roots: list[Root], hidden: frozenset[str]) -> set[str]:
    """Hidden paths, and the places where other roots are mounted over this one."""
    return hidden | {other[0] for other in roots if other[0] != root[0]}


def _upper(root: Root, roots: list[Root], hidden: frozenset[str], budget: Budget) -> Upper:
    return Upper(root[2], root[0], _hidden(root, roots, hidden), budget)


class _Comparison:
    """
    Walks two states of one root side by side, only where an upper directory of either has something, and adds differences
    to `changes`.
    """

    def __init__(self, root: Root, contents: Contents, hidden: set[str], budget: Budget, changes: list[Change]) -> None:
        self._prefix = root[0].rstrip("/")
        self._lower = Lower(root[1])
        self._contents = contents
        self._hidden = hidden
        self._budget = budget
        self._changes = changes
        # For files with several names, by inode: the alphabetically first name, and how many were met.
        self._links: dict[int, tuple[str, int]] = {}
        self._linked: list[tuple[Change, int]] = []

    def run(self, before: Optional[Node], now: Node) -> None:
        try:
            self._walk(before, now)
        finally:
            self._lower.close()
        for change, inode in self._linked:
            path, count = self._links[inode]
            if count > 1:
                self._budget.told(len(encode_basestring_ascii(path)))
                change["link"] = path

    def _walk(self, before: Optional[Node], now: Node) -> None:
        if before is not None and (before.mode, before.uid, before.gid) != (now.mode, now.uid, now.gid):
            self._report(self._prefix or "/", "mode_changed", _Side(now, now, "."))
        elif before is not None and before.attributes != now.attributes:
            self._report(self._prefix or "/", "attributes_changed", _Side(now, now, "."))
        if not now.children and not (before and before.children):
            return
        pending = [(self._prefix, _Side(before, before, "."), _Side(now, now, "."))]
        while pending:
            folder, a, b = pending.pop()
            for name in self._names(a, b):
                path = f"{folder}/{name}"
                if path in self._hidden:
                    continue
                self._budget.name()
                sides = self._child(a, name), self._child(b, name)
                self._compare(path, *sides)
                folders = [side if _is_folder(side.entry) else _NOTHING for side in sides]
                if folders != [_NOTHING, _NOTHING]:
                    pending.append((path, *folders))

    def _names(self, a: _Side, b: _Side) -> set[str]:
        """The names in a folder whose two states may differ."""
        names: set[str] = set()
        for side in (a, b):
            if side.node is not None:
                names.update(side.node.children)
        if a.below != b.below:
            for side in (a, b):
                if side.below is not None:
                    names.update(self._lower.names(side.below))
        return names

    def _child(self, side: _Side, name: str) -> _Side:
        node = side.node.children.get(name) if side.node is not None else None
        below = None if side.below is None else name if side.below == "." else f"{side.below}/{name}"
        if node is None:
            entry = self._lower_entry(below)
            return _NOTHING if entry is None else _Side(entry, None, below)
        if node.type == WHITEOUT:
            return _NOTHING
        if node.type != "directory" or node.opaque:
            return _Side(node, node, None)
        if node.redirect is not None:
            sibling = "" if side.below in (None, ".") else f"{side.below}/"
            below = node.redirect.strip("/") if node.redirect.startswith("/") else sibling + node.redirect
        return _Side(node, node, below if self._is_lower_folder(below) else None)

    def _lower_entry(self, path: Optional[str]) -> Optional[Node]:
        status = None if path is None else self._lower.status(path)
        if status is None:
            return None
        entry = Node(status)
        return None if entry.type == WHITEOUT else entry

    def _is_lower_folder(self, path: Optional[str]) -> bool:
        status = None if path is None else self._lower.status(path)
        return status is not None and stat.S_ISDIR(status.st_mode)

    def _compare(self, path: str, a: _Side, b: _Side) -> None:
        if b.node is not None and b.node.links > 1 and b.node.type != "directory":
            first, count = self._links.get(b.node.ino, (path, 0))
            self._links[b.node.ino] = (min(first, path), count + 1)
        if a.entry is None or b.entry is None:
            if b.entry is not None:
                self._report(path, "added", b)
            elif a.entry is not None:
                self._report(path, "deleted", a)
        elif a.entry is not b.entry:
            kind = self._kind(a, b)
            if kind is not None:
                self._report(path, kind, b)

    def _kind(self, a: _Side, b: _Side) -> Optional[str]:
        old, new = a.entry, b.entry
        if old.type != new.type:
            return "type_changed"
        if old.type in ("file", "symlink"):
            if old.size != new.size:
                return "modified"
            digests = [self._digest(side) for side in (a, b)]
            if None in digests or digests[0] != digests[1]:
                return "modified"
        elif old.device != new.device:
            return "modified"
        if (old.mode, old.uid, old.gid) != (new.mode, new.uid, new.gid):
            return "mode_changed"
        if self._attributes(a) != self._attributes(b):
            return "attributes_changed"
        return None

    def _attributes(self, side: _Side) -> Optional[str]:
        if side.node is not None or side.below is None:
            return side.entry.attributes
        return self._lower.attributes(side.below, self._budget)

    def _digest(self, side: _Side) -> Optional[str]:
        entry = side.entry
        if entry.digest is None and side.node is None and side.below is not None:
            if entry.type == "symlink":
                entry.digest = Contents.digest_of(self._lower.target(side.below))
            elif entry.type == "file":
                entry.digest = self._lower.digest(side.below, self._contents)
        return entry.digest

    def _report(self, path: str, kind: str, side: _Side) -> None:
        self._budget.told(len(encode_basestring_ascii(path)) + _CHANGE_SIZE)
        entry = side.entry
        change = {
            "path": path,
            "kind": kind,
            "type": entry.type,
            "mode": entry.mode,
            "uid": entry.uid,
            "gid": entry.gid,
            "size": entry.size,
            "sha256": None if kind == "deleted" else self._digest(side),
            "device": entry.device,
            "attributes": self._attributes(side),
            "link": None,
        }
        self._changes.append(change)
        if kind != "deleted" and side.node is not None and entry.ino in self._links:
            self._linked.append((change, entry.ino))
