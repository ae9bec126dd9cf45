"""Writes, reads and lists files of a layer, by paths as the agent sees them. No path leads out of the layer."""

import json
import os
import stat
from typing import Any

from enclosure import enclosed, write_all
from file_type import file_type
from request_error import RequestError

Entry = dict[str, Any]

LIST_LIMIT = 100_000
_PIECE = 1 << 20
# A time that every file system can keep, in seconds since 1970.
_LATEST = 1 << 33
# File systems of the kernel that a container has mounted, but no layer has.
_KERNEL_FILES = frozenset(os.stat(path).st_dev for path in ("/proc", "/sys") if os.path.ismount(path))
_TYPES = ("file", "directory", "symlink")
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


def put(merged: str, entries: list[Entry], payload: memoryview) -> None:
    """
    Place files, folders and links; modes are 0644 for files and 0755 for folders, missing parents too.

    A file or link replaces what is at its path, unless that is a folder. A file is always a new inode: an existing link
    or fifo is not written through. A folder that exists, or a link to one, is kept, and so is its mode unless the entry
    has one. Nothing is undone when a later entry fails.

    :param entries: dicts `{path, type, mode?, mtime?, target?, length?}`
    :param payload: the contents of the files, one after the other
    :raises RequestError: `path_refused` (also for a full layer), `bad_request`, `not_supported`
    """
    plan = _plan(entries, len(payload))
    enclosed(merged, lambda: _put(plan, payload))


def get(merged: str, path: str, max_bytes: int) -> bytes:
    """The content of a regular file.

    :raises RequestError: `path_not_found`, `path_refused` for anything but a regular file, `file_too_large`
    """
    checked_path(path)
    return enclosed(merged, lambda: _get(path, max_bytes))


def list_files(merged: str, path: str) -> list[dict[str, Any]]:
    """What is in a folder, by name: dicts `{name, type, mode, size, mtime}`.

    :raises RequestError: `path_not_found`, `path_refused` if it is no folder, `file_too_large` beyond 100,000 files
    """
    checked_path(path)
    return json.loads(enclosed(merged, lambda: _list(path)))


def checked_path(path: Any) -> str:
    """Check that the path is absolute and without `..`; return it without empty and `.` parts."""
    if not isinstance(path, str):
        raise RequestError("bad_request", "path: expected a string")
    parts = path.split("/")
    if not path.startswith("/") or ".." in parts or not _is_encodable(path):
        raise RequestError("path_refused", f"{path!r}: expected an absolute path without '..'")
    return "/" + "/".join(part for part in parts if part not in ("", "."))


def _is_encodable(name: str) -> bool:
    try:
        return b"\0" not in os.fsencode(name)
    except UnicodeEncodeError:
        return False


def _is_number(value: Any, largest: float, kinds: Any = int) -> bool:
    return isinstance(value, kinds) and 0 <= value <= largest


def _plan(entries: list[Entry], available: int) -> list[tuple[str, Entry, int]]:
    """Entries with their clean paths and the lengths of their contents, checked before anything is written."""
    plan = []
    total = 0
    for entry in entries:
        path = checked_path(entry.get("path"))
        kind = entry.get("type")
        length = entry.get("length", 0) if kind == "file" else 0
        wrong = [
            name
            for name, right in (
                ("type", kind in _TYPES),
                ("mode", entry.get("mode") is None or _is_number(entry["mode"], 0o7777)),
                ("mtime", entry.get("mtime") is None or _is_number(entry["mtime"], _LATEST, (int, float))),
                ("length", _is_number(length, available)),
                ("target", kind != "symlink" or _is_target(entry.get("target"))),
            )
            if not right
        ]
        if wrong:
            raise RequestError("bad_request", f"{path}: bad {', '.join(wrong)}")
        if path == "/" and kind != "directory":
            raise RequestError("path_refused", "/: is a directory")
        total += length
        plan.append((path, entry, length))
    if total != available:
        raise RequestError("bad_request", f"expected {total} bytes of content, not {available}")
    return plan


def _is_target(target: Any) -> bool:
    return isinstance(target, str) and target != "" and _is_encodable(target)


def _put(plan: list[tuple[str, Entry, int]], payload: memoryview) -> bytes:
    made = {"/"}
    times = []
    offset = 0
    for path, entry, length in plan:
        make_folder(os.path.dirname(path), made)
        mode = entry.get("mode")
        if entry["type"] == "directory":
            make_folder(path, made)
            if mode is not None and stat.S_ISDIR(os.lstat(path).st_mode):
                os.chmod(path, mode)
        elif entry["type"] == "symlink":
            _remove(path)
            os.symlink(entry["target"], path)
        else:
            _remove(path)
            _write_file(path, payload[offset : offset + length], 0o644 if mode is None else mode)
            offset += length
        if entry.get("mtime") is not None:
            times.append((path, int(entry["mtime"] * 1_000_000_000)))
    # Last, because a file made in a folder changes the folder's own time.
    for path, mtime in times:
        os.utime(path, ns=(mtime, mtime), follow_symlinks=False)
    return b""


def make_folder(path: str, made: set) -> None:
    missing = []
    while path not in made:
        made.add(path)
        try:
            if stat.S_ISDIR(os.stat(path).st_mode):
                break
            raise RequestError("path_refused", f"{path}: not a directory")
        except FileNotFoundError:
            missing.append(path)
            path = os.path.dirname(path)
    for folder in reversed(missing):
        os.mkdir(folder, 0o755)


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass


def _write_file(path: str, content: memoryview, mode: int) -> None:
    file = os.open(path, _CREATE, 0o600)
    try:
        write_all(file, content)
        os.fchmod(file, mode)
    except OSError as error:
        os.unlink(path)
        raise OSError(error.errno, "", path) from error
    finally:
        os.close(file)


def _get(path: str, max_bytes: int) -> bytes:
    # Checked before it is opened, because opening a device may have effects.
    _check_regular(path, os.stat(path))
    file = os.open(path, _READ)
    try:
        status = os.fstat(file)
        _check_regular(path, status)
        pieces = []
        left = max_bytes + 1
        while status.st_size <= max_bytes and left > 0:
            piece = os.read(file, min(_PIECE, left))
            if not piece:
                return b"".join(pieces)
            pieces.append(piece)
            left -= len(piece)
    finally:
        os.close(file)
    raise RequestError("file_too_large", f"{path}: more than {max_bytes} bytes")


def _check_regular(path: str, status: os.stat_result) -> None:
    if status.st_dev in _KERNEL_FILES:
        raise RequestError("path_refused", f"{path}: the kernel's, not a file")
    if not stat.S_ISREG(status.st_mode):
        raise RequestError("path_refused", f"{path}: {file_type(status.st_mode)}, not a regular file")


def _list(path: str) -> bytes:
    found = []
    with os.scandir(path) as entries:
        for entry in entries:
            if len(found) >= LIST_LIMIT:
                raise RequestError("file_too_large", f"{path}: more than {LIST_LIMIT} files")
            status = entry.stat(follow_symlinks=False)
            found.append(
                {
                    "name": entry.name,
                    "type": file_type(status.st_mode),
                    "mode": stat.S_IMODE(status.st_mode),
                    "size": status.st_size if stat.S_ISREG(status.st_mode) else 0,
                    "mtime": status.st_mtime,
                }
            )
    found.sort(key=lambda file: file["name"])
    return json.dumps(found).encode()
