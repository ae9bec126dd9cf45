"""
A digest of what `md5sum` and `md5deep -r` would print for an agent's files: for a file its content, for a folder every
file below it, with links resolved in the agent's root. No program runs, and no fifo blocks.
"""

import hashlib
import os
import stat
from typing import Any, Optional

from budget import Bounds, Budget, Exceeded
from content import Contents
from enclosure import enclosed
from file_type import file_type
from request_error import RequestError


def checksums(merged: str, paths: Any, bounds: Bounds = Bounds()) -> dict[str, Any]:
    """
    For each of `paths`, dicts `{path, recursive}`, a digest; None for the first that exceeds a bound and all after it.

    Two digests are equal if the programs would print the same lines in any order (file system and threads decide the
    order): the same names with the same contents, the same missing files, the same circular links.

    :raises RequestError: `bad_request`
    """
    wanted = _checked(paths)
    sums: list[Optional[str]] = [None] * len(wanted)
    exceeded: list[str] = []

    def work() -> bytes:
        budget = Budget(bounds)
        contents = Contents(budget)
        try:
            for number, (path, recursive) in enumerate(wanted):
                sums[number] = _Listing(contents, budget).of(path, recursive)
        except Exceeded as reason:
            exceeded.append(reason.bound)
        return b""

    enclosed(merged, work)
    return {"sums": sums, "exceeded": exceeded[0] if exceeded else None}


def _checked(paths: Any) -> list[tuple[bytes, bool]]:
    try:
        return [(os.fsencode(one["path"]), bool(one["recursive"])) for one in paths]
    except (TypeError, KeyError, UnicodeEncodeError) as error:
        raise RequestError("bad_request", "paths: expected a list of {path, recursive}") from error


# Folders by device and inode, each with its paths.
_Through = dict[tuple[int, int], tuple[bytes, ...]]


class _Listing:
    """The lines that one program would print, without their order."""

    def __init__(self, contents: Contents, budget: Budget) -> None:
        self._contents = contents
        self._budget = budget
        self._lines: list[bytes] = []

    def of(self, path: bytes, recursive: bool) -> str:
        # Folders to visit, each with the folders above it.
        pending: list[tuple[bytes, _Through]] = []
        self._add(b"/" + path, path, recursive, {}, pending)
        while pending:
            folder, through = pending.pop()
            self._enter(folder, through, pending)
        return hashlib.sha256(b"\n".join(sorted(self._lines))).hexdigest()

    def _add(
        self, path: bytes, shown: bytes, recursive: bool, through: "_Through", pending: list[tuple[bytes, "_Through"]]
    ) -> None:
        self._budget.name()
        try:
            status = os.stat(path)
        except (OSError, ValueError) as error:
            self._say(shown, f"error {getattr(error, 'errno', 0)}")
            return
        if stat.S_ISREG(status.st_mode):
            self._say(shown, self._digest(path, status))
        elif not stat.S_ISDIR(status.st_mode):
            self._say(shown, file_type(status.st_mode))
        elif recursive:
            pending.append((path, through))
        else:
            self._say(shown, "directory")

    def _enter(self, folder: bytes, through: "_Through", pending: list[tuple[bytes, "_Through"]]) -> None:
        try:
            status = os.stat(folder)
            identity = status.st_dev, status.st_ino
            if self._is_cycle(folder, identity, through):
                self._say(folder, "cycle")
                return
            names = os.listdir(folder)
        except OSError as error:
            self._say(folder, f"error {error.errno}")
            return
        inside = {**through, identity: (*through.get(identity, ()), folder)}
        for name in names:
            self._add(folder + b"/" + name, folder + b"/" + name, True, inside, pending)

    @staticmethod
    def _is_cycle(folder: bytes, identity: tuple[int, int], through: "_Through") -> bool:
        """Inode numbers of folders are unique only within one file system of an overlay, so paths decide."""
        alike = through.get(identity)
        return alike is not None and os.path.realpath(folder) in map(os.path.realpath, alike)

    def _digest(self, path: bytes, status: os.stat_result) -> str:
        digest = self._contents.digest_through_links(path, status)
        return "unreadable" if digest is None else digest

    def _say(self, shown: bytes, what: str) -> None:
        self._budget.told(len(shown))
        self._lines.append(os.fsencode(what) + b"  " + shown)
