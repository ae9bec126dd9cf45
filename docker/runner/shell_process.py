"""The shell of a session: the first process of its namespaces, or a plain child if there are none."""

import os
import signal
from typing import NamedTuple, Optional

import sh_process
from environment import ENVIRONMENT
from layer import Layer
from session_ends import CODE, rewrite
from user import User
from zygote import Zygote

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "bash_driver.sh"), "rb") as _file:
    _DRIVER = _file.read() + b"\0"
# The shell's script, one line, so that an error names the line of the command. It comes on standard input, which the
# driver then replaces, so that a process list shows a plain bash.
_START = b'IFS= read -rd "" -u61 __sw_loop;eval "$__sw_loop";{ __sw_find;eval "$__sw_loop";} 59<&- 60<&- 61<&- 62<&-\n'
# 41, by which the drivers know it.
BREAK = signal.SIGRTMIN + 7


class Shell(NamedTuple):
    """
    Path of a shell in the agent's root, whether it is Bash or a plain POSIX shell, the variables and folder that its first
    session begins with, its user if that is not root, and whether it has a network namespace of its own.
    """

    path: str = "/bin/bash"
    is_bash: bool = True
    env: dict[str, str] = ENVIRONMENT
    workdir: str = "/"
    user: Optional[User] = None
    is_apart: bool = False


def start_shell(zygote: Zygote, shell: Shell, layer: Optional[Layer], cwd: str, descriptors: dict) -> int:
    """A shell over `layer`, or over the container's root without one; its pid. Raises CannotStart."""
    if shell.is_bash:
        rewrite(descriptors[CODE], _DRIVER)
    else:
        descriptors = sh_process.ends(descriptors)
    script = os.memfd_create("script", os.MFD_CLOEXEC)
    try:
        rewrite(script, _START if shell.is_bash else sh_process.START)
        return zygote.start(layer, [shell.path], shell.env, cwd, {0: script, **descriptors}, shell.user, shell.is_apart)
    finally:
        os.close(script)
