"""The POSIX shell of a session in an image without bash."""

import os

from session_ends import CODE, GO, REPORT

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "sh_driver.sh"), "rb") as _file:
    START = _file.read()
_ENDS = {7: GO, 8: CODE, 9: REPORT}


def ends(descriptors: dict) -> dict:
    """A session's descriptors by the numbers that such a shell can name."""
    others = {target: source for target, source in descriptors.items() if target not in _ENDS.values()}
    return {**others, **{target: descriptors[name] for target, name in _ENDS.items()}}


def told(code: bytes) -> tuple[bytes, bytes]:
    """A command as lines, and what the line "go" says of them."""
    return code + b"\n", b"%d " % (code.count(b"\n") + 1)
