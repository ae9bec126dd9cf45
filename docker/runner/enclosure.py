"""Work on a layer's files in a fork of the runner that cannot leave them."""

import errno
import gc
import json
import os
import select
import signal
import struct
import time
from typing import Any, Callable, NoReturn

from request_error import RequestError

_PIECE = 1 << 20
# Whether the work was done, and the length of what follows: its result, or the report of an error.
_HEAD = struct.Struct(">?Q")
_FAULTS = (errno.EIO, errno.ENOMEM, errno.EMFILE, errno.ENFILE)


def enclosed(folder: str, work: Callable[[], bytes], deadline: float) -> bytes:
    """Do `work` with `folder` as the root, so that links resolve as they do for the agent and lead nowhere else.

    `work` must neither run nor import anything. The folder must not have a procfs mounted in the runner's view of it:
    links of that lead out of any root. An `OSError` of the work becomes a `RequestError`: `path_not_found` where
    nothing is, else `path_refused`.

    :param deadline: seconds after which the work is ended
    :raises RequestError: that of the work; `not_supported` where `chroot` is refused; `fault`, also past the deadline
    """
    source, sink = os.pipe()
    try:
        child = os.fork()
        if child == 0:
            _serve(folder, work, sink)
    finally:
        os.close(sink)
    try:
        return _answer(_receive(source, time.monotonic() + deadline))
    finally:
        os.close(source)
        _end(child)


def _receive(source: int, until: float) -> bytes:
    poll = select.poll()
    poll.register(source, select.POLLIN)
    pieces = []
    while poll.poll(max(0.0, until - time.monotonic()) * 1000):
        piece = os.read(source, _PIECE)
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)
    raise RequestError("fault", "work on the sandbox's files took too long")


def _end(child: int) -> None:
    """Kill and reap the fork, which is over, or past its deadline."""
    try:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    except (ProcessLookupError, ChildProcessError):
        # Whoever waits for any child of the runner was first.
        pass


def _answer(received: bytes) -> bytes:
    if len(received) >= _HEAD.size:
        done, length = _HEAD.unpack_from(received)
        content = received[_HEAD.size :]
        if len(content) == length:
            if done:
                return content
            code, number, path, message = json.loads(content)
            message = message or os.strerror(number)
            raise RequestError(code, f"{path}: {message}" if path else message)
    raise RequestError("fault", "the process that works on the sandbox's files ended early")


def _serve(folder: str, work: Callable[[], bytes], sink: int) -> NoReturn:
    """The fork's whole life. Messages of the system are left to the runner, as finding them may read files."""
    try:
        gc.disable()
        try:
            _enter(folder)
            _send(sink, True, work())
        except RequestError as error:
            _report(sink, error.code, 0, "", error.message)
        except OSError as error:
            number = error.errno or errno.EIO
            code = "fault" if number in _FAULTS else "path_not_found" if number == errno.ENOENT else "path_refused"
            _report(sink, code, number, error.filename if isinstance(error.filename, str) else "", "")
    finally:
        os._exit(0)


def _enter(folder: str) -> None:
    try:
        os.chroot(folder)
    except PermissionError as error:
        raise RequestError("not_supported", "chroot is refused here") from error
    except OSError as error:
        raise RequestError("fault", "the layer is gone") from error
    os.chdir("/")
    os.umask(0)


def _report(sink: int, *report: Any) -> None:
    _send(sink, False, json.dumps(report).encode())


def _send(sink: int, done: bool, content: bytes) -> None:
    write_all(sink, _HEAD.pack(done, len(content)))
    write_all(sink, content)


def write_all(file: int, content: Any) -> None:
    """Write all of a bytes-like object."""
    view = memoryview(content)
    while view:
        view = view[os.write(file, view) :]
