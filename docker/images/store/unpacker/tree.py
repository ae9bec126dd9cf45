"""
Makes files below a folder. No path is ever followed through a link: each folder on the way is opened in the one before it.
"""

import os
import stat
from typing import Callable, NamedTuple, Optional, Union

from refusal import Refusal, refusal_of

Path = tuple[str, ...]

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
# What can be named on Linux, and what can be removed again by programs that recurse.
_LONGEST = 4095
_DEEPEST = 512
# How files are counted, which is about what they take on a disk.
BLOCK = 4096
_PIECE = 1 << 18
_LATEST_NS = (1 << 63) - 1
WHITEOUT = os.makedev(0, 0)


class Meta(NamedTuple):
    """What a file has beside its contents; `capability` is the attribute `security.capability`."""

    mode: int = 0o755
    uid: int = 0
    gid: int = 0
    mtime_ns: int = 0
    capability: Optional[bytes] = None


class Limits:
    """What may be written yet, in bytes; `most` is `None` if only the disk limits it."""

    def __init__(self, most: Optional[int]) -> None:
        self._most = most
        self.used = 0

    def take(self, size: int) -> None:
        self.used += -(-size // BLOCK) * BLOCK
        if self._most is not None and self.used > self._most:
            raise Refusal("over_cap", f"it is larger than {self._most} bytes")


def path_of(name: str, what: str = "path") -> Path:
    """The parts of a member's name, or of what else messages call it. The folder itself is empty."""
    if name.startswith("/"):
        raise Refusal("archive", f"its {what} is absolute", name)
    parts = tuple(part for part in name.split("/") if part not in ("", "."))
    if ".." in parts:
        raise Refusal("archive", f"its {what} has ..", name)
    if len(os.fsencode(name)) > _LONGEST or len(parts) > _DEEPEST:
        raise Refusal("archive", f"its {what} is longer than {_LONGEST} bytes or deeper than {_DEEPEST} folders", name[:200])
    return parts


class Tree:
    """
    :param root: a new folder, to be filled
    :param owners: whether this user may give files away
    :param attribute: namespace of the overlay's attributes, `trusted` or `user`
    """

    def __init__(self, root: str, limits: Limits, owners: bool, attribute: str) -> None:
        self._root = os.open(root, _FOLDER)
        self._limits = limits
        self._owners = owners
        self._opaque = f"{attribute}.overlay.opaque"
        # Folders get their modes and times when everything is in them.
        self._folders: dict[Path, Meta] = {(): Meta()}
        self._opaques: set[Path] = set()
        # The folder that was used last, as the next member is often in it.
        self._near: tuple[Path, int] = ((), self._root)
        self.files = 0

    def folder(self, path: Path, meta: Meta) -> None:
        if path:
            parent = self._parent(path)
            found = self._status(parent, path)
            if found is None or not stat.S_ISDIR(found.st_mode):
                if found is not None:
                    self._remove(parent, path)
                self._make_folder(parent, path, hides=found is not None and _is_whiteout(found))
        self._folders[path] = meta

    def file(self, path: Path, meta: Meta, contents: Callable[[int], bytes], size: int) -> None:
        parent = self._parent(path)
        room = os.fstatvfs(parent)
        if size > room.f_bavail * room.f_frsize:
            raise Refusal("no_space", "No space left on device", "/".join(path))
        self._limits.take(size)
        fd = self._anew(parent, path, lambda: os.open(path[-1], _NEW_FILE, 0o600, dir_fd=parent))
        try:
            self._fill(fd, contents, size)
            self._settle(fd, meta)
        finally:
            os.close(fd)
        self.files += 1

    def symlink(self, path: Path, meta: Meta, target: str) -> None:
        parent = self._parent(path)
        self._anew(parent, path, lambda: os.symlink(target, path[-1], dir_fd=parent))
        if self._owners:
            os.chown(path[-1], meta.uid, meta.gid, dir_fd=parent, follow_symlinks=False)
        os.utime(path[-1], ns=(meta.mtime_ns, meta.mtime_ns), dir_fd=parent, follow_symlinks=False)
        self.files += 1

    def link(self, path: Path, target: Path) -> None:
        name = "/".join(path)
        gone = Refusal("archive", f"its hard link leads to {'/'.join(target)}, which the layer has no file for", name)
        if not target or target == path:
            raise gone
        try:
            origin = os.dup(self._parent(target, create=False))
        except FileNotFoundError:
            raise gone from None
        try:
            found = self._status(origin, target)
            if found is None or stat.S_ISDIR(found.st_mode) or stat.S_ISCHR(found.st_mode):
                raise gone
            parent = self._parent(path)
            self._anew(
                parent,
                path,
                lambda: os.link(target[-1], path[-1], src_dir_fd=origin, dst_dir_fd=parent, follow_symlinks=False),
            )
        finally:
            os.close(origin)

    def whiteout(self, path: Path) -> None:
        """Hide what layers below have at a path. What this layer has there stays."""
        parent = self._parent(path)
        found = self._status(parent, path)
        if found is None:
            os.mknod(path[-1], 0o600 | stat.S_IFCHR, WHITEOUT, dir_fd=parent)
        elif stat.S_ISDIR(found.st_mode):
            self._opaques.add(path)

    def opaque(self, path: Path) -> None:
        """Hide what layers below have in a folder."""
        self._descend(path, create=True)
        self._opaques.add(path)

    def finish(self) -> bool:
        """Give the folders their modes and times. Returns whether the layer hides all layers below it."""
        for path in sorted(self._folders, key=len, reverse=True):
            fd = self._descend(path, create=False)
            if path in self._opaques:
                os.setxattr(fd, self._opaque, b"y")
            self._settle(fd, self._folders[path])
        return () in self._opaques

    def _settle(self, fd: int, meta: Meta) -> None:
        # A change of the owner takes the set-id bits and the capabilities away.
        if self._owners:
            os.fchown(fd, meta.uid, meta.gid)
        os.fchmod(fd, meta.mode)
        if meta.capability is not None:
            os.setxattr(fd, "security.capability", meta.capability)
        os.utime(fd, ns=(meta.mtime_ns, meta.mtime_ns))

    def _fill(self, fd: int, contents: Callable[[int], bytes], size: int) -> None:
        left = size
        while left > 0:
            piece = contents(min(left, _PIECE))
            if not piece:
                raise Refusal("archive", "it is truncated")
            left -= len(piece)
            while piece:
                piece = piece[os.write(fd, piece) :]

    def _parent(self, path: Path, create: bool = True) -> int:
        if not path:
            raise Refusal("archive", "only a folder can be the root of a layer", ".")
        return self._descend(path[:-1], create)

    def _descend(self, path: Path, create: bool) -> int:
        """A descriptor of a folder, good until the next call. Missing ones are made, or raise `FileNotFoundError`."""
        near, fd = self._near
        if near == path:
            return fd
        start = len(near) if near == path[: len(near)] else 0
        at = os.dup(fd if start else self._root)
        try:
            for depth in range(start, len(path)):
                deeper = self._enter(at, path[: depth + 1], create)
                os.close(at)
                at = deeper
        except BaseException:
            os.close(at)
            raise
        if fd != self._root:
            os.close(fd)
        self._near = (path, at)
        return at

    def _enter(self, parent: int, path: Path, create: bool) -> int:
        found = self._status(parent, path)
        if found is None or _is_whiteout(found):
            if not create:
                raise FileNotFoundError("/".join(path))
            if found is not None:
                os.unlink(path[-1], dir_fd=parent)
            self._make_folder(parent, path, hides=found is not None)
            self._folders[path] = Meta()
        elif not stat.S_ISDIR(found.st_mode):
            what = "the link " if stat.S_ISLNK(found.st_mode) else "the file "
            raise Refusal("archive", f"its path leads through {what}{'/'.join(path)}")
        return os.open(path[-1], _FOLDER, dir_fd=parent)

    def _make_folder(self, parent: int, path: Path, hides: bool) -> None:
        self._limits.take(BLOCK)
        os.mkdir(path[-1], 0o700, dir_fd=parent)
        if hides:
            self._opaques.add(path)
        self.files += 1

    def _anew(self, parent: int, path: Path, make: Callable[[], Union[int, None]]) -> int:
        """Make a file in place of what an earlier member has made."""
        try:
            return make() or 0
        except FileExistsError:
            self._remove(parent, path)
            return make() or 0

    def _remove(self, parent: int, path: Path) -> None:
        found = self._status(parent, path)
        if found is not None and stat.S_ISDIR(found.st_mode):
            _remove_folder(parent, path[-1])
            length = len(path)
            self._folders = {one: meta for one, meta in self._folders.items() if one[:length] != path}
            self._opaques = {one for one in self._opaques if one[:length] != path}
        else:
            os.unlink(path[-1], dir_fd=parent)

    def _status(self, parent: int, path: Path) -> Optional[os.stat_result]:
        try:
            return os.stat(path[-1], dir_fd=parent, follow_symlinks=False)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise refusal_of(error, "/".join(path)) from None


def _is_whiteout(status: os.stat_result) -> bool:
    return stat.S_ISCHR(status.st_mode) and status.st_rdev == WHITEOUT


def _remove_folder(parent: int, name: str) -> None:
    fd = os.open(name, _FOLDER, dir_fd=parent)
    try:
        for entry in os.listdir(fd):
            if stat.S_ISDIR(os.stat(entry, dir_fd=fd, follow_symlinks=False).st_mode):
                _remove_folder(fd, entry)
            else:
                os.unlink(entry, dir_fd=fd)
    finally:
        os.close(fd)
    os.rmdir(name, dir_fd=parent)


def clamped_ns(seconds: float) -> int:
    """A time of an archive as nanoseconds, within what a file can have."""
    try:
        return max(0, min(round(seconds * 10**9), _LATEST_NS))
    except (OverflowError, ValueError):
        return 0
