"""Makes the changes of another layer in this one, without any program of the image."""

import io
import os
import shutil
import stat
import tarfile
from typing import Any

from enclosure import enclosed, write_all
from files import checked_path, make_folder
from request_error import RequestError

_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_PIECE = 1 << 20


def place(merged: str, removed: Any, archive: bytes) -> None:
    """
    Remove the paths `removed`, then unpack the tar `archive`, if it is not empty: files, folders, links and named pipes with
    their modes, times and numbers of owners. A device is left out: no agent makes one. Nothing is undone after an error.

    :raises RequestError: `bad_request`, `path_refused` (also for a full layer)
    """
    if not isinstance(removed, list):
        raise RequestError("bad_request", "removed: expected paths")
    gone = [checked_path(path) for path in removed]
    if not archive:
        enclosed(merged, lambda: _remove_all(gone))
        return
    try:
        with tarfile.open(fileobj=io.BytesIO(archive), encoding="utf-8", errors="surrogateescape") as tar:
            members = [(checked_path(f"/{member.name}"), member) for member in tar]
            enclosed(merged, lambda: _place(gone, tar, members))
    except tarfile.TarError as error:
        raise RequestError("bad_request", f"the archive is no tar: {error}") from error


def _remove_all(paths: list[str]) -> bytes:
    for path in paths:
        _remove(path)
    return b""


def _place(gone: list[str], tar: tarfile.TarFile, members: list[tuple[str, tarfile.TarInfo]]) -> bytes:
    _remove_all(gone)
    made = {"/"}
    times = []
    for path, member in members:
        if path == "/":
            continue
        make_folder(os.path.dirname(path), made)
        if not _make(path, tar, member):
            continue
        os.chown(path, member.uid, member.gid, follow_symlinks=False)
        if not member.issym():
            # After the owner, which takes set-id bits away.
            os.chmod(path, stat.S_IMODE(member.mode))
        times.append((path, int(member.mtime * 1_000_000_000)))
    # Last, because a file made in a folder changes the folder's own time.
    for path, mtime in times:
        os.utime(path, ns=(mtime, mtime), follow_symlinks=False)
    return b""


def _make(path: str, tar: tarfile.TarFile, member: tarfile.TarInfo) -> bool:
    """Whether there is now something new, or a folder, at the path."""
    if member.isdir():
        if not _is_folder(path):
            _remove(path)
            os.mkdir(path)
        return True
    if not (member.isreg() or member.issym() or member.islnk() or member.isfifo()):
        return False
    _remove(path)
    if member.issym():
        os.symlink(member.linkname, path)
    elif member.islnk():
        os.link(checked_path(f"/{member.linkname}"), path, follow_symlinks=False)
        return False
    elif member.isfifo():
        os.mkfifo(path)
    else:
        _write(path, tar, member)
    return True


def _write(path: str, tar: tarfile.TarFile, member: tarfile.TarInfo) -> None:
    content = tar.extractfile(member)
    file = os.open(path, _CREATE, 0o600)
    try:
        while content is not None and (piece := content.read(_PIECE)):
            write_all(file, piece)
    finally:
        os.close(file)


def _remove(path: str) -> None:
    if path == "/":
        raise RequestError("path_refused", "/: cannot be removed")
    if _is_folder(path):
        shutil.rmtree(path)
        return
    try:
        os.unlink(path)
    except (FileNotFoundError, NotADirectoryError):
        # A parent that is gone took it along.
        pass


def _is_folder(path: str) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except OSError:
        return False
