"""The curve of a training as text and as a PNG, with the standard library alone."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

WIDTH, HEIGHT, LEFT, BELOW = 640, 320, 34, 20
INK, GRID, LINE, TARGET = (70, 70, 70), (225, 225, 225), (20, 90, 180), (210, 90, 30)
DIGITS = "7B6F 2C97 73E7 73CF 5BC9 79CF 79EF 7249 7BEF 7BCF"
"""Of 3 x 5 dots, as 15 bits from the upper left."""


def bar(reward: float, width: int = 40) -> str:
    """A reward from 0 to 1 as a line of text."""
    return ("█" * round(reward * width)).ljust(width, "·")


class Picture:
    """Pixels, from the upper left."""

    def __init__(self) -> None:
        self.rows = [bytearray(b"\xff" * 3 * WIDTH) for _ in range(HEIGHT)]

    def dot(self, x: float, y: float, color: tuple[int, int, int], size: int = 1) -> None:
        for row in range(round(y), round(y) + size):
            self.rows[row][3 * round(x) : 3 * (round(x) + size)] = bytes(color * size)

    def line(self, begin: tuple[float, float], end: tuple[float, float], color: tuple[int, int, int], size: int = 1) -> None:
        steps = round(max(abs(end[0] - begin[0]), abs(end[1] - begin[1]))) or 1
        for step in range(steps + 1):
            x, y = (start + (stop - start) * step / steps for start, stop in zip(begin, end))
            self.dot(x, y, color, size)

    def number(self, text: str, x: int, y: int) -> None:
        """Its right end is at x, its middle at y."""
        for at, sign in enumerate(reversed(text)):
            dots = 0b010 if sign == "." else int(DIGITS.split()[int(sign)], 16)
            for place in range(15):
                if dots >> (14 - place) & 1:
                    self.dot(x - 8 * at - 6 + 2 * (place % 3), y - 5 + 2 * (place // 3), INK, 2)

    def png(self) -> bytes:
        data = zlib.compress(b"".join(b"\0" + bytes(row) for row in self.rows), 9)
        header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
        return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def draw(rewards: Sequence[float], target: float, path: Path) -> None:
    """Write the mean reward of each update, from 0 to 1, and the target as a PNG."""
    picture = Picture()
    right, top, bottom = WIDTH - 12, 12, HEIGHT - BELOW

    def point(update: float, reward: float) -> tuple[float, float]:
        return LEFT + (right - LEFT) * update / max(1, len(rewards) - 1), bottom + (top - bottom) * reward

    for tenths in range(0, 11, 2):
        picture.line(point(0, tenths / 10), (right, point(0, tenths / 10)[1]), GRID)
        picture.number(f"{tenths / 10:.1f}", LEFT - 6, round(point(0, tenths / 10)[1]))
    for update in range(0, len(rewards), max(1, len(rewards) // 8)):
        picture.number(str(update + 1), round(point(update, 0)[0]) + 4, bottom + 12)
    picture.line(point(0, target), (right, point(0, target)[1]), TARGET)
    for update in range(len(rewards) - 1):
        picture.line(point(update, rewards[update]), point(update + 1, rewards[update + 1]), LINE, 2)
    path.write_bytes(picture.png())
