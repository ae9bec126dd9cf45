"""The Python interpreter of a session, forked from a warm one."""

import signal

from session import CANNOT_START, SessionEnded
from session_process import SessionProcess
from zygote import Zygote


def start_python(zygote: Zygote, layer, spared, cwd: str, descriptors: dict) -> SessionProcess:
    """
    An interpreter over `layer`, or over the container's root without one. Raises SessionEnded where none can be started.
    """
    try:
        pid = zygote.start(layer, cwd, descriptors)
    except OSError as error:
        raise SessionEnded(CANNOT_START) from error
    beside = () if layer is not None else (*spared, zygote.pid)
    return SessionProcess(pid, signal.SIGINT, layer is not None, beside)
