"""
Grades on this machine, without a sandbox, and prints as JSON what the judge's README tells of: the fields of each message
that crossed, the kinds of value, and of each example where its parts run and what came of it.

Standard input: JSON, `examples` (`setup`, `solution`, `test`, `entry`) and `jobs` (`job`, `plan`).
"""

from __future__ import annotations

# The examples use the first and the last, and a solution process may not be allowed to read this machine's Python.
import asyncio  # noqa: F401
import json
import os
import socket
import sys
import unittest.mock  # noqa: F401

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "..", "environments", "python"))

import where
from judge import channel, decoding, serving, spawner

LOG = os.memfd_create("log")


def log(link: str, sender: str, message: dict | str) -> None:
    """Note link, sender, kind and fields of a message."""
    about = [message, []] if isinstance(message, str) else [message.get("kind"), list(message)]
    os.write(LOG, json.dumps([link, sender, *about]).encode() + b"\n")


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


def graded(job: dict, plan: dict) -> dict:
    """What a judge tells of a job."""
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
    return json.loads(os.pread(taken, 1 << 20, 0).split(b"\n", 2)[2])


def judged(example: dict) -> str:
    """An example of the README as `where.py` shows it, and what came of it."""
    setup, entry = example["setup"], example["entry"]
    steps = [{"code": example["solution"]}]
    job = {"setup": setup, "steps": steps, "strict": True, "binding": None}
    seconds = {"load": 10, "test": 5, "all": 60}
    tests = [{"name": "example", "code": example["test"]}]
    plan = {"tests": tests, "entry": entry, "grade": None, "alone": False, "seconds": seconds}
    [outcome] = graded(job, plan)["tests"]
    if not outcome["passed"]:
        error = outcome["error"]
        came = f"fails: {error['type']}" + (f": {error['message']}" if error["message"] else "")
    else:
        came = "passes" + "".join(f", with `{liberty}`" for liberty in outcome.get("liberties", ()))
    return f"{where.shown(example['test'], entry, setup)}\noutcome    | {came}"


def main() -> None:
    asked = json.load(sys.stdin)
    examples = [judged(example) for example in asked["examples"]]
    for each in asked["jobs"]:
        graded(each["job"], each["plan"])
    os.lseek(LOG, 0, os.SEEK_SET)
    with open(LOG, encoding="utf-8") as lines:
        messages = [json.loads(line) for line in lines]
    print(json.dumps({"examples": examples, "messages": messages, "values": sorted(decoding._DECODERS)}))


main()
