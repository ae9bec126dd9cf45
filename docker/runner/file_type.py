"""The types of files, by the names that cross the wire."""

import stat

_NAMES = {
    stat.S_IFREG: "file",
    stat.S_IFDIR: "directory",
    stat.S_IFLNK: "symlink",
    stat.S_IFIFO: "fifo",
    stat.S_IFSOCK: "socket",
}


def file_type(mode: int) -> str:
    """`file`, `directory`, `symlink`, `fifo`, `socket`, or `other` for devices."""
    return _NAMES.get(stat.S_IFMT(mode), "other")
