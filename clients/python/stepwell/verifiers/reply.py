"""What a model's reply asks for."""

from __future__ import annotations

import re

from ..results import Action

_BLOCK = re.compile(r"^[ \t]*```[^\n`]*\n(.*?)^[ \t]*```[ \t]*$", re.MULTILINE | re.DOTALL)
_SUBMIT = "submit"


def action_of(reply: str) -> Action:
    """
    The code of the last fenced block, with any text around it; if the line before the block is `submit`, the block is the
    answer. A reply without a block is an action as it stands: `submit`, `submit <answer>`, `skip`, or code.
    """
    blocks = list(_BLOCK.finditer(reply))
    if not blocks:
        return reply.strip()
    last = blocks[-1]
    before = reply[: last.start()].rstrip().rpartition("\n")[2].strip()
    if before.strip("*`:. ").lower() == _SUBMIT:
        return {"submit": True, "answer": last[1].removesuffix("\n")}
    return {"code": last[1]}
