"""
Feeds byte streams to the runner's frame codec and tells what came of them. Standard input: streams, each a u32 length and
its bytes. Standard output: a JSON line for each, {"frames": [header, hex of payload], "again": hex of what the codec writes
for them, "end": why it stopped}.
"""

import json
import os
import struct
import sys
import tempfile

sys.path.insert(0, sys.argv[1])

from frames import Disconnected, FrameChannel


def decoded(stream: bytes) -> dict:
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as written:
        given.write(stream)
        given.seek(0)
        channel = FrameChannel(given.fileno(), written.fileno())
        frames = []
        try:
            while True:
                header, payload = channel.read()
                frames.append([header, payload.hex()])
                channel.write(header, payload)
        except Disconnected as end:
            written.seek(0)
            return {"frames": frames, "again": written.read().hex(), "end": str(end)}


def main() -> None:
    while length := sys.stdin.buffer.read(4):
        stream = sys.stdin.buffer.read(struct.unpack(">I", length)[0])
        # One that the codec does not take as it should ends this program, and the test with it.
        os.write(1, json.dumps(decoded(stream)).encode() + b"\n")


main()
