"""Unpacks the tar of a layer into a folder, with whiteouts as overlays have them."""

import os
import tarfile
from collections import Counter
from typing import Optional

from blob import Blob
from refusal import Refusal, refusal_of
from tree import Limits, Meta, Tree, clamped_ns, path_of

_WHITEOUT = ".wh."
_OPAQUE = ".wh..wh..opq"
# Other names of this kind are the bookkeeping of a driver.
_BOOKKEEPING = ".wh..wh."
_ATTRIBUTE = "SCHILY.xattr."
_CAPABILITY = "SCHILY.xattr.security.capability"
_PIECE = 1 << 18
# Every sandbox has devices of its own.
_DEVICES = "dev"


class Member(tarfile.TarInfo):
    """Notes how the archive ends: the library takes damage for an end."""

    end = ""

    @classmethod
    def fromtarfile(cls, tarfile_: tarfile.TarFile) -> "Member":
        try:
            return super().fromtarfile(tarfile_)
        except tarfile.EOFHeaderError:
            Member.end = "whole"
            raise
        except tarfile.EmptyHeaderError:
            Member.end = "without an end"
            raise
        except tarfile.HeaderError:
            Member.end = "damaged"
            raise


class Unpacking:
    """
    :param limit: most bytes to write
    :param owners: whether this user may give files away
    :param attribute: namespace of the overlay's attributes
    """

    def __init__(self, into: str, limit: Optional[int], owners: bool, attribute: str) -> None:
        self._limits = Limits(limit)
        self._tree = Tree(into, self._limits, owners, attribute)
        self._owners = owners
        self._left_out: Counter[str] = Counter()

    def run(self, blob: Blob, has_digest: bool) -> dict[str, object]:
        """Unpack and verify. Raises `Refusal`."""
        Member.end = ""
        try:
            with tarfile.open(fileobj=blob, mode="r|", bufsize=_PIECE, tarinfo=Member) as archive:  # type: ignore
                for member in archive:
                    self._take(archive, member)
                    archive.members = []
        except tarfile.TarError as error:
            raise Refusal("archive", f"it is truncated or no tar archive ({error})") from None
        except MemoryError:
            raise Refusal("archive", "its headers are too large") from None
        if Member.end == "damaged" or (Member.end != "whole" and not has_digest):
            raise Refusal("archive", "it is truncated or damaged")
        diff_id = blob.finish()
        hides = self._tree.finish()
        return {
            "diffId": diff_id,
            "bytes": self._limits.used,
            "files": self._tree.files,
            "hidesLower": hides,
            "leftOut": dict(self._left_out),
        }

    def _take(self, archive: tarfile.TarFile, member: tarfile.TarInfo) -> None:
        try:
            self._place(archive, member)
        except Refusal as refusal:
            raise Refusal(refusal.code, refusal.reason, member.name) from None
        except tarfile.TarError:
            raise Refusal("archive", "it is truncated", member.name) from None
        except OSError as error:
            raise refusal_of(error, member.name) from None
        except (OverflowError, ValueError) as error:
            raise Refusal("archive", str(error), member.name) from None

    def _place(self, archive: tarfile.TarFile, member: tarfile.TarInfo) -> None:
        path = path_of(member.name)
        name = path[-1] if path else ""
        if name.startswith(_WHITEOUT):
            self._hide(path, name)
        elif member.isdir():
            self._tree.folder(path, self._meta(member))
        elif member.issym():
            self._tree.symlink(path, self._meta(member), member.linkname)
        elif member.islnk():
            self._tree.link(path, path_of(member.linkname, f"hard link to {member.linkname}"))
        elif member.isreg():
            contents = archive.extractfile(member)
            if contents is None:
                raise Refusal("archive", "it has no contents")
            self._tree.file(path, self._meta(member), contents.read, member.size)
        elif member.isdev() and len(path) > 1 and path[0] == _DEVICES:
            self._left_out["devices"] += 1
        else:
            raise Refusal("archive", "it is a device, a named pipe, or of an unknown type")

    def _hide(self, path: tuple[str, ...], name: str) -> None:
        if name == _OPAQUE:
            self._tree.opaque(path[:-1])
        elif not name.startswith(_BOOKKEEPING):
            hidden = name[len(_WHITEOUT) :]
            if hidden in ("", ".", ".."):
                raise Refusal("archive", "it hides no name")
            self._tree.whiteout((*path[:-1], hidden))

    def _meta(self, member: tarfile.TarInfo) -> Meta:
        if not self._owners and (member.uid, member.gid) != (0, 0):
            self._left_out["owners"] += 1
        capability: Optional[bytes] = None
        for key, value in member.pax_headers.items():
            if key == _CAPABILITY and self._owners and member.isreg():
                capability = os.fsencode(value)
            elif key.startswith(_ATTRIBUTE):
                self._left_out["capabilities" if key == _CAPABILITY else "attributes"] += 1
        return Meta(member.mode & 0o7777, member.uid, member.gid, clamped_ns(member.mtime), capability)
