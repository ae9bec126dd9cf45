"""A copy of a sandbox: its layer, the state that diffs compare with, and the script of its shell; all as bytes."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple, Optional, Union

from capture import Capture
from changes import Baseline
from layer import Layer
from layer_copy import CannotCopy, pack
from session import Session
from shell_state import MOST_BYTES, WRITER, ShellState, may_tell, parse, wait_until_idle
from upper import Node

# For a shell to write or take its state.
_STATE_S = 10.0
# Looks at a state that something disturbs.
_LOOKS = 3
_LENGTH = 4
# Fields of a node as they are; `ino` and `ctime` are those of another layer's files.
_FIELDS = ("type", "mode", "uid", "gid", "size", "ino", "links", "device", "digest", "attributes", "opaque", "redirect")
# Before every time stamp: what a diff compares with such a node is read.
_LONG_AGO = -1


class SandboxCopy(NamedTuple):
    """`ground`: what the layers of both sandboxes must have in common. `files`: a packed layer, in parts."""

    ground: list[Any]
    baseline: Optional[list[Any]]
    script: bytes
    files: Sequence[Union[bytes, memoryview]]

    def encode(self) -> bytes:
        head = json.dumps({"ground": self.ground, "baseline": self.baseline}).encode()
        sizes = [len(part).to_bytes(_LENGTH, "big") for part in (head, self.script)]
        return b"".join((sizes[0], head, sizes[1], self.script, *self.files))

    @property
    def packed(self) -> memoryview:
        """The packed layer of a copy that was decoded."""
        (packed,) = self.files
        return memoryview(packed)

    @staticmethod
    def decode(data: bytes) -> "SandboxCopy":
        rest = memoryview(data)
        head, rest = _part(rest)
        script, files = _part(rest)
        return SandboxCopy(**json.loads(bytes(head)), script=bytes(script), files=[files])


class NotCopied(NamedTuple):
    """Why a sandbox cannot be copied exactly, in words, and how many of the agent's processes no copy would have."""

    reasons: list[str]
    processes: int = 0


def copy_of(
    session: Session, layer: Layer, ground: list[Any], baseline: Optional[Baseline]
) -> Union[SandboxCopy, NotCopied]:
    """The state of a sandbox with a Bash session. Raises SessionEnded if the shell did not survive."""
    processes = session.processes
    shell = processes.interpreter
    if not may_tell(shell):
        return NotCopied(["a shell with a limit on files, or with too much memory"])
    state = parse(session.state(WRITER, _STATE_S, MOST_BYTES))
    wait_until_idle(shell)
    for _ in range(_LOOKS):
        # Other than for a grade, the session may go on if it does not stay stopped.
        copied = processes.while_stopped(lambda: _copy_at_rest(session, state, layer, ground, baseline))
        if copied is not None:
            return copied
    return NotCopied(["processes that do not stay stopped"])


def _copy_at_rest(
    session: Session, state: Optional[ShellState], layer: Layer, ground: list[Any], baseline: Optional[Baseline]
) -> Union[SandboxCopy, NotCopied]:
    reasons = ["the state of the shell"] if state is None else [*state.reasons]
    others = session.processes.count_others()
    if not session.has_own_descriptors():
        reasons.append("redirected or additional file descriptors")
    if state is None or reasons or others:
        return NotCopied(reasons, others)
    try:
        files = pack(layer.folders)
    except CannotCopy as error:
        return NotCopied([str(error)])
    return SandboxCopy(ground, _told_baseline(baseline, layer), state.script, files)


def take_state(session: Session, script: bytes) -> bool:
    """Give a new shell this state; whether it then has it. Raises SessionEnded if it did not survive."""
    session.run(WRITER + script, None, _STATE_S, None, Capture(0))
    state = parse(session.state(b"", _STATE_S, MOST_BYTES))
    return state is not None and state.equals(ShellState(script, []))


def _part(data: memoryview) -> tuple[memoryview, memoryview]:
    end = _LENGTH + int.from_bytes(data[:_LENGTH], "big")
    return data[_LENGTH:end], data[end:]


def _told_baseline(baseline: Optional[Baseline], layer: Layer) -> Optional[list[Any]]:
    """A baseline for another layer, one state per root."""
    if baseline is None:
        return None
    return [_told(baseline.snapshots[root.upper]) for root in layer.roots]


def baseline_of(states: Optional[list[Any]], layer: Layer) -> Optional[Baseline]:
    if states is None:
        return None
    return Baseline({root.upper: _node(state) for root, state in zip(layer.roots, states)}, 0)


def _told(node: Node) -> list[Any]:
    children = {name: _told(child) for name, child in node.children.items()}
    return [[getattr(node, field) for field in _FIELDS], children]


def _node(state: list[Any]) -> Node:
    values, children = state
    node = Node.__new__(Node)
    for field, value in zip(_FIELDS, values):
        setattr(node, field, value)
    node.ctime = _LONG_AGO
    node.children = {name: _node(child) for name, child in children.items()}
    return node
