"""A reset ends what comes before it, also another reset."""

import socket
import unittest
from unittest import mock

import overlay_case  # noqa: F401  # where the runner's modules are found

import runner as runner_main
from frames import FrameChannel


class Counting:
    def __init__(self):
        self.images = []

    def reset(self, image):
        self.images.append(image)

    def mark(self):
        self.images.append("mark")


class Resets(unittest.TestCase):
    def answers(self, *headers):
        """What requests that arrive at once are answered, by id."""
        ours, theirs = socket.socketpair()
        self.addCleanup(ours.close)
        self.sandbox = Counting()
        fd = theirs.detach()
        with mock.patch.object(runner_main, "make_sandbox", lambda _settings, _services: self.sandbox):
            runner = runner_main.Runner(FrameChannel(fd, fd), {})
        channel = FrameChannel(ours.fileno(), ours.fileno())
        for number, header in enumerate((*headers, {"op": "quit"})):
            channel.write({"id": number, **header})
        runner.serve()
        replies = [channel.read()[0] for _ in headers]
        return [reply.get("code", "ok") for reply in sorted(replies, key=lambda reply: reply["id"])]

    def test_only_the_last_one_is_made(self):
        resets = [{"op": "reset", "image": {"layers": ["a"]}}, {"op": "reset"}, {"op": "reset", "image": {"layers": ["b"]}}]
        self.assertEqual(self.answers({"op": "mark"}, *resets), ["abandoned", "abandoned", "abandoned", "ok"])
        self.assertEqual(self.sandbox.images, [{"layers": ["b"]}])

    def test_what_comes_after_it_is_done(self):
        self.assertEqual(self.answers({"op": "reset"}, {"op": "mark"}), ["ok", "ok"])
        self.assertEqual(self.sandbox.images, [None, "mark"])


if __name__ == "__main__":
    unittest.main()
