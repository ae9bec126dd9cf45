"""The shell of an image."""

import os
import stat
from typing import Callable

from enclosure import enclosed
from environment import ENVIRONMENT
from image import Image
from request_error import RequestError
from shell_process import Shell

# Bash, if there is one: a plain shell cannot be copied, and shows more of how it is driven.
_BASH = ("/bin/bash", "/usr/bin/bash", "/usr/local/bin/bash")
_SH = ("/bin/sh", "/usr/bin/sh", "/busybox/sh")


def shell_in(merged: str, image: Image) -> Shell:
    """Look up the shell below a layer's root, where links lead as they do for the agent. Raises RequestError."""
    found = os.fsdecode(enclosed(merged, lambda: _look(image.workdir)))
    return Shell(found, found in _BASH, {**ENVIRONMENT, **image.env}, image.workdir)


def _look(workdir: str) -> bytes:
    if not _is(workdir, stat.S_ISDIR):
        raise RequestError("not_supported", f"image.workdir: {workdir} is no folder of the image")
    for path in (*_BASH, *_SH):
        if _is(path, stat.S_ISREG) and os.access(path, os.X_OK):
            return os.fsencode(path)
    raise RequestError("not_supported", f"the image has no shell: none of {', '.join((*_BASH, *_SH))}")


def _is(path: str, check: Callable[[int], bool]) -> bool:
    try:
        return check(os.stat(path).st_mode)
    except OSError:
        return False
