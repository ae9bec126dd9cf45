"""
Grades small jobs on this machine, without a sandbox, and prints as JSON what the judge's README tells of: the fields of each
message that really crossed, the kinds of value, and for each test of standard input where its parts run.

Standard input: JSON, a list of jobs `{job, plan}` to grade, and `tests`, each with `code`, `entry` and `setup`.
"""

from __future__ import annotations

import json
import os
import socket
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "..", "environments", "python"))

import where
from judge import channel, decoding, operations, serving, spawner

LOG = os.memfd_create("log")


def log(link: str, sender: str, message: object) -> None:
    os.write(LOG, json.dumps([link, sender, message]).encode() + b"\n")


class Tapped(socket.socket):
    """The spawner's end of its socket."""

    def recvmsg(self, *how):
        received = super().recvmsg(*how)
        if received[0]:
            log("spawner", "judge", json.loads(received[0]))
        return received

    def sendmsg(self, buffers, *more):
        log("spawner", "session", json.loads(b"".join(buffers)))
        return super().sendmsg(buffers, *more)


def tap_channels() -> None:
    """Log what goes through the channels of this process, the judge's."""
    send, receive = channel.Channel.send, channel.Channel.receive

    def logged_send(self, message):
        log("solution", "judge", message)
        send(self, message)

    def logged_receive(self):
        message = receive(self)
        log("solution", "solution process", message)
        return message

    channel.Channel.send, channel.Channel.receive = logged_send, logged_receive


def graded(job: dict, plan: dict) -> list[str]:
    """What a judge wrote of a job: its frames, as text."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    given, taken = os.memfd_create("input"), os.memfd_create("output")
    for part in (job, {**plan, "nonce": "0" * 32}):
        text = json.dumps(part).encode()
        os.write(given, b"%d\n%s" % (len(text), text))
    os.lseek(given, 0, os.SEEK_SET)
    judge = os.fork()
    if judge == 0:
        try:
            theirs.close()
            os.dup2(given, 0)
            os.dup2(taken, 1)
            tap_channels()
            serving.serve(ours, keep=True)
        finally:
            os._exit(0)
    ours.close()
    control = Tapped(fileno=theirs.detach())
    kept = spawner.spawner(control, False)
    if kept:
        log("spawner", "session", {"kind": "next"})
    control.close()
    os.waitpid(judge, 0)
    return os.pread(taken, 1 << 20, 0).decode().split("\n")[2:]


def main() -> None:
    asked = json.load(sys.stdin)
    replies = [graded(each["job"], each["plan"]) for each in asked["jobs"]]
    os.lseek(LOG, 0, os.SEEK_SET)
    with open(LOG, encoding="utf-8") as lines:
        messages = [json.loads(line) for line in lines]
    report = {
        "replies": replies,
        "messages": messages,
        "values": sorted(decoding._DECODERS),
        "operations": sorted(operations.OPERATIONS),
        "shown": [where.shown(test["code"], test.get("entry"), test.get("setup", "")) for test in asked["tests"]],
    }
    print(json.dumps(report))


main()
