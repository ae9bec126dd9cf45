"""The bash of a session: the first process of its namespaces, or a plain child where there are none."""

import os
import signal

from confinement import Confinement
from environment import ENVIRONMENT
from session import CANNOT_START, SessionEnded, rewrite
from session_process import SessionProcess
from spawning import become

_DRIVER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bash_driver.sh")
# The shell's script, one line, so that an error names the line of the command. It comes on standard input, which the
# driver then replaces, so that a process list shows a plain bash.
_START = b'IFS= read -rd "" -u61 __sw_loop;eval "$__sw_loop";{ __sw_find;eval "$__sw_loop";} 60<&- 61<&-\n'
_SHELL = "/bin/bash"
_BREAK = signal.SIGRTMIN + 7


def start_bash(confinement: Confinement, layer, spared, cwd: str, descriptors: dict) -> SessionProcess:
    """A bash over `layer`, or over the container's root without one. Raises SessionEnded where none can be started."""
    with open(_DRIVER, "rb") as file:
        rewrite(descriptors[61], file.read() + b"\0")
    script = os.memfd_create("script", os.MFD_CLOEXEC)
    try:
        rewrite(script, _START)
        pid = confinement.fork(layer, lambda: become([_SHELL], ENVIRONMENT, {0: script, **descriptors}, cwd))
    except OSError as error:
        raise SessionEnded(CANNOT_START) from error
    finally:
        os.close(script)
    return SessionProcess(pid, _BREAK, False, spared)
