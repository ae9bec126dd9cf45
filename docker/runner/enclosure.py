"""Work on a layer's files during which the runner cannot leave them."""

import errno
import os
from typing import Any, Callable

from request_error import RequestError

_FAULTS = (errno.EIO, errno.ENOMEM, errno.EMFILE, errno.ENFILE)


def enclosed(folder: str, work: Callable[[], bytes]) -> bytes:
    """
    Do `work` with `folder` as the root, so that links resolve as for the agent and never lead outside.

    `work` must neither run nor import anything, nor wait: the runner serves one request at a time and goes back to its
    own root afterwards. The folder must not have a procfs mounted in the runner's view of it: links of that lead out of
    any root. An `OSError` of the work becomes a `RequestError`: `path_not_found` if nothing is there, else
    `path_refused`.

    :raises RequestError: that of the work; `not_supported` if `chroot` is refused; `fault`
    """
    home = os.open("/", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    mask = os.umask(0)
    try:
        _enter(folder)
        try:
            return work()
        finally:
            os.fchdir(home)
            os.chroot(".")
    except OSError as error:
        raise _refusal(error) from error
    finally:
        os.umask(mask)
        os.close(home)


def _enter(folder: str) -> None:
    try:
        os.chroot(folder)
    except PermissionError as error:
        raise RequestError("not_supported", "chroot is refused here") from error
    except OSError as error:
        raise RequestError("fault", "the layer is gone") from error
    os.chdir("/")


def _refusal(error: OSError) -> RequestError:
    number = error.errno or errno.EIO
    code = "fault" if number in _FAULTS else "path_not_found" if number == errno.ENOENT else "path_refused"
    message = os.strerror(number)
    return RequestError(code, f"{error.filename}: {message}" if isinstance(error.filename, str) else message)


def write_all(file: int, content: Any) -> None:
    """Write all of a bytes-like object."""
    view = memoryview(content)
    while view:
        view = view[os.write(file, view) :]
