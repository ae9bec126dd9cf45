"""The descriptors between the runner and a session's interpreter, by their numbers in the interpreter."""

import os

# Lines in: "go", with "i" where the command has standard input. A pipe: a socket would take descriptors, and who closes
# the last one of a connection may have to wait for its peer.
GO = 60
# A command's text up to a NUL byte, then its standard input. A memory file.
CODE = 61
# Reports out: "<sequence> <exit status> <working directory>\0". A pipe.
REPORT = 62
# Where the maker of a program beside the session writes the program's pid. A memory file.
TOLD = 63
PID_BYTES = 4


def rewrite(fd: int, data: bytes) -> None:
    """Replace the content of a memory file by `data`, to be read from its start."""
    os.ftruncate(fd, 0)
    write_at(fd, data, 0)
    os.lseek(fd, 0, os.SEEK_SET)


def write_at(fd: int, data: bytes, position: int) -> None:
    written = os.pwrite(fd, data, position)
    while written < len(data):
        written += os.pwrite(fd, data[written:], position + written)
