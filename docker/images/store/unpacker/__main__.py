"""
Unpacks layers for the image store: a program beside the server, so that hostile archives meet neither its memory nor its
time. It takes one request, a line of JSON on standard input, and prints its answer as one. It ends when its input does,
so that it does not outlive who started it.
"""

import ctypes
import fcntl
import json
import os
import resource
import sys
import tarfile
import threading
from typing import Any

from blob import Blob
from layer import Unpacking
from refusal import Refusal, refusal_of

# Headers of an archive are read into memory.
_MEMORY = 1 << 30
_MOST_MEMBERS = 100_000


def unpack(request: dict[str, Any]) -> dict[str, Any]:
    """Unpack one layer into a new folder."""
    blob = Blob(request["file"], request["offset"], request["size"], request.get("digest"), request.get("diffId"))
    into = request["into"]
    os.mkdir(into, 0o700)
    attribute = overlay_attribute(into)
    unpacking = Unpacking(into, request.get("limit"), os.geteuid() == 0, attribute)
    answer = unpacking.run(blob, request.get("diffId") is not None or request.get("digest") is not None)
    synchronize(into)
    return {**answer, "attributes": attribute}


def overlay_attribute(folder: str) -> str:
    """Where this user's overlays keep their attributes. Raises `Refusal` if the file system has none."""
    for space in ("trusted", "user"):
        try:
            os.setxattr(folder, f"{space}.overlay.probe", b"y")
            os.removexattr(folder, f"{space}.overlay.probe")
            return space
        except OSError as error:
            refused = error
    raise Refusal("failed", f"{folder}: its file system has no extended attributes ({refused.strerror})")


def synchronize(folder: str) -> None:
    """Write what is in memory to the disk: a layer that is in place is whole, even after a power failure."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.syncfs(fd) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
    finally:
        os.close(fd)


def members(request: dict[str, Any]) -> dict[str, Any]:
    """Where the members of an uncompressed archive lie."""
    found = []
    size = os.stat(request["file"]).st_size
    try:
        with tarfile.open(request["file"], "r:") as archive:
            for member in archive:
                if len(found) == _MOST_MEMBERS:
                    raise Refusal("archive", f"it has more than {_MOST_MEMBERS} members")
                if member.offset_data + member.size > size:
                    raise Refusal("archive", "it is truncated", member.name)
                link = member.linkname if member.issym() or member.islnk() else None
                place = {"offset": member.offset_data, "size": member.size} if member.isreg() else {}
                found.append({"name": member.name, "hard": member.islnk(), "link": link, **place})
    except tarfile.TarError as error:
        raise Refusal("archive", f"it is truncated or no tar archive ({error})") from None
    except MemoryError:
        raise Refusal("archive", "its headers are too large") from None
    return {"members": found}


def lock(request: dict[str, Any]) -> dict[str, Any]:
    """Lock a file for as long as this program runs."""
    fd = os.open(request["file"], os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(fd, fcntl.LOCK_EX)
    return {}


def end_with_input() -> None:
    while sys.stdin.buffer.raw.read(4096):  # type: ignore
        pass
    os._exit(0)


COMMANDS = {"unpack": unpack, "members": members, "lock": lock}


def answer_to(request: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"done": COMMANDS[request["command"]](request)}
    except Refusal as refusal:
        return {"refused": {"code": refusal.code, "reason": refusal.reason, "member": refusal.member}}
    except OSError as error:
        refusal = refusal_of(error)
        path = f"{error.filename}: " if error.filename else ""
        return {"refused": {"code": refusal.code, "reason": path + refusal.reason, "member": ""}}


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    request = json.loads(sys.stdin.buffer.readline())
    watch = threading.Thread(target=end_with_input, daemon=request["command"] != "lock")
    watch.start()
    answer = answer_to(request)
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
    if request["command"] != "lock" or "refused" in answer:
        os._exit(0)
    watch.join()


main()
