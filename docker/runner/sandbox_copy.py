"""A sandbox's state as bytes: its layer, the state that diffs compare with, and the script of its shell."""

import json
from typing import Any, NamedTuple, Optional

from changes import Baseline
from layer import Layer
from upper import Node

_LENGTH = 4
# Fields of a node as they are; `ino` and `ctime` are those of another layer's files.
_FIELDS = ("type", "mode", "uid", "gid", "size", "ino", "links", "device", "digest", "attributes", "opaque", "redirect")
# Before every time stamp: what a diff compares with such a node is read.
_LONG_AGO = -1


class SandboxCopy(NamedTuple):
    """`ground`: what the layers of both sandboxes must have in common. `files`: a packed layer."""

    ground: list[Any]
    baseline: Optional[list[Any]]
    script: bytes
    files: memoryview

    def encode(self) -> bytes:
        head = json.dumps({"ground": self.ground, "baseline": self.baseline}).encode()
        sizes = [len(part).to_bytes(_LENGTH, "big") for part in (head, self.script)]
        return b"".join((sizes[0], head, sizes[1], self.script, self.files))

    @staticmethod
    def decode(data: bytes) -> "SandboxCopy":
        rest = memoryview(data)
        head, rest = _part(rest)
        script, files = _part(rest)
        return SandboxCopy(**json.loads(bytes(head)), script=bytes(script), files=files)


def _part(data: memoryview) -> tuple[memoryview, memoryview]:
    end = _LENGTH + int.from_bytes(data[:_LENGTH], "big")
    return data[_LENGTH:end], data[end:]


def told(baseline: Optional[Baseline], layer: Layer) -> Optional[list[Any]]:
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
