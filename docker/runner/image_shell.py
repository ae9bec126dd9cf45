"""The shell of an image."""

import os
import stat
from typing import Optional

from bash_process import Shell
from enclosure import enclosed
from environment import ENVIRONMENT
from image import Image
from request_error import RequestError

_PLACES = ("/bin/bash", "/usr/bin/bash", "/usr/local/bin/bash")


def shell_in(merged: str, image: Image) -> Shell:
    """Look up the shell below a layer's root, where links lead as they do for the agent. Raises RequestError."""
    found = os.fsdecode(enclosed(merged, lambda: _look(image.workdir)))
    return Shell(found, {**ENVIRONMENT, **image.env}, image.workdir)


def _look(workdir: str) -> bytes:
    if not _is(workdir, stat.S_ISDIR):
        raise RequestError("not_supported", f"image.workdir: {workdir} is no folder of the image")
    for path in _PLACES:
        if _is(path, stat.S_ISREG) and os.access(path, os.X_OK):
            return os.fsencode(path)
    raise RequestError("not_supported", f"the image has no shell: none of {', '.join(_PLACES)}")


def _is(path: str, check) -> bool:
    try:
        return check(os.stat(path).st_mode)
    except OSError:
        return False
